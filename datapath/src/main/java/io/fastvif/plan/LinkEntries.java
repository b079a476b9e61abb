package io.fastvif.plan;

import java.util.List;

/**
 * What hangs on a link: addresses, routes of all tables, next hop objects, rules and neighbours, of
 * IPv4 and IPv6, but for what the kernel makes of these by itself.
 *
 * @param all the entries, in the order in which they can be added to another link and come to be as
 *     they are here
 * @param acceptRa the link's {@code accept_ra}; -1 if it has no IPv6
 * @param withMtu IPv6 routes that leave by the link, also by next hop objects, and have an MTU of
 *     their own that is not locked: the kernel changes that when the link's is changed. Each is as
 *     it is, with all its links
 * @param ipv6Mtu the link's MTU for IPv6, which the kernel changes too; 0 if it has no IPv6
 */
public record LinkEntries(List<LinkEntry> all, int acceptRa, List<LinkEntry> withMtu, int ipv6Mtu) {
  /** Nothing. */
  public static final LinkEntries NONE = new LinkEntries(List.of(), -1);

  /** Copies the lists. */
  public LinkEntries {
    all = List.copyOf(all);
    withMtu = List.copyOf(withMtu);
  }

  /** Entries of a link of which no route has an MTU of its own. */
  public LinkEntries(List<LinkEntry> all, int acceptRa) {
    this(all, acceptRa, List.of(), 0);
  }
}
