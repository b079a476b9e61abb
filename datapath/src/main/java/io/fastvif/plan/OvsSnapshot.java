package io.fastvif.plan;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;

/** What planning knows of Open vSwitch: rows of its database. */
public interface OvsSnapshot {

  /** Nothing is known: the database could not be asked, or nobody wanted to know. */
  OvsSnapshot UNKNOWN =
      new OvsSnapshot() {
        @Override
        public boolean isKnown() {
          return false;
        }

        @Override
        public Optional<BridgeRow> bridge(String name) {
          return Optional.empty();
        }

        @Override
        public Optional<PortRow> port(String name) {
          return Optional.empty();
        }

        @Override
        public Optional<InterfaceRow> networkInterface(String name) {
          return Optional.empty();
        }

        @Override
        public List<InterfaceRow> interfaces() {
          return List.of();
        }

        @Override
        public List<UUID> qos(Map<String, String> externalIds) {
          return List.of();
        }

        @Override
        public boolean hasInterfaceType(String type) {
          return true;
        }

        @Override
        public boolean hasColumn(String table, String column) {
          return true;
        }
      };

  /**
   * A row of Bridge.
   *
   * @param settings the names of its other columns that somebody has set; of a bridge that fastvif
   *     makes there are none
   */
  record BridgeRow(
      UUID uuid, String name, String datapathType, Set<UUID> ports, Set<String> settings) {}

  /**
   * A row of Port.
   *
   * @param bridge the name of the bridge that it is on; empty if it is on none
   * @param tag its VLAN tag, if it has one
   * @param vlanMode what Open vSwitch makes of its VLANs ({@code vlan_mode}); empty for what they
   *     say by themselves
   * @param trunks the VLANs that it carries as a trunk; empty for all
   */
  record PortRow(
      UUID uuid,
      String name,
      String bridge,
      OptionalInt tag,
      String vlanMode,
      Set<Integer> trunks,
      Set<UUID> interfaces) {
    /** Copies the sets. */
    public PortRow {
      trunks = Set.copyOf(trunks);
      interfaces = Set.copyOf(interfaces);
    }
  }

  /**
   * A row of Interface.
   *
   * @param mtuRequest the MTU that Open vSwitch is asked to give it, if it is
   * @param openFlowPort the number that ovs-vswitchd gave it; empty if it has not (yet), -1 if it
   *     could not set it up
   * @param error why ovs-vswitchd could not set it up; empty if it could, or has not tried yet
   * @param policing what its frames are limited to
   */
  record InterfaceRow(
      UUID uuid,
      String name,
      String type,
      Map<String, String> options,
      Map<String, String> externalIds,
      OptionalInt mtuRequest,
      OptionalInt openFlowPort,
      String error,
      OvsPort.Policing policing) {

    /** Its iface-id; empty if it has none. */
    public String interfaceId() {
      return OvsSnapshot.interfaceId(externalIds);
    }

    /** The id of the VIF whose mark it bears; empty if it bears none, as os-vif's. */
    public Optional<String> markedVifId() {
      return OvsMarks.vifId(externalIds);
    }
  }

  /** The iface-id among an interface's external_ids; empty if there is none. */
  static String interfaceId(Map<String, String> externalIds) {
    return externalIds.getOrDefault("iface-id", "");
  }

  /** Whether the rows are known; without it, everything below is empty. */
  boolean isKnown();

  /** The bridge of that name, if there is one. */
  Optional<BridgeRow> bridge(String name);

  /** The port of that name, if there is one. */
  Optional<PortRow> port(String name);

  /** The interface of that name, if there is one. */
  Optional<InterfaceRow> networkInterface(String name);

  /** All interfaces, by their names. */
  List<InterfaceRow> interfaces();

  /** The port that the interface belongs to, whatever its name, if there is one. */
  default Optional<PortRow> portOf(InterfaceRow networkInterface) {
    return port(networkInterface.name())
        .filter(port -> port.interfaces().contains(networkInterface.uuid()));
  }

  /** The names of a bridge's ports with an interface of that iface-id, whatever their names. */
  default List<String> portsOf(String bridge, String interfaceId) {
    return interfaces().stream()
        .filter(row -> row.interfaceId().equals(interfaceId))
        .flatMap(row -> portOf(row).stream())
        .filter(port -> port.bridge().equals(bridge))
        .map(PortRow::name)
        .distinct()
        .toList();
  }

  /** The interfaces of a port, whatever their names. */
  default List<InterfaceRow> interfacesOf(PortRow port) {
    return interfaces().stream().filter(row -> port.interfaces().contains(row.uuid())).toList();
  }

  /** The QoS rows whose external_ids have these among them. */
  List<UUID> qos(Map<String, String> externalIds);

  /**
   * Whether ovs-vswitchd says that it makes interfaces of that type ({@code iface_types}), which
   * those of DPDK are only where it has been initialized; true where it does not say.
   */
  boolean hasInterfaceType(String type);

  /** Whether the database's schema has that column. */
  boolean hasColumn(String table, String column);
}
