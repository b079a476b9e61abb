package io.fastvif.libvirt;

import io.fastvif.vif.Field;
import io.fastvif.vif.HostDeviceType;
import io.fastvif.vif.HypervisorTask;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.OpenVSwitchProfile;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfile;
import io.fastvif.vif.PortProfile8021Qbg;
import io.fastvif.vif.PortProfile8021Qbh;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifDirect;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifHostDevice;
import io.fastvif.vif.VifNestedDpdk;
import io.fastvif.vif.VifOpenVSwitch;
import io.fastvif.vif.VifVhostUser;
import java.util.function.Function;

/**
 * The form of each VIF, with its port profile. As in OpenStack Nova, whose libvirt driver is the
 * reference of this table:
 *
 * <ul>
 *   <li>VIFGeneric is ethernet; VIFBridge is bridge; VIFVHostUser is vhostuser.
 *   <li>VIFOpenVSwitch is bridge with virtualport openvswitch, unless the plugin creates the port:
 *       then libvirt must not, and it is ethernet.
 *   <li>VIFHostDevice is hostdev, or a plain hostdev if its type is generic.
 *   <li>VIFDirect is direct. VIFNestedDPDK is in a guest, of which libvirt knows nothing.
 * </ul>
 *
 * What plugging makes already, libvirt must not make again: whatever is a tap or a macvtap then is
 * ethernet with {@code managed='no'}, which leaves it alone when the guest ends. libvirt takes
 * {@code managed='no'} for ethernet only.
 *
 * <p>Profiles of Open vSwitch, of fast paths and of Kubernetes on other VIFs are for the plugins.
 * Profiles of 802.1Qbg and 802.1Qbh are for libvirt, so a form without such a virtual port refuses
 * them.
 */
public final class VifForms {
  private VifForms() {}

  /**
   * The form of a VIF.
   *
   * @param left what is left to the hypervisor once the VIF is plugged, as {@code
   *     VifPlugins.hypervisorTask} tells. A profile of Open vSwitch that has the plugin create port
   *     or tap counts whatever is said here
   * @param virtualPort in place of the one that the VIF's profile says; null for the profile's
   * @param deviceNames the name of the network device of a PCI function, null if it has none; asked
   *     for a VIFDirect without {@code vlan_name}
   * @throws InvalidInputException if the VIF lacks what the form needs, or libvirt cannot have it
   */
  public static InterfaceForm of(
      Vif vif,
      HypervisorTask left,
      VirtualPort virtualPort,
      Function<PciAddress, String> deviceNames) {
    HypervisorTask task = task(vif, left);
    switch (task) {
      case CONNECT_DEVICE -> {}
      case CREATE_TAP -> {
        return ethernet(vif, true, virtualPort == null ? profilePort(vif) : virtualPort);
      }
      case OPEN_DEVICE, OPEN_MULTIQUEUE_TAP -> {
        // on a switch outside, the plugin has associated the macvtap itself
        VirtualPort port = vif instanceof VifDirect ? null : profilePort(vif);
        return ethernet(vif, false, virtualPort == null ? port : virtualPort);
      }
      case NONE ->
          throw InvalidInputException.ofValue(
              "",
              vif.objectName(),
              "is plugged as what no hypervisor can open, such as a veth pair",
              "a plugin's option that makes a tap, or leaves the device to the hypervisor");
    }
    VirtualPort port = virtualPort == null ? profilePort(vif) : virtualPort;
    return switch (vif) {
      case VifGeneric v -> ethernet(v, true, port);
      // a profile of Open vSwitch is for the plugin, which joins the bridge to Open vSwitch
      case VifBridge v ->
          new BridgeForm(v.bridgeName().require("bridge_name"), v.vifName().orElse(null), port);
      case VifOpenVSwitch v -> openVSwitch(v, port);
      case VifVhostUser v -> {
        refuse(port, "an interface of type vhostuser");
        yield new VhostUserForm(v.path().require("path"), v.mode().require("mode"), portName(v));
      }
      case VifHostDevice v -> hostDevice(v, port);
      case VifDirect v ->
          new DirectForm(
              source(v, deviceNames),
              SourceMode.of(v.mode().require("mode")),
              v.vifName().orElse(null),
              port);
      case VifNestedDpdk v ->
          throw InvalidInputException.ofValue(
              "",
              v.objectName(),
              "is a device inside a guest, which libvirt is not told of",
              "a VIF of the host");
    };
  }

