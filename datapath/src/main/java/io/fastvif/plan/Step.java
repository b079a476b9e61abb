package io.fastvif.plan;

import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * One typed change of the host. {@code toString()} says what it does in the words of the equivalent
 * {@code ip} command.
 */
public sealed interface Step {

  /**
   * Creates a persistent tap. Equivalent to {@code ip tuntap add NAME mode tap}; a link of that
   * name that exists already, tap or not, makes it fail.
   *
   * @param multiQueue whether several queues may be opened ({@code multi_queue})
   * @param vnetHeader whether frames carry a virtio-net header ({@code vnet_hdr})
   * @param owner the user id that may attach to the tap, if not anyone with CAP_NET_ADMIN only
   * @param group the group id that may attach to the tap
   */
  record CreateTap(
      String name, boolean multiQueue, boolean vnetHeader, OptionalInt owner, OptionalInt group)
      implements Step {
    @Override
    public String toString() {
      return "create tap "
          + name
          + (multiQueue ? " multi_queue" : "")
          + (vnetHeader ? " vnet_hdr" : "")
          + (owner.isPresent() ? " user " + owner.getAsInt() : "")
          + (group.isPresent() ? " group " + group.getAsInt() : "");
    }
  }

  /**
   * Creates a veth pair. Equivalent to {@code ip link add NAME mtu MTU address MAC numtxqueues 1
   * numrxqueues 1 type veth peer name PEER mtu MTU address PEERMAC numtxqueues 1 numrxqueues 1}.
   *
   * <p>One queue is what a veth end uses anyway. Without the number the kernel registers one queue
   * of each sort for every processor and takes all but the first away again, which on two
   * processors is already a quarter of the time.
   *
   * @param mac the host side's address, null for a random one
   * @param peer the guest side's name
   * @param peerMac the guest side's address, null for a random one
   * @param mtu of both sides, in bytes
   */
  record CreateVeth(String name, MacAddress mac, String peer, MacAddress peerMac, int mtu)
      implements Step {
    @Override
    public String toString() {
      return "create veth "
          + name
          + (mac == null ? "" : " address " + mac)
          + " peer "
          + peer
          + (peerMac == null ? "" : " address " + peerMac)
          + " mtu "
          + mtu;
    }
  }

  /**
   * Creates a bridge unless there is one: no forward delay, no STP, no multicast snooping, as
   * os-vif has it. Equivalent to {@code ip link add NAME type bridge forward_delay 0 stp_state 0
   * mcast_snooping 0}.
   *
   * @param ageingSeconds after which a learned address is forgotten; empty for the kernel's 300
   */
  record CreateBridge(String name, OptionalInt ageingSeconds) implements Step {
    @Override
    public String toString() {
      return "create bridge "
          + name
          + " forward_delay 0 stp_state 0 mcast_snooping 0"
          + (ageingSeconds.isPresent() ? " ageing_time " + ageingSeconds.getAsInt() : "");
    }
  }

  /**
   * Creates an 802.1Q VLAN link unless there is one. Equivalent to {@code ip link add NAME link
   * LOWER type vlan id ID}.
   */
  record CreateVlan(String name, String lower, int vlanId) implements Step {
    @Override
    public String toString() {
      return "create vlan " + name + " link " + lower + " id " + vlanId;
    }
  }

  /**
   * Creates a macvtap. Equivalent to {@code ip link add link LOWER name NAME address MAC mtu MTU
   * type macvtap mode MODE}, with {@code nopromisc} where it is not promiscuous.
   *
   * @param lower the device that it lies on
   * @param lowerIndex that device's index where the snapshot knew it; 0 for one this plan creates
   * @param promiscuous whether in mode passthru the device takes every frame; of no meaning in the
   *     other modes
   * @param mac its address; null for a random one, and in mode passthru for that of the device
   * @param mtu in bytes, not more than the device's; 0 for the device's
   */
  record CreateMacvtap(
      String name,
      String lower,
      int lowerIndex,
      MacvtapMode mode,
      boolean promiscuous,
      MacAddress mac,
      int mtu)
      implements Step {
    @Override
    public String toString() {
      return "create macvtap "
          + name
          + (mac == null ? "" : " address " + mac)
          + (mtu == 0 ? "" : " mtu " + mtu)
          + " link "
          + lower
          + " mode "
          + mode
          + (mode == MacvtapMode.PASSTHRU && !promiscuous ? " nopromisc" : "");
    }
  }

