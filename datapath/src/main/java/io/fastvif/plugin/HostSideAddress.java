package io.fastvif.plugin;

import io.fastvif.vif.MacAddress;

/** The MAC address of the host's end of a guest's link. */
public final class HostSideAddress {
  private static final long FIRST_OCTET = 0xfeL << 40;
  private static final long OTHER_OCTETS = 0xff_ffff_ffffL;

  private HostSideAddress() {}

  /**
   * The guest's address with 0xfe in front, as libvirt has it: a bridge takes the numerically least
   * address of its ports for its own, and must not change it with each VIF; and frames to the
   * address of a port itself are the host's.
   *
   * @param guest the guest's address; null for none, which gives null
   */
  public static MacAddress of(MacAddress guest) {
    return guest == null ? null : new MacAddress((guest.value() & OTHER_OCTETS) | FIRST_OCTET);
  }
}
