package io.fastvif.plan;

import java.util.List;

/**
 * What hangs on a link: addresses, routes of all tables, next hop objects, rules and neighbours, of
 * IPv4 and IPv6, but for what the kernel makes of these by itself.
 *
 * @param all the entries, in the order in which they can be added to another link and come to be as
 *     they are here
 * @param acceptRa the link's {@code accept_ra}; -1 if it has no IPv6
 */
public record LinkEntries(List<LinkEntry> all, int acceptRa) {
  /** Nothing. */
  public static final LinkEntries NONE = new LinkEntries(List.of(), -1);

  /** Copies the list. */
  public LinkEntries {
    all = List.copyOf(all);
  }
}