  /**
   * Changes the mode of a macvtap, which may be neither passthru before nor after. Equivalent to
   * {@code ip link set NAME type macvtap mode MODE}.
   *
   * @param index the link's index
   */
  record SetMacvtapMode(String name, int index, MacvtapMode mode) implements Step {
    @Override
    public String toString() {
      return "set " + name + ": mode " + mode;
    }
  }

  /**
   * Changes settings of a link. Equivalent to {@code ip link set NAME ...}.
   *
   * @param index the link's index where the snapshot knew it; 0 for a link this plan creates, or
   *     finishes, which leaves the group in which it was created ({@link LinkGroups})
   */
  record ConfigureLink(String name, int index, LinkSettings settings) implements Step {
    @Override
    public String toString() {
      return "set " + name + ": " + settings;
    }
  }

  /**
   * Renames a link. Equivalent to {@code ip link set NAME name NEW}, and before Linux 6.2 with a
   * link that is up to {@code ip link set NAME down; ip link set NAME name NEW; ip link set NEW
   * up}. Links of one batch may exchange their names; EEXIST if the name is taken otherwise.
   *
   * @param index the link's index where the snapshot knew it; 0 for a link this plan creates
   */
  record RenameLink(String name, int index, String newName) implements Step {
    @Override
    public String toString() {
      return "rename " + name + " to " + newName;
    }
  }

  /**
   * Gives a link one more name, by which it is found too. Equivalent to {@code ip link property add
   * dev NAME altname ALTNAME}; Linux 5.5 and later.
   *
   * @param index the link's index where the snapshot knew it; 0 for a link this plan creates
   * @param unlessTaken whether a name that another link has is left to it
   */
  record AddAltname(String name, int index, String altname, boolean unlessTaken) implements Step {
    @Override
    public String toString() {
      return "add altname " + altname + " to " + name + (unlessTaken ? " unless taken" : "");
    }
  }

  /**
   * Takes an alternative name off a link; one that it does not have is no error. Equivalent to
   * {@code ip link property del dev NAME altname ALTNAME}.
   *
   * @param index the link's index where the snapshot knew it; 0 for a link this plan creates
   */
  record DeleteAltname(String name, int index, String altname) implements Step {
    @Override
    public String toString() {
      return "delete altname " + altname + " from " + name;
    }
  }

  /**
   * Changes settings of a virtual function. Equivalent to {@code ip link set NAME vf NUMBER ...}.
   * The kernel asks the driver for one after another and stops at the first that it refuses.
   *
   * @param name the physical function's link
   * @param index that link's index
   * @param optional whether it is no failure if the driver does not know a setting (EOPNOTSUPP):
   *     the result's notes name the step instead. Each setting that is to be tried whatever becomes
   *     of the others is then a step of its own
   */
  record ConfigureVf(String name, int index, VfSettings settings, boolean optional)
      implements Step {
    /** All settings are wanted. */
    public ConfigureVf(String name, int index, VfSettings settings) {
      this(name, index, settings, false);
    }

    @Override
    public String toString() {
      return "set " + name + ": " + settings;
    }
  }

  /**
   * Switches IPv6 off or on for a link. Equivalent to {@code sysctl
   * net.ipv6.conf.NAME.disable_ipv6=1}; a kernel without IPv6 has nothing to switch.
   */
  record DisableIpv6(String name, boolean disabled) implements Step {
    @Override
    public String toString() {
      return "set " + name + ": disable_ipv6 " + (disabled ? 1 : 0);
    }
  }

