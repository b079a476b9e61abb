package io.fastvif.xdp;

import static io.fastvif.bindings.linux.linux_h.*;

/** Whether the kernel copies frames. */
public enum XdpCopy {
  /** Only where the driver cannot do without. */
  AUTO(0),

  /** Always. */
  COPY(XDP_COPY),

  /** Never: opening fails where the driver cannot do without. */
  ZERO_COPY(XDP_ZEROCOPY);

  private final int flags;

  XdpCopy(int flags) {
    this.flags = flags;
  }

  int flags() {
    return flags;
  }
}
