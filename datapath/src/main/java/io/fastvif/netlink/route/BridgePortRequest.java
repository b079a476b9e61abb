package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageEncoder;

/**
 * Writes requests that set a bridge's options of one of its ports: RTM_SETLINK of family AF_BRIDGE.
 *
 * @see <a href="https://man7.org/linux/man-pages/man8/bridge.8.html">bridge(8), linux/if_link.h</a>
 */
public final class BridgePortRequest extends Request {
  private static final int NLA_F_NESTED = 0x8000;

  private boolean optionsOpen;

  /**
   * Makes a request.
   *
   * @param encoder where messages go
   */
  public BridgePortRequest(MessageEncoder encoder) {
    super(encoder);
  }

  /**
   * Begins to change the options of a port. EOPNOTSUPP if the link is no bridge's port. Equivalent
   * to {@code bridge link set dev DEV}.
   *
   * @param index the port's index
   * @return this
   */
  public BridgePortRequest set(int index) {
    if (index <= 0) {
      throw new IllegalArgumentException("a link's index is positive, not " + index);
    }
    beginAcknowledged(RTM_SETLINK, 0, InterfaceInfo.LENGTH);
    encoder.setHeaderByte(InterfaceInfo.FAMILY, AF_BRIDGE);
    encoder.setHeaderInt(InterfaceInfo.INDEX, index);
    encoder.beginNested(IFLA_PROTINFO | NLA_F_NESTED);
    optionsOpen = true;
    return this;
  }

  /**
   * Learns the addresses of incoming frames, or not. Equivalent to {@code bridge link set dev DEV
   * learning on}.
   *
   * @param on whether to
   * @return this
   */
  public BridgePortRequest learning(boolean on) {
    encoder.putByte(IFLA_BRPORT_LEARNING, on ? 1 : 0);
    return this;
  }

  /**
   * Isolates the port from the other isolated ones. Equivalent to {@code bridge link set dev DEV
   * isolated on}.
   *
   * @param on whether to
   * @return this
   */
  public BridgePortRequest isolated(boolean on) {
    encoder.putByte(IFLA_BRPORT_ISOLATED, on ? 1 : 0);
    return this;
  }

  /**
   * Sends frames back out of the port that they came in by. Equivalent to {@code bridge link set
   * dev DEV hairpin on}.
   *
   * @param on whether to
   * @return this
   */
  public BridgePortRequest hairpin(boolean on) {
    encoder.putByte(IFLA_BRPORT_MODE, on ? 1 : 0);
    return this;
  }

  /**
   * Sends frames to unknown addresses out of this port too. Equivalent to {@code bridge link set
   * dev DEV flood on}.
   *
   * @param on whether to
   * @return this
   */
  public BridgePortRequest unicastFlood(boolean on) {
    encoder.putByte(IFLA_BRPORT_UNICAST_FLOOD, on ? 1 : 0);
    return this;
  }

  /**
   * Sends multicast frames of unknown groups out of this port too. Equivalent to {@code bridge link
   * set dev DEV mcast_flood on}.
   *
   * @param on whether to
   * @return this
   */
  public BridgePortRequest multicastFlood(boolean on) {
    encoder.putByte(IFLA_BRPORT_MCAST_FLOOD, on ? 1 : 0);
    return this;
  }

  /**
   * Sends broadcast frames out of this port too. Equivalent to {@code bridge link set dev DEV
   * bcast_flood on}.
   *
   * @param on whether to
   * @return this
   */
  public BridgePortRequest broadcastFlood(boolean on) {
    encoder.putByte(IFLA_BRPORT_BCAST_FLOOD, on ? 1 : 0);
    return this;
  }

  /**
   * Sends multicast frames to each member on its own. Equivalent to {@code bridge link set dev DEV
   * mcast_to_unicast on}.
   *
   * @param on whether to
   * @return this
   */
  public BridgePortRequest multicastToUnicast(boolean on) {
    encoder.putByte(IFLA_BRPORT_MCAST_TO_UCAST, on ? 1 : 0);
    return this;
  }

  /**
   * Ends a membership at once when a member leaves. Equivalent to {@code bridge link set dev DEV
   * fastleave on}.
   *
   * @param on whether to
   * @return this
   */
  public BridgePortRequest fastLeave(boolean on) {
    encoder.putByte(IFLA_BRPORT_FAST_LEAVE, on ? 1 : 0);
    return this;
  }

  /**
   * Ignores the spanning tree's packets that come in. Equivalent to {@code bridge link set dev DEV
   * guard on}.
   *
   * @param on whether to
   * @return this
   */
  public BridgePortRequest guard(boolean on) {
    encoder.putByte(IFLA_BRPORT_GUARD, on ? 1 : 0);
    return this;
  }

  /**
   * Answers neighbour requests for this port, instead of flooding them. Equivalent to {@code bridge
   * link set dev DEV neigh_suppress on}.
   *
   * @param on whether to
   * @return this
   */
  public BridgePortRequest neighbourSuppression(boolean on) {
    encoder.putByte(IFLA_BRPORT_NEIGH_SUPPRESS, on ? 1 : 0);
    return this;
  }

  /**
   * Drops frames from addresses that are not in the table. Equivalent to {@code bridge link set dev
   * DEV locked on}.
   *
   * @param on whether to
   * @return this
   */
  public BridgePortRequest locked(boolean on) {
    encoder.putByte(IFLA_BRPORT_LOCKED, on ? 1 : 0);
    return this;
  }

  /**
   * Sets which multicast the port takes: the per-port part of multicast snooping. Equivalent to
   * {@code bridge link set dev DEV mcast_router MODE}.
   *
   * @param mode 0 no router, 1 learn whether there is one, 2 always one, 3 one for a while
   * @return this
   */
  public BridgePortRequest multicastRouter(int mode) {
    encoder.putByte(IFLA_BRPORT_MULTICAST_ROUTER, mode);
    return this;
  }

  /**
   * Sets the port's state in the spanning tree; only with STP off. Equivalent to {@code bridge link
   * set dev DEV state STATE}.
   *
   * @param state BR_STATE_… of linux/if_bridge.h
   * @return this
   */
  public BridgePortRequest state(int state) {
    encoder.putByte(IFLA_BRPORT_STATE, state);
    return this;
  }

  /**
   * Sets the port's priority in the spanning tree. Equivalent to {@code bridge link set dev DEV
   * priority PRIORITY}.
   *
   * @param priority 0 to 63
   * @return this
   */
  public BridgePortRequest priority(int priority) {
    encoder.putShort(IFLA_BRPORT_PRIORITY, priority);
    return this;
  }

  /**
   * Sets the cost of the path through the port. Equivalent to {@code bridge link set dev DEV cost
   * COST}.
   *
   * @param cost 1 to 65535
   * @return this
   */
  public BridgePortRequest cost(int cost) {
    encoder.putInt(IFLA_BRPORT_COST, cost);
    return this;
  }

  @Override
  public boolean end() {
    if (optionsOpen) {
      encoder.endNested();
      optionsOpen = false;
    }
    return super.end();
  }
}
