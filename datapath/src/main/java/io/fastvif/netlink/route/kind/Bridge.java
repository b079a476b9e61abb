package io.fastvif.netlink.route.kind;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.route.LinkKind;

/**
 * A bridge: a switch in the kernel. Times are in hundredths of a second, as in the kernel's
 * interface (USER_HZ).
 *
 * <p>Equivalent to {@code ip link add NAME type bridge}.
 *
 * @see <a href="https://docs.kernel.org/networking/bridge.html">bridge, linux/if_link.h</a>
 */
public final class Bridge implements LinkKind {
  private final Options options = new Options();

  /** Makes the kind, with no options. */
  public Bridge() {}

  /**
   * Forgets all options.
   *
   * @return this
   */
  public Bridge reset() {
    options.clear();
    return this;
  }

  /**
   * Sets how long a port listens and learns before it forwards: {@code forward_delay}.
   *
   * @param centiseconds 200 to 3000 with STP on; 0 and up with it off
   * @return this
   */
  public Bridge forwardDelay(int centiseconds) {
    options.setInt(IFLA_BR_FORWARD_DELAY, centiseconds);
    return this;
  }

  /**
   * Sets the time between STP's hello packets: {@code hello_time}.
   *
   * @param centiseconds 100 to 1000
   * @return this
   */
  public Bridge helloTime(int centiseconds) {
    options.setInt(IFLA_BR_HELLO_TIME, centiseconds);
    return this;
  }

  /**
   * Sets the age at which STP drops what it heard: {@code max_age}.
   *
   * @param centiseconds 600 to 4000
   * @return this
   */
  public Bridge maxAge(int centiseconds) {
    options.setInt(IFLA_BR_MAX_AGE, centiseconds);
    return this;
  }

  /**
   * Sets how long a learned address is kept: {@code ageing_time}.
   *
   * @param centiseconds 0 forgets addresses at once, which makes the bridge flood
   * @return this
   */
  public Bridge ageingTime(int centiseconds) {
    options.setInt(IFLA_BR_AGEING_TIME, centiseconds);
    return this;
  }

  /**
   * Turns the spanning tree protocol on or off: {@code stp_state}.
   *
   * @param on whether to
   * @return this
   */
  public Bridge spanningTree(boolean on) {
    options.setInt(IFLA_BR_STP_STATE, on ? 1 : 0);
    return this;
  }

  /**
   * Sets the bridge's priority in the spanning tree: {@code priority}.
   *
   * @param priority 0 to 65535, lower wins
   * @return this
   */
  public Bridge priority(int priority) {
    options.setShort(IFLA_BR_PRIORITY, priority);
    return this;
  }

  /**
   * Turns VLAN filtering on or off: {@code vlan_filtering}.
   *
   * @param on whether to
   * @return this
   */
  public Bridge vlanFiltering(boolean on) {
    options.setFlag(IFLA_BR_VLAN_FILTERING, on);
    return this;
  }

  /**
   * Sets the Ethernet type of VLAN tags: {@code vlan_protocol}.
   *
   * @param etherType 0x8100 or 0x88a8
   * @return this
   */
  public Bridge vlanProtocol(int etherType) {
    options.setShortBigEndian(IFLA_BR_VLAN_PROTOCOL, etherType);
    return this;
  }

  /**
   * Sets the VLAN of untagged frames on new ports: {@code vlan_default_pvid}.
   *
   * @param vlan 0 to 4094; 0 for none
   * @return this
   */
  public Bridge vlanDefaultPortId(int vlan) {
    options.setShort(IFLA_BR_VLAN_DEFAULT_PVID, vlan);
    return this;
  }

  /**
   * Sets which link-local groups are forwarded: {@code group_fwd_mask}.
   *
   * @param mask bit N for 01:80:c2:00:00:0N
   * @return this
   */
  public Bridge groupForwardMask(int mask) {
    options.setShort(IFLA_BR_GROUP_FWD_MASK, mask);
    return this;
  }

  /**
   * Turns IGMP and MLD snooping on or off: {@code mcast_snooping}.
   *
   * @param on whether to
   * @return this
   */
  public Bridge multicastSnooping(boolean on) {
    options.setFlag(IFLA_BR_MCAST_SNOOPING, on);
    return this;
  }

  /**
   * Makes the bridge ask who wants which group: {@code mcast_querier}.
   *
   * @param on whether to
   * @return this
   */
  public Bridge multicastQuerier(boolean on) {
    options.setFlag(IFLA_BR_MCAST_QUERIER, on);
    return this;
  }

  /**
   * Passes IPv4 frames through iptables: {@code nf_call_iptables}.
   *
   * @param on whether to
   * @return this
   */
  public Bridge callIptables(boolean on) {
    options.setFlag(IFLA_BR_NF_CALL_IPTABLES, on);
    return this;
  }

  /**
   * Passes IPv6 frames through ip6tables: {@code nf_call_ip6tables}.
   *
   * @param on whether to
   * @return this
   */
  public Bridge callIp6tables(boolean on) {
    options.setFlag(IFLA_BR_NF_CALL_IP6TABLES, on);
    return this;
  }

  /**
   * Passes ARP frames through arptables: {@code nf_call_arptables}.
   *
   * @param on whether to
   * @return this
   */
  public Bridge callArptables(boolean on) {
    options.setFlag(IFLA_BR_NF_CALL_ARPTABLES, on);
    return this;
  }

  @Override
  public String name() {
    return "bridge";
  }

  @Override
  public void encode(MessageEncoder encoder) {
    options.encode(encoder);
  }
}
