package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageEncoder;

/**
 * Writes address requests: RTM_NEWADDR, RTM_DELADDR and RTM_GETADDR. Addresses are 4 or 16 bytes in
 * network order, as of {@code InetAddress.getAddress}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/rtnetlink.7.html">rtnetlink(7)</a>
 */
public final class AddressRequest extends RtnetlinkRequest {
  /**
   * Makes a request.
   *
   * @param encoder where messages go
   */
  public AddressRequest(MessageEncoder encoder) {
    super(encoder);
  }

  /**
   * Begins to give a link an address. EEXIST if it has it. Equivalent to {@code ip address add
   * ADDRESS/PREFIX dev DEV}.
   *
   * @param index the link's index
   * @param address the address
   * @param prefixLength how many of its bits are the network's
   */
  public AddressRequest add(int index, byte[] address, int prefixLength) {
    return begin(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, index, address, address, prefixLength);
  }

  /**
   * Begins to take an address from a link. EADDRNOTAVAIL if it does not have it. Equivalent to
   * {@code ip address delete ADDRESS/PREFIX dev DEV}.
   *
   * @param index the link's index
   * @param address the address
   * @param prefixLength how many of its bits are the network's
   */
  public AddressRequest delete(int index, byte[] address, int prefixLength) {
    return begin(RTM_DELADDR, 0, index, address, address, prefixLength);
  }

  /**
   * Begins to read addresses. Equivalent to {@code ip address show}.
   *
   * @param family AF_INET or AF_INET6, or 0 for both
   */
  public AddressRequest dump(int family) {
    beginDump(RTM_GETADDR, AddressInfo.LENGTH);
    encoder.setHeaderByte(AddressInfo.FAMILY, family);
    return this;
  }

  /**
   * Narrows a {@link #dump} to a link. Equivalent to {@code dev DEV}. Needs strict checking (Linux
   * 4.20), else the kernel sends all.
   *
   * @param index the link's index
   */
  public AddressRequest ofLink(int index) {
    encoder.setHeaderInt(AddressInfo.INDEX, index);
    return this;
  }

  /**
   * Sets the flags. Equivalent to {@code nodad}, {@code noprefixroute} and their like.
   *
   * @param flags IFA_F_… of linux/if_addr.h
   */
  public AddressRequest flags(int flags) {
    encoder.setHeaderByte(AddressInfo.FLAGS, flags & 0xff); // the lower ones once more
    encoder.putInt(IFA_FLAGS, flags);
    return this;
  }

  /**
   * Sets the broadcast address: {@code broadcast ADDRESS}.
   *
   * @param address 4 bytes
   */
  public AddressRequest broadcast(byte[] address) {
    encoder.putBytes(IFA_BROADCAST, address);
    return this;
  }

  private AddressRequest begin(
      int type, int flags, int index, byte[] address, byte[] peer, int prefixLength) {
    if (index <= 0) {
      throw new IllegalArgumentException("a link's index is positive, not " + index);
    }
    if (InternetAddress.isIpv4(address) != InternetAddress.isIpv4(peer)) {
      throw new IllegalArgumentException("the two addresses are of different families");
    }
    beginAcknowledged(type, flags, AddressInfo.LENGTH);
    encoder.setHeaderByte(AddressInfo.FAMILY, InternetAddress.isIpv4(address) ? AF_INET : AF_INET6);
    encoder.setHeaderByte(AddressInfo.PREFIX_LENGTH, prefixLength);
    encoder.setHeaderInt(AddressInfo.INDEX, index);
    encoder.putBytes(IFA_LOCAL, address);
    encoder.putBytes(IFA_ADDRESS, peer);
    return this;
  }
}
