package io.fastvif.plugin.bridge;

/** Who makes the VIF's device, and as what: the option {@code create_port}. */
enum CreatePort {
  /** The hypervisor does. */
  NONE,
  /** A persistent tap. */
  TAP,
  /** A veth pair, whose other end is the guest's. */
  VETH
}
