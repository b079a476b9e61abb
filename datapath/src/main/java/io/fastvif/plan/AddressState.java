package io.fastvif.plan;

import java.net.InetAddress;

/**
 * An address of a link.
 *
 * @param address the address
 * @param prefixLength its prefix's length in bits
 * @param broadcast its broadcast address, null for none
 * @param scope the kernel's scope number (RT_SCOPE_*: 0 is universe, 253 link, 254 host)
 * @param flags the kernel's address flags (IFA_F_* of linux/if_addr.h)
 * @param label its label, empty for none
 */
public record AddressState(
    InetAddress address,
    int prefixLength,
    InetAddress broadcast,
    int scope,
    int flags,
    String label) {
  @Override
  public String toString() {
    return address.getHostAddress() + "/" + prefixLength;
  }
}