  /**
   * Writes a setting of a link below {@code /proc/sys/net}. Equivalent to {@code sysctl
   * net.ipv4.conf.NAME.proxy_arp=1}; a kernel without IPv6 has none of IPv6's to write.
   */
  record SetSysctl(String name, LinkSysctl setting, int value) implements Step {
    @Override
    public String toString() {
      return "set net/" + setting.path(name) + " to " + value;
    }
  }

  /**
   * Deletes a link; one that is gone already is no error. Equivalent to {@code ip link delete
   * NAME}.
   *
   * @param index the link's index where the snapshot knew it; 0 for a link this plan created
   * @param group the interface group it is in, which it gets back if it cannot be deleted
   */
  record DeleteLink(String name, int index, int group) implements Step {
    @Override
    public String toString() {
      return "delete " + name;
    }
  }

  /**
   * Takes a bridge away that will be deleted when the engine has nothing else to do: it has another
   * name and alias, and is nobody's; one that is gone already is no error. Equivalent to {@code ip
   * link set NAME name fvgoneINDEX alias fastvif-retired} and a later {@code ip link delete
   * fvgoneINDEX}. It stays up until then, because bringing it down would wait for RCU once more.
   *
   * <p>The kernel deletes bridges one after another, each with a wait of some 17 ms of its own,
   * however they are told of ({@code br_multicast_dev_del} in net/bridge/br_multicast.c ends with
   * {@code rcu_barrier}).
   *
   * @param index the bridge's index
   * @param group the interface group it is in
   */
  record RetireBridge(String name, int index, int group) implements Step {
    /** The alias of a bridge that is only still to be deleted. */
    public static final String ALIAS = "fastvif-retired";

    /** The name until it is deleted, of at most 14 characters. */
    public String newName() {
      return "fvgone" + Integer.toHexString(index);
    }

    @Override
    public String toString() {
      return "retire " + name + ": name " + newName() + ", deleted later";
    }
  }

  /** Something done to what hangs on a link. */
  sealed interface OnEntry extends Step permits EntryStep {}

  /** Adds a route. Equivalent to {@code ip route add ROUTE dev NAME}. */
  record AddRoute(String name, RouteState route) implements Step {
    @Override
    public String toString() {
      return "add route " + route + " dev " + name;
    }
  }

  /** Deletes a route. Equivalent to {@code ip route delete ROUTE dev NAME}. */
  record DeleteRoute(String name, RouteState route) implements Step {
    @Override
    public String toString() {
      return "delete route " + route + " dev " + name;
    }
  }

  /**
   * Answers a link's neighbour solicitations for an IPv6 address of another link, if that is
   * switched on ({@link LinkSysctl#PROXY_NDP}). Equivalent to {@code ip -6 neighbour add proxy
   * ADDRESS dev NAME}.
   */
  record AddProxyNeighbour(String name, InetAddress address) implements Step {
    @Override
    public String toString() {
      return "add proxy neighbour " + address.getHostAddress() + " dev " + name;
    }
  }

  /**
   * Changes Open vSwitch's database, in one transaction: all of it or nothing. Equivalent to {@code
   * ovs-vsctl --no-wait CHANGE -- CHANGE ...}.
   */
  record ChangeOvs(List<OvsChange> changes) implements Step {
    /** Copies the list. */
    public ChangeOvs {
      changes = List.copyOf(changes);
    }

    @Override
    public String toString() {
      return "ovs-vsctl "
          + changes.stream().map(OvsChange::toString).collect(Collectors.joining(" -- "));
    }
  }