  /** What is left to the hypervisor of that VIF. */
  static HypervisorTask task(Vif vif, HypervisorTask left) {
    return switch (vif) {
      case VifGeneric v -> left;
      case VifBridge v -> left;
      case VifOpenVSwitch v -> left == HypervisorTask.CONNECT_DEVICE ? byProfile(v) : left;
      case VifDirect v -> left;
      // a socket or a device that is handed over is opened whoever made it
      case VifVhostUser v -> HypervisorTask.CONNECT_DEVICE;
      case VifHostDevice v -> HypervisorTask.CONNECT_DEVICE;
      case VifNestedDpdk v -> HypervisorTask.CONNECT_DEVICE;
    };
  }

  /** What the profile alone says of who makes port and tap. */
  private static HypervisorTask byProfile(VifOpenVSwitch vif) {
    if (vif.portProfile().orElse(null) instanceof OpenVSwitchProfile profile
        && profile.createsPort()) {
      return profile.hypervisorTask();
    }
    return HypervisorTask.CONNECT_DEVICE;
  }

  private static InterfaceForm openVSwitch(VifOpenVSwitch vif, VirtualPort port) {
    VirtualPort always = port == null ? openVSwitchPort(vif) : port;
    return new BridgeForm(
        vif.bridgeName().require("bridge_name"), vif.vifName().orElse(null), always);
  }

  private static EthernetForm ethernet(Vif vif, boolean managed, VirtualPort port) {
    refuse(port, "an interface of type ethernet");
    Field<String> name =
        switch (vif) {
          case VifGeneric v -> v.vifName();
          case VifBridge v -> v.vifName();
          case VifOpenVSwitch v -> v.vifName();
          case VifDirect v -> v.vifName();
          default -> Field.unset();
        };
    return new EthernetForm(name.require("vif_name"), managed);
  }

  /** Null if it has none, or one that libvirt does not take: it is no device's name. */
  private static String portName(VifVhostUser vif) {
    if (!vif.vifName().hasValue() && !vif.id().hasValue()) {
      return null;
    }
    String name = vif.portName();
    return LibvirtValues.isDeviceName(name) ? name : null;
  }

  private static InterfaceForm hostDevice(VifHostDevice vif, VirtualPort port) {
    PciAddress address = vif.devAddress().require("dev_address");
    if (vif.devType().require("dev_type") == HostDeviceType.ETHERNET) {
      return new HostdevForm(address, port);
    }
    refuse(port, "a plain hostdev");
    return new PlainHostdevForm(address);
  }

  private static String source(VifDirect vif, Function<PciAddress, String> deviceNames) {
    if (vif.vlanName().hasValue()) {
      return vif.vlanName().get();
    }
    PciAddress address = vif.devAddress().require("dev_address");
    String name = deviceNames.apply(address);
    if (name == null) {
      throw InvalidInputException.ofValue(
          "dev_address",
          address.toString(),
          "has no network device here, which an interface of type direct names",
          "a network device, or vlan_name");
    }
    return name;
  }

  private static void refuse(VirtualPort port, String form) {
    if (port != null) {
      throw Restrictions.violation("virtualport " + port.type(), form);
    }
  }

  /** What a profile says to libvirt whatever VIF it is on; null for nothing. */
  private static VirtualPort profilePort(Vif vif) {
    PortProfile profile = vif.portProfile().orElse(null);
    if (profile instanceof PortProfile8021Qbg qbg) {
      return new VirtualPort.Qbg(
          qbg.managerId().require("port_profile.manager_id"),
          qbg.typeId().require("port_profile.type_id"),
          qbg.typeIdVersion().require("port_profile.type_id_version"),
          qbg.instanceId().orElse(null));
    }
    if (profile instanceof PortProfile8021Qbh qbh) {
      return new VirtualPort.Qbh(qbh.profileId().require("port_profile.profile_id"));
    }
    return null;
  }

  /** Without an iface-id of the profile's own it is the VIF's id, as Nova has it. */
  private static VirtualPort openVSwitchPort(VifOpenVSwitch vif) {
    String id = vif.id().orElse(null);
    return vif.portProfile().orElse(null) instanceof OpenVSwitchProfile p
        ? new VirtualPort.OpenVSwitch(p.interfaceId().orElse(id), p.profileId().orElse(null))
        : new VirtualPort.OpenVSwitch(id, null);
  }
}
