package io.fastvif.cni;

import java.net.InetAddress;

/**
 * A range of addresses that {@code host-local} gives.
 *
 * @param subnet their network
 * @param first the first of them
 * @param last the last of them
 * @param gateway never given
 */
record AddressRange(Cidr subnet, InetAddress first, InetAddress last, InetAddress gateway) {
  private static final int RESERVED_BITS = 2;

  /** Reads one as the reference plugin does, with the same defaults. */
  static AddressRange read(ConfigObject object) {
    Cidr subnet = Cidr.parse(object.place("subnet"), object.text("subnet"));
    if (subnet.length() > subnet.bits() - RESERVED_BITS) {
      throw CniException.ofKey(
          object.place("subnet"), subnet, "a network of four addresses or more");
    }
    if (!subnet.equals(subnet.network())) {
      throw CniException.ofKey(object.place("subnet"), subnet, subnet.network().toString());
    }
    InetAddress afterFirst = Cidr.next(subnet.address());
    InetAddress end = subnet.last();
    InetAddress beforeEnd = subnet.isIpv4() ? previous(end) : end;
    InetAddress first = bound(object, "rangeStart", subnet, afterFirst);
    InetAddress last = bound(object, "rangeEnd", subnet, beforeEnd);
    if (Cidr.compare(last, first) < 0) {
      throw CniException.ofKey(object.place("rangeEnd"), Cidr.text(last), "one from the first on");
    }
    String gateway = object.text("gateway");
    return new AddressRange(
        subnet,
        first,
        last,
        gateway.isEmpty() ? afterFirst : Cidr.address(object.place("gateway"), gateway));
  }

  private static InetAddress bound(
      ConfigObject object, String key, Cidr subnet, InetAddress byDefault) {
    String text = object.text(key);
    if (text.isEmpty()) {
      return byDefault;
    }
    InetAddress bound = Cidr.address(object.place(key), text);
    if (!subnet.contains(bound)) {
      throw CniException.ofKey(object.place(key), text, "an address of " + subnet);
    }
    return bound;
  }

  private static InetAddress previous(InetAddress from) {
    byte[] bytes = from.getAddress();
    for (int i = bytes.length - 1; i >= 0 && bytes[i]-- == 0; i--) {
      // borrows
    }
    return Cidr.of(bytes);
  }

  /** Whether the address can be given. */
  boolean contains(InetAddress address) {
    return subnet.contains(address)
        && Cidr.compare(first, address) <= 0
        && Cidr.compare(address, last) <= 0;
  }

  /** Whether the two have addresses in common. */
  boolean overlaps(AddressRange other) {
    return first.getClass() == other.first.getClass()
        && (contains(other.first)
            || contains(other.last)
            || other.contains(first)
            || other.contains(last));
  }

  @Override
  public String toString() {
    return Cidr.text(first) + "-" + Cidr.text(last);
  }
}