  /**
   * Waits until ovs-vswitchd has applied what the database holds now; fails if it could not set up
   * one of these interfaces, of which there may be none. Equivalent to what {@code ovs-vsctl} does
   * at its end without {@code --no-wait}.
   */
  record AwaitOvs(List<String> interfaces) implements Step {
    /** Copies the list. */
    public AwaitOvs {
      interfaces = List.copyOf(interfaces);
    }

    @Override
    public String toString() {
      return "wait for ovs-vswitchd to apply "
          + (interfaces.isEmpty() ? "all" : String.join(", ", interfaces));
    }
  }

  /** A change of the host's packet filter, which the kernel makes in a transaction. */
  sealed interface Filter extends Step permits ForwardingStep {}

  /**
   * A step that may take long, because it waits for hardware or for another process. The engine
   * does it on another thread, and the plans of other VIFs go on.
   */
  sealed interface Slow extends Step
      permits SetEswitch,
          BindDriver,
          SetVfCount,
          LeaseDevice,
          DescribeDevice,
          RestoreLink,
          MacvtapStep,
          VhostUserPortStep,
          VhostUserSocketStep {}

  /**
   * Changes a card's embedded switch. Equivalent to {@code devlink dev eswitch set DEVICE mode MODE
   * inline-mode INLINE encap-mode ENCAP}.
   *
   * @param device its handle, {@code BUS/DEVICE}
   * @param recreateVfs whether the virtual functions are taken away before, and as many made after
   */
  record SetEswitch(String device, EswitchSettings settings, boolean recreateVfs) implements Slow {
    @Override
    public String toString() {
      return "set eswitch of "
          + device
          + ":"
          + settings
          + (recreateVfs ? ", with virtual functions made anew" : "");
    }
  }

  /**
   * Binds a PCI device to a driver and leaves its {@code driver_override} as said; that is the
   * whole state, so the device's former state undoes it. Equivalent to {@code driverctl --nosave
   * set-override DEVICE DRIVER} or {@code unset-override DEVICE}.
   *
   * @param device its address
   * @param driver the driver that it shall have, which must be loaded; null for none
   * @param override the only driver that the kernel shall bind it to by itself; null for any that
   *     knows it
   */
  record BindDriver(PciAddress device, String driver, String override) implements Slow {
    @Override
    public String toString() {
      return (driver == null ? "unbind " + device : "bind " + device + " to " + driver)
          + (override == null ? "" : " driver_override " + override);
    }
  }

  /**
   * Makes so many virtual functions of a physical one; others that there are go first, because the
   * kernel changes the number from and to 0 only. Equivalent to {@code echo COUNT >
   * /sys/bus/pci/devices/DEVICE/sriov_numvfs}.
   *
   * @param device the physical function's address
   * @param count how many
   */
  record SetVfCount(PciAddress device, int count) implements Slow {
    @Override
    public String toString() {
      return "set sriov_numvfs of " + device + " to " + count;
    }
  }

  /**
   * Changes who has a PCI device, in the host's file of leases, and how the device was before it
   * was plugged. Fails if the lease is not as it was seen any more: somebody else was there first.
   *
   * @param device its address
   * @param seen the lease as it is; null for none
   * @param wanted the lease as it shall be; null for none
   */
  record LeaseDevice(PciAddress device, DeviceLease seen, DeviceLease wanted) implements Slow {
    @Override
    public String toString() {
      if (wanted == null) {
        return "give back " + device;
      }
      boolean remembers = wanted.former() != null && (seen == null || seen.former() == null);
      return "lease "
          + device
          + " to "
          + wanted.holder()
          + (remembers ? ", and remember how it is" : "");
    }
  }

  /**
   * Writes the file that tells a pod's program of its device, or removes it; nothing if it is so
   * already.
   *
   * @param file its path, in a folder that is made if it is missing
   * @param text what it shall hold; null if it shall be gone
   */
  record DescribeDevice(Path file, String text) implements Slow {
    @Override
    public String toString() {
      return text == null ? "remove " + file : "write " + file + ": " + text.strip();
    }
  }
}
