package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.VhostUserMode;
import java.util.Map;

/**
 * The VIF type names from before os-vif, each with its form. A type is told by its name and details
 * by name:
 *
 * <ul>
 *   <li>{@code bridge}, {@code target}: the bridge, and the tap's name (may be left out with a
 *       bridge)
 *   <li>{@code filtered}: {@code true} if the host's firewall filters the port; then {@code ovs}
 *       and {@code ivs} go through a Linux bridge
 *   <li>{@code source}, {@code mode}: the host's device under a macvtap, and how it passes frames
 *   <li>{@code path}, {@code mode}: the vhost-user socket, and which end the hypervisor is
 *   <li>{@code address}, {@code vlan}: a virtual function, and its VLAN
 *   <li>{@code interface_id}, {@code profile_id}, {@code manager_id}, {@code type_id}, {@code
 *       type_id_version}, {@code instance_id}: the virtual port
 * </ul>
 */
public enum HistoricalVifType {
  /** Open vSwitch: a bridge with a virtual port, or, filtered, a Linux bridge. */
  OVS("ovs"),
  /** Indigo Virtual Switch: ethernet, or, filtered, a Linux bridge. */
  IVS("ivs"),
  /** VMware's switch: refused, libvirt has no part in it. */
  DVS("dvs"),
  /** IO Visor: ethernet. */
  IOVISOR("iovisor"),
  /** A Linux bridge. */
  BRIDGE("bridge"),
  /** IEEE 802.1Qbg: direct with a virtual port. */
  QBG("802.1qbg"),
  /**
   * IEEE 802.1Qbh with a virtual port: hostdev with {@code address}, direct with {@code source}, by
   * default in mode vepa (Nova's is passthrough).
   */
  QBH("802.1qbh"),
  /**
   * A virtual function: hostdev with {@code address}, direct in passthrough with {@code source}.
   */
  HW_VEB("hw_veb"),
  /** Mellanox: direct in passthrough. */
  MLNX_DIRECT("mlnx_direct"),
  /** MidoNet: ethernet. */
  MIDONET("midonet"),
  /** A vhost-user socket. */
  VHOSTUSER("vhostuser"),
  /** Contrail's vRouter: ethernet. */
  VROUTER("vrouter"),
  /** A placeholder: refused, it says nothing. */
  OTHER("other"),
  /** Direct in the mode given. */
  MACVTAP("macvtap"),
  /** A tap that is connected by others: ethernet. */
  TAP("tap"),
  /** A device that is no network interface to libvirt: a plain hostdev. */
  HOSTDEV_PHYSICAL("hostdev_physical"),
  /** A function of an InfiniBand device: a plain hostdev. */
  IB_HOSTDEV("ib_hostdev");

  private final String text;

  HistoricalVifType(String text) {
    this.text = text;
  }

  /**
   * The type of that name.
   *
   * @throws InvalidInputException if there is none
   */
  public static HistoricalVifType parse(String name) {
    StringBuilder known = new StringBuilder();
    for (HistoricalVifType type : values()) {
      if (type.text.equals(name)) {
        return type;
      }
      known.append(known.isEmpty() ? "" : ", ").append(type.text);
    }
    throw InvalidInputException.ofValue("vif_type", name, "is not known here", "one of " + known);
  }

  /**
   * The form of a VIF of this type.
   *
   * @param given the details as above
   * @throws InvalidInputException if the type means nothing to libvirt, or a detail is missing, not
   *     used by the type, or wrong
   */
  public InterfaceForm form(Map<String, String> given) {
    return interfaceOf(given, InterfaceOptions.NONE).form();
  }

  /**
   * The interface of a VIF of this type.
   *
   * @param given the details as above; {@code mac_address} is taken too
   * @param options what else is said; the detail {@code vlan} takes the place of its VLAN
   * @throws InvalidInputException as {@link #form}, or if the form does not allow an option
   */
  public LibvirtInterface interfaceOf(Map<String, String> given, InterfaceOptions options) {
    HistoricalDetails details = new HistoricalDetails(text, given);
    InterfaceForm form = form(details);
    InterfaceOptions all = options;
    if (this == HW_VEB && details.has("vlan")) {
      all = options.toBuilder().vlan(VlanTags.of(details.number("vlan"))).build();
    }
    LibvirtInterface described = new LibvirtInterface(details.macAddress(), form, all);
    details.refuseUnused();
    return described;
  }

  private InterfaceForm form(HistoricalDetails details) {
    return switch (this) {
      case OVS ->
          details.isFiltered()
              ? bridge(details, null)
              : bridge(
                  details,
                  new VirtualPort.OpenVSwitch(
                      details.orNull("interface_id"), details.orNull("profile_id")));
      case IVS -> details.isFiltered() ? bridge(details, null) : ethernet(details);
      case BRIDGE -> bridge(details, null);
      case IOVISOR, MIDONET, VROUTER, TAP -> ethernet(details);
      case HOSTDEV_PHYSICAL, IB_HOSTDEV ->
          new PlainHostdevForm(PciAddress.parse(details.require("address")));
      case QBG ->
          direct(
              details,
              SourceMode.VEPA,
              new VirtualPort.Qbg(
                  details.number("manager_id"),
                  details.number("type_id"),
                  details.number("type_id_version"),
                  details.orNull("instance_id")));
      case QBH -> {
        VirtualPort port = new VirtualPort.Qbh(details.require("profile_id"));
        yield details.has("address")
            ? new HostdevForm(PciAddress.parse(details.require("address")), port)
            : direct(details, mode(details, SourceMode.VEPA), port);
      }
      case HW_VEB ->
          details.has("address")
              ? new HostdevForm(PciAddress.parse(details.require("address")), null)
              : direct(details, SourceMode.PASSTHROUGH, null);
      case MLNX_DIRECT -> direct(details, SourceMode.PASSTHROUGH, null);
      case MACVTAP -> direct(details, SourceMode.parse(details.require("mode")), null);
      case VHOSTUSER ->
          new VhostUserForm(
              details.require("path"),
              VhostUserMode.parse(details.require("mode")),
              details.orNull("target"));
      case DVS -> throw refused("is VMware's, libvirt has no part in it");
      case OTHER -> throw refused("is a placeholder that says nothing of the port");
    };
  }

  private static SourceMode mode(HistoricalDetails details, SourceMode byDefault) {
    String given = details.orNull("mode");
    return given == null ? byDefault : SourceMode.parse(given);
  }

  private InvalidInputException refused(String reason) {
    return InvalidInputException.ofValue("vif_type", text, reason, "a type of libvirt's");
  }

  private static BridgeForm bridge(HistoricalDetails details, VirtualPort port) {
    return new BridgeForm(details.require("bridge"), details.orNull("target"), port);
  }

  private static EthernetForm ethernet(HistoricalDetails details) {
    return new EthernetForm(details.require("target"));
  }

  private static DirectForm direct(HistoricalDetails details, SourceMode mode, VirtualPort port) {
    return new DirectForm(details.require("source"), mode, details.orNull("target"), port);
  }

  /** The type's name. */
  @Override
  public String toString() {
    return text;
  }
}
