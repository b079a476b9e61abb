package io.fastvif.observe.reader;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.route.EntryMessage;
import io.fastvif.netlink.route.EntryRequest;
import io.fastvif.plan.LinkEntry;
import java.util.Arrays;

/** An address of a link, with what tells the routes that the kernel makes of it. */
final class AddressEntry {
  private static final int PREFIX_LENGTH_OFFSET = 1;
  private static final int FLAGS_OFFSET = 2;
  private static final int SCOPE_OFFSET = 3;
  private static final int IPV6_PREFIX_METRIC = 256;
  private static final int LINK_LOCAL_PREFIX = 64;
  private static final int INTERFACE_ID = 8;
  private static final int UNIVERSAL_BIT = 0x02;

  private final boolean ipv6;
  private final int prefixLength;
  private final int flags;
  private final int scope;
  private final int metric;
  private final int protocol;
  private final byte[] local;
  private final byte[] peer;
  private final byte[] body;
  private final byte[] identity;

  /** Reads it from a message. */
  AddressEntry(EntryMessage message) {
    ipv6 = message.headerByte(0) == AF_INET6;
    prefixLength = message.headerByte(PREFIX_LENGTH_OFFSET);
    flags = message.number(IFA_FLAGS, message.headerByte(FLAGS_OFFSET));
    scope = message.headerByte(SCOPE_OFFSET);
    metric = message.number(IFA_RT_PRIORITY, 0);
    byte[] made = message.attribute(IFA_PROTO);
    protocol = made == null ? IFAPROT_UNSPEC : made[0];
    peer = message.attribute(IFA_ADDRESS);
    byte[] own = message.attribute(IFA_LOCAL);
    local = own == null ? peer : own;
    body = message.body();
    identity = message.identity();
  }

  boolean isIpv6() {
    return ipv6;
  }

  /** Whether the kernel makes that route with this address and drops it with it. */
  boolean makes(RouteEntry route) {
    return (flags & IFA_F_NOPREFIXROUTE) == 0
        && route.isIpv6() == ipv6
        && route.isKernels()
        && !route.hasGateway()
        && route.destinationLength() == prefixLength
        && EntryText.isSameNetwork(route.destination(), peer, prefixLength)
        && (ipv6 ? makesIpv6(route) : makesIpv4(route));
  }

  private boolean makesIpv4(RouteEntry route) {
    return (flags & IFA_F_SECONDARY) == 0
        && route.metric() == metric
        && Arrays.equals(route.preferredSource(), local);
  }

  /** Of an address that is limited in time, the kernel leaves the route to its own end. */
  private boolean makesIpv6(RouteEntry route) {
    return (flags & IFA_F_PERMANENT) != 0
        && route.metric() == (metric == 0 ? IPV6_PREFIX_METRIC : metric);
  }

  /**
   * What is carried to another link.
   *
   * @param mac the link's, of which the kernel makes the link-local address
   */
  LinkEntry entry(long mac) {
    String text = EntryText.address(local) + "/" + prefixLength;
    return LinkEntry.builder(LinkEntry.Kind.ADDRESS, "address " + text, body, identity)
        .automatic(isAutomatic(mac))
        .advertised(ipv6 && protocol == IFAPROT_KERNEL_RA)
        .needsIpv6(ipv6)
        .checked(ipv6 && (flags & IFA_F_NODAD) == 0)
        .stable(ipv6 && (flags & IFA_F_STABLE_PRIVACY) != 0)
        .obstacle(obstacle())
        .labelSuffixBytes(EntryRequest.labelSuffixLength(body))
        .build();
  }

  private String obstacle() {
    if (ipv6 && (flags & IFA_F_TEMPORARY) != 0) {
      return "the kernel makes and renews temporary addresses (use_tempaddr) itself";
    }
    return ipv6 && (flags & IFA_F_DADFAILED) != 0
        ? "it is a duplicate of another host's address (dadfailed)"
        : null;
  }

  private boolean isAutomatic(long mac) {
    if (!ipv6 || scope != RT_SCOPE_LINK || prefixLength != LINK_LOCAL_PREFIX) {
      return false;
    }
    return protocol == IFAPROT_KERNEL_LL || (protocol == IFAPROT_UNSPEC && isMadeOf(mac));
  }

  /** Before Linux 5.18 the kernel does not say who made an address. */
  private boolean isMadeOf(long mac) {
    byte[] id = new byte[INTERFACE_ID];
    for (int i = 0; i < INTERFACE_ID; i++) {
      int octet = i < 3 ? i : i - 2;
      id[i] = (byte) (mac >>> (40 - 8 * octet));
    }
    id[0] ^= UNIVERSAL_BIT;
    id[3] = (byte) 0xff;
    id[4] = (byte) 0xfe;
    return Arrays.equals(id, Arrays.copyOfRange(local, INTERFACE_ID, 2 * INTERFACE_ID));
  }
}
