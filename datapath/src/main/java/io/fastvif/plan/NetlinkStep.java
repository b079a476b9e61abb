package io.fastvif.plan;

import io.fastvif.vif.MacAddress;
import java.net.InetAddress;
import java.util.OptionalInt;

/**
 * A step that is one message of rtnetlink. Those of many plans go to the kernel in one send, and it
 * answers before the send returns.
 */
public sealed interface NetlinkStep extends Step
    permits NetlinkStep.CreateVeth,
        NetlinkStep.CreateBridge,
        NetlinkStep.CreateVlan,
        NetlinkStep.CreateMacvtap,
        NetlinkStep.SetMacvtapMode,
        NetlinkStep.ConfigureLink,
        NetlinkStep.RenameLink,
        NetlinkStep.AddAltname,
        NetlinkStep.DeleteAltname,
        NetlinkStep.ConfigureVf,
        NetlinkStep.RetireBridge,
        NetlinkStep.ReuseBridge,
        NetlinkStep.AddRoute,
        NetlinkStep.DeleteRoute,
        NetlinkStep.AddProxyNeighbour,
        EntryStep {

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
   * @param peerNamespace an open descriptor of the network namespace in which the guest side is
   *     made ({@code peer netns NAME}), to stay open until the step is done; -1 for that of the
   *     host side
   */
  record CreateVeth(
      String name, MacAddress mac, String peer, MacAddress peerMac, int mtu, int peerNamespace)
      implements NetlinkStep {
    /** With both sides in one namespace. */
    public CreateVeth(String name, MacAddress mac, String peer, MacAddress peerMac, int mtu) {
      this(name, mac, peer, peerMac, mtu, -1);
    }

    @Override
    public String toString() {
      return "create veth "
          + name
          + (mac == null ? "" : " address " + mac)
          + " peer "
          + peer
          + (peerMac == null ? "" : " address " + peerMac)
          + (peerNamespace < 0 ? "" : " in another namespace")
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
  record CreateBridge(String name, OptionalInt ageingSeconds) implements NetlinkStep {
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
  record CreateVlan(String name, String lower, int vlanId) implements NetlinkStep {
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
      implements NetlinkStep {
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
  record SetMacvtapMode(String name, int index, MacvtapMode mode) implements NetlinkStep {
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
  record ConfigureLink(String name, int index, LinkSettings settings) implements NetlinkStep {
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
  record RenameLink(String name, int index, String newName) implements NetlinkStep {
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
  record AddAltname(String name, int index, String altname, boolean unlessTaken)
      implements NetlinkStep {
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
  record DeleteAltname(String name, int index, String altname) implements NetlinkStep {
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
      implements NetlinkStep {
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
   * Takes a bridge away that will be deleted when the engine has nothing else to do: it has another
   * name and alias, and is nobody's; one that is gone already is no error. Equivalent to {@code ip
   * link set NAME name fvgoneINDEX alias fastvif-retired} and a later {@code ip link delete
   * fvgoneINDEX}.
   *
   * <p>The kernel deletes bridges one after another, each with a wait of some 17 ms of its own,
   * however they are told of ({@code br_multicast_dev_del} in net/bridge/br_multicast.c ends with
   * {@code rcu_barrier}).
   *
   * @param index the bridge's index
   * @param group the interface group it is in
   * @param keeper the engine that keeps it for a while, for the next plug that makes one, set down:
   *     {@code ip link set NAME name fvgoneINDEX alias fastvif-kept:KEEPER down}; null for none
   */
  record RetireBridge(String name, int index, int group, String keeper) implements NetlinkStep {
    /** The alias of a bridge that is only still to be deleted. */
    public static final String ALIAS = "fastvif-retired";

    /** How the alias of a bridge begins that is kept; an engine's name follows. */
    public static final String KEPT_ALIAS = "fastvif-kept:";

    /** Of a bridge that nobody keeps. */
    public RetireBridge(String name, int index, int group) {
      this(name, index, group, null);
    }

    /** The name until it is deleted, of at most 14 characters. */
    public String newName() {
      return "fvgone" + Integer.toHexString(index);
    }

    /** The alias until it is deleted. */
    public String alias() {
      return keeper == null ? ALIAS : KEPT_ALIAS + keeper;
    }

    @Override
    public String toString() {
      return "retire " + name + ": name " + newName() + ", deleted later";
    }
  }

  /**
   * Makes a retired bridge the one that a plan makes, which is then as one that was just made.
   * Equivalent to {@code ip link set fvgoneINDEX name NAME alias ""}.
   *
   * @param index the retired bridge's index
   */
  record ReuseBridge(String name, int index) implements NetlinkStep {
    @Override
    public String toString() {
      return "create bridge " + name + " of a retired one";
    }
  }

  /** Adds a route. Equivalent to {@code ip route add ROUTE dev NAME}. */
  record AddRoute(String name, RouteState route) implements NetlinkStep {
    @Override
    public String toString() {
      return "add route " + route + " dev " + name;
    }
  }

  /** Deletes a route. Equivalent to {@code ip route delete ROUTE dev NAME}. */
  record DeleteRoute(String name, RouteState route) implements NetlinkStep {
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
  record AddProxyNeighbour(String name, InetAddress address) implements NetlinkStep {
    @Override
    public String toString() {
      return "add proxy neighbour " + address.getHostAddress() + " dev " + name;
    }
  }
}
