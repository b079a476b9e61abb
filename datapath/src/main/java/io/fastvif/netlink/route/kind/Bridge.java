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

  /** Forgets all options. */
  public Bridge reset() {
    options.clear();
    return this;
  }

  /**
   * Sets how long a port listens and learns before it forwards: {@code forward_delay}.
   *
   * @param centiseconds 200 to 3000 with STP on; 0 and up with it off
   */
  public Bridge forwardDelay(int centiseconds) {
    options.setInt(IFLA_BR_FORWARD_DELAY, centiseconds);
    return this;
  }

  /**
   * Sets how long a learned address is kept: {@code ageing_time}.
   *
   * @param centiseconds 0 forgets addresses at once, which makes the bridge flood
   */
  public Bridge ageingTime(int centiseconds) {
    options.setInt(IFLA_BR_AGEING_TIME, centiseconds);
    return this;
  }

  /**
   * Turns the spanning tree protocol on or off: {@code stp_state}.
   *
   * @param on whether to
   */
  public Bridge spanningTree(boolean on) {
    options.setInt(IFLA_BR_STP_STATE, on ? 1 : 0);
    return this;
  }

  /**
   * Turns IGMP and MLD snooping on or off: {@code mcast_snooping}.
   *
   * @param on whether to
   */
  public Bridge multicastSnooping(boolean on) {
    options.setFlag(IFLA_BR_MCAST_SNOOPING, on);
    return this;
  }

  /**
   * Has the bridge forward a frame within its VLAN only, or as if there were none: {@code
   * vlan_filtering}. EOPNOTSUPP from a kernel without CONFIG_BRIDGE_VLAN_FILTERING.
   *
   * @param on whether to
   */
  public Bridge vlanFiltering(boolean on) {
    options.setFlag(IFLA_BR_VLAN_FILTERING, on);
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
