package io.fastvif.tuntap;

import static io.fastvif.bindings.linux.linux_h.*;

/**
 * How a tap is made.
 *
 * @param multiQueue whether several queues may be attached ({@code multi_queue})
 * @param vnetHeader whether each frame has a virtio-net header before it ({@code vnet_hdr})
 * @param owner the user who may attach without CAP_NET_ADMIN ({@code user}); -1 for none
 * @param group the group that may ({@code group}); -1 for none
 */
public record TapOptions(boolean multiQueue, boolean vnetHeader, int owner, int group) {
  private static final int NONE = -1;

  /**
   * One queue, no header, no owner.
   *
   * @return the options
   */
  public static TapOptions plain() {
    return new TapOptions(false, false, NONE, NONE);
  }

  /** The flags of TUNSETIFF: frames with no packet information before them. */
  int flags() {
    return IFF_TAP
        | IFF_NO_PI
        | (multiQueue ? IFF_MULTI_QUEUE : 0)
        | (vnetHeader ? IFF_VNET_HDR : 0);
  }

  /** The flags by their names in linux/if_tun.h, of those that a tap of fastvif's may have. */
  static String words(int flags) {
    return "IFF_TAP|IFF_NO_PI"
        + ((flags & IFF_MULTI_QUEUE) == 0 ? "" : "|IFF_MULTI_QUEUE")
        + ((flags & IFF_VNET_HDR) == 0 ? "" : "|IFF_VNET_HDR")
        + ((flags & IFF_TUN_EXCL) == 0 ? "" : "|IFF_TUN_EXCL");
  }
}
