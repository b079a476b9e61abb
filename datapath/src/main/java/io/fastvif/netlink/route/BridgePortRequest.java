package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageEncoder;

/**
 * Settings of a link as a bridge's port. Equivalent to {@code bridge link set dev NAME hairpin on
 * isolated on}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man8/bridge.8.html">bridge(8), linux/if_link.h</a>
 */
public final class BridgePortRequest extends RtnetlinkRequest {
  private static final int NLA_F_NESTED = 0x8000;

  /** Makes requests in that buffer. */
  public BridgePortRequest(MessageEncoder encoder) {
    super(encoder);
  }

  /**
   * Begins to set both.
   *
   * @param index of the port
   * @param hairpin whether a frame may leave by the port that it came by
   * @param isolated whether no frame is forwarded to another port that is isolated
   */
  public BridgePortRequest set(int index, boolean hairpin, boolean isolated) {
    beginAcknowledged(RTM_SETLINK, 0, InterfaceInfo.LENGTH);
    encoder.setHeaderByte(InterfaceInfo.FAMILY, AF_BRIDGE);
    encoder.setHeaderInt(InterfaceInfo.INDEX, index);
    encoder.beginNested(IFLA_PROTINFO | NLA_F_NESTED);
    encoder.putByte(IFLA_BRPORT_MODE, hairpin ? 1 : 0);
    encoder.putByte(IFLA_BRPORT_ISOLATED, isolated ? 1 : 0);
    encoder.endNested();
    return this;
  }
}
