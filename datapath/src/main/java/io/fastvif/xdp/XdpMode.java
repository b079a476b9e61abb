package io.fastvif.xdp;

import static io.fastvif.bindings.linux.linux_h.*;

/**
 * Where the program runs. Offload to the card is not among them: no driver's card redirects into
 * sockets of the host.
 */
public enum XdpMode {
  /** In the driver where it can, else {@link #GENERIC}. */
  AUTO(0),

  /** In the driver, before the host has made a packet of the frame. */
  NATIVE(XDP_FLAGS_DRV_MODE),

  /** In the network stack, for any driver. */
  GENERIC(XDP_FLAGS_SKB_MODE);

  private final int flags;

  XdpMode(int flags) {
    this.flags = flags;
  }

  int flags() {
    return flags;
  }
}
