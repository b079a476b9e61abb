package io.fastvif.plan;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * A port of Open vSwitch as a plan wants it, with its one interface of the same name.
 *
 * @param name of the port and the interface
 * @param type the interface's type; empty for a device of the kernel
 * @param options keys that the interface's options are to have
 * @param externalIds keys that the interface's external_ids are to have
 * @param mtuRequest the MTU that Open vSwitch is asked to give the interface
 * @param creation what only a new port is given
 */
public record OvsPort(
    String name,
    String type,
    Map<String, String> options,
    Map<String, String> externalIds,
    OptionalInt mtuRequest,
    Creation creation) {

  /** Checks and copies. */
  public OvsPort {
    Objects.requireNonNull(name);
    Objects.requireNonNull(type);
    options = Map.copyOf(options);
    externalIds = Map.copyOf(externalIds);
    Objects.requireNonNull(mtuRequest);
    Objects.requireNonNull(creation);
  }

  /**
   * What only a new port is given: a port that exists keeps its own, which somebody may have set
   * since.
   *
   * @param tag the port's VLAN tag
   * @param trunkOnly whether the port carries the tag's VLAN as a trunk ({@code vlan_mode}, {@code
   *     trunks}), and so nothing at all if no other port is in that VLAN
   * @param qos its QoS row; null for none
   * @param trunks the VLANs that it carries as a trunk ({@code vlan_mode}, {@code trunks}), in
   *     order; empty where {@code tag} and {@code trunkOnly} say all
   * @param policing what Open vSwitch limits the interface's frames to
   */
  public record Creation(
      OptionalInt tag, boolean trunkOnly, Qos qos, List<Integer> trunks, Policing policing) {
    /** Nothing. */
    public static final Creation NONE = new Creation(OptionalInt.empty(), false, null);

    /** One that is a trunk of its tag's VLAN at most. */
    public Creation(OptionalInt tag, boolean trunkOnly, Qos qos) {
      this(tag, trunkOnly, qos, List.of(), Policing.NONE);
    }

    /** Copies the list. */
    public Creation {
      trunks = List.copyOf(trunks);
    }
  }

  /**
   * What of the frames that Open vSwitch gets by an interface is not dropped ({@code
   * ingress_policing_rate}, {@code ingress_policing_burst}).
   *
   * @param rate in kbit a second, of 1000 bits; 0 for no limit
   * @param burst in kbit; 0 for Open vSwitch's own
   */
  public record Policing(long rate, long burst) {
    /** No limit. */
    public static final Policing NONE = new Policing(0, 0);
  }

  /**
   * A row of QoS that belongs to one port and is found again by its external_ids.
   *
   * @param type such as {@code linux-noop}
   */
  public record Qos(String type, Map<String, String> externalIds) {
    /** Copies the map. */
    public Qos {
      externalIds = Map.copyOf(externalIds);
    }
  }

  /** The iface-id that it is to have; empty for none. */
  public String interfaceId() {
    return OvsSnapshot.interfaceId(externalIds);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(name);
    if (!type.isEmpty()) {
      text.append(" type=").append(type);
    }
    pairs(text, "options", options);
    pairs(text, "external_ids", externalIds);
    if (mtuRequest.isPresent()) {
      text.append(" mtu_request=").append(mtuRequest.getAsInt());
    }
    if (creation.tag().isPresent()) {
      text.append(" tag=").append(creation.tag().getAsInt());
    }
    if (creation.trunkOnly() || !creation.trunks().isEmpty()) {
      text.append(" vlan_mode=trunk");
    }
    if (!creation.trunks().isEmpty()) {
      text.append(" trunks=").append(creation.trunks());
    }
    if (creation.qos() != null) {
      text.append(" qos=").append(creation.qos().type());
    }
    if (!creation.policing().equals(Policing.NONE)) {
      text.append(" ingress_policing_rate=").append(creation.policing().rate());
      text.append(" ingress_policing_burst=").append(creation.policing().burst());
    }
    return text.toString();
  }

  private static void pairs(StringBuilder text, String column, Map<String, String> pairs) {
    pairs.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            pair ->
                text.append(' ')
                    .append(column)
                    .append(':')
                    .append(pair.getKey())
                    .append('=')
                    .append(pair.getValue()));
  }
}
