package io.fastvif.observe.reader;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.DumpHandler;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.EntryMessage;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.RtnetlinkRequest;
import io.fastvif.plan.LinkEntries;
import io.fastvif.plan.LinkEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Reads what hangs on a link. What the kernel makes by itself of an address (its local and
 * broadcast routes, the route to its network) or of a link (multicast routes) is left out, because
 * it comes and goes with that.
 */
public final class LinkEntryReader {
  /** The third of the options in linux/ipv6.h, DEVCONF_ACCEPT_RA, which the bindings lack. */
  private static final int ACCEPT_RA = 3;

  /** The second of them, DEVCONF_MTU6. */
  private static final int IPV6_MTU = 2;

  private static final int PERMANENT_STATE_OFFSET = 8;
  private static final int NEIGHBOUR_FLAGS_OFFSET = 10;

  private final RouteSocket socket;
  private final int index;
  private String name;
  private long mac;
  private int master;
  private int acceptRa = -1;
  private int ipv6Mtu;
  private EntryMessage entry;
  private final List<RouteEntry> ownMtu = new ArrayList<>();

  private LinkEntryReader(RouteSocket socket, int index) {
    this.socket = socket;
    this.index = index;
  }

  /** Reads what hangs on the link of that index; nothing if it is gone. */
  public static LinkEntries read(RouteSocket socket, int index) {
    return new LinkEntryReader(socket, index).read();
  }

  /** Of what hangs on a link, its next hop objects and the neighbours that somebody has set. */
  static List<LinkEntry> nextHopsAndNeighbours(RouteSocket socket, int index) {
    LinkEntryReader reader = new LinkEntryReader(socket, index);
    List<LinkEntry> all = new ArrayList<>();
    if (reader.isThere()) {
      reader.nextHops(all);
      reader.neighbours(all);
    }
    return all;
  }

  private LinkEntries read() {
    if (!isThere()) {
      return LinkEntries.NONE;
    }
    List<AddressEntry> addresses = addresses();
    List<RouteEntry> routes = new ArrayList<>();
    routes(AF_INET, routes);
    routes(AF_INET6, routes);
    List<LinkEntry> withMtu = withMtu();
    routes.removeIf(route -> addresses.stream().anyMatch(address -> address.makes(route)));
    routes.sort(Comparator.comparingInt(RouteEntry::order));
    List<LinkEntry> all = new ArrayList<>();
    // IPv6's to a network need no address, and the kernel makes those that are not there by then.
    List<RouteEntry> first = routes.stream().filter(RouteEntry::isToIpv6Network).toList();
    boolean takesAdvertisements = acceptRa > 0;
    first.forEach(route -> all.add(route.entry(routes, takesAdvertisements)));
    addresses.forEach(address -> all.add(address.entry(mac)));
    routes.stream()
        .filter(route -> !route.isToIpv6Network())
        .forEach(route -> all.add(route.entry(routes, takesAdvertisements)));
    nextHops(all);
    rules(AF_INET, all);
    rules(AF_INET6, all);
    neighbours(all);
    return new LinkEntries(all, acceptRa, withMtu, ipv6Mtu);
  }

  /** Reads of the link itself; false if it is gone. */
  private boolean isThere() {
    LinkMessage link = new LinkMessage();
    ifThere(
        () ->
            socket.query(
                socket.link().get(index),
                message -> {
                  link.wrap(message);
                  name = link.name();
                  mac = link.address();
                  master = link.master();
                  acceptRa = link.inet6Conf(ACCEPT_RA, -1);
                  ipv6Mtu = link.inet6Conf(IPV6_MTU, 0);
                }));
    if (name == null) {
      return false;
    }
    entry = new EntryMessage(index, nameBytes());
    return true;
  }

  /** In the order in which they must be added to come to be in this one: IPv6's go to the front. */
  private List<AddressEntry> addresses() {
    List<AddressEntry> ipv4 = new ArrayList<>();
    List<AddressEntry> ipv6 = new ArrayList<>();
    dump(
        () -> socket.address().dump(AF_UNSPEC).ofLink(index),
        () -> {
          ipv4.clear();
          ipv6.clear();
        },
        message -> {
          AddressEntry address = new AddressEntry(entry.wrap(message));
          if (entry.isOfLink()) {
            if (address.isIpv6()) {
              ipv6.addFirst(address);
            } else {
              ipv4.add(address);
            }
          }
        });
    ipv4.addAll(ipv6);
    return ipv4;
  }

  private void routes(int family, List<RouteEntry> all) {
    List<RouteEntry> routes = new ArrayList<>();
    List<EntryMessage> joint = new ArrayList<>();
    dump(
        () -> socket.route().dump(family).outputInterface(index),
        () -> {
          routes.clear();
          joint.clear();
          ownMtu.clear();
        },
        message -> {
          RouteEntry route = new RouteEntry(entry.wrap(message));
          if (route.hasOwnMtu() && (entry.isOfLink() || route.hasNextHopObject())) {
            ownMtu.add(route);
          }
          if (!entry.isOfLink() || route.isMadeWithLink() || route.hasNextHopObject()) {
            return;
          }
          if (route.isIpv6() && !entry.otherHops().isEmpty()) {
            joint.add(new EntryMessage(index, nameBytes()).wrap(message));
          } else {
            routes.add(route);
          }
        });
    joint.forEach(message -> routes.add(new RouteEntry(message.withoutHops(joined(message)))));
    all.addAll(routes);
  }

  /** Those of IPv6, which were read last, with an MTU of their own. */
  private List<LinkEntry> withMtu() {
    List<RouteEntry> all = new ArrayList<>();
    if (!ownMtu.stream().allMatch(RouteEntry::isHop)) {
      dump(
          () -> socket.route().dump(AF_INET6),
          all::clear,
          message -> all.add(new RouteEntry(entry.wrap(message))));
    }
    return ownMtu.stream().map(route -> route.withOwnMtu(all)).toList();
  }

  /**
   * The other links of a multipath route that are this one's bridge or its ports. Of a route by an
   * uplink and the same by its bridge, which are there while it is moved, IPv6 makes one.
   */
  private Set<Integer> joined(EntryMessage route) {
    Set<Integer> others = new TreeSet<>(route.otherHops());
    others.removeIf(other -> other != master && master(other) != index);
    return others;
  }

  private int master(int other) {
    int[] found = new int[1];
    LinkMessage link = new LinkMessage();
    ifThere(
        () ->
            socket.query(
                socket.link().get(other), message -> found[0] = link.wrap(message).master()));
    return found[0];
  }

  private byte[] nameBytes() {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  private void nextHops(List<LinkEntry> all) {
    List<LinkEntry> hops = new ArrayList<>();
    dump(
        () -> socket.entry().dumpNextHops(index),
        hops::clear,
        message -> {
          LinkEntry hop = EntryText.nextHop(entry.wrap(message));
          if (entry.isOfLink()) {
            hops.add(hop);
          }
        });
    all.addAll(hops);
  }

  private void rules(int family, List<LinkEntry> all) {
    List<LinkEntry> rules = new ArrayList<>();
    dump(
        () -> socket.entry().dumpRules(family),
        rules::clear,
        message -> {
          LinkEntry rule = EntryText.rule(entry.wrap(message));
          if (entry.isOfLink()) {
            rules.add(rule);
          }
        });
    all.addAll(rules);
  }

  private void neighbours(List<LinkEntry> all) {
    for (int family : new int[] {AF_INET, AF_INET6}) {
      neighbours(family, false, all);
      neighbours(family, true, all);
    }
  }

  /** Those that somebody has set; what the kernel has learned it learns again. */
  private void neighbours(int family, boolean proxies, List<LinkEntry> all) {
    List<LinkEntry> neighbours = new ArrayList<>();
    dump(
        () -> socket.entry().dumpNeighbours(family, index, proxies),
        neighbours::clear,
        message -> {
          entry.wrap(message);
          int flags = entry.headerByte(NEIGHBOUR_FLAGS_OFFSET);
          boolean isProxy = (flags & NTF_PROXY) != 0;
          boolean isSet =
              (entry.headerByte(PERMANENT_STATE_OFFSET) & NUD_PERMANENT) != 0
                  || (flags & NTF_EXT_LEARNED) != 0
                  || (entry.number(NDA_FLAGS_EXT, 0) & NTF_EXT_MANAGED) != 0;
          if (isProxy == proxies && (isProxy || isSet)) {
            LinkEntry neighbour = EntryText.neighbour(entry, isProxy);
            if (entry.isOfLink()) {
              neighbours.add(neighbour);
            }
          }
        });
    all.addAll(neighbours);
  }

  private void dump(Supplier<RtnetlinkRequest> request, Runnable begin, DumpHandler each) {
    ifThere(
        () ->
            socket.dump(
                request.get(),
                new DumpHandler() {
                  @Override
                  public void onBegin() {
                    begin.run();
                  }

                  @Override
                  public void onMessage(MessageDecoder message) {
                    each.onMessage(message);
                  }
                }));
  }

  /** A link may be gone, a table not made yet, a kernel without IPv6 or next hop objects. */
  private static void ifThere(Runnable reading) {
    try {
      reading.run();
    } catch (NetlinkException refused) {
      switch (refused.errno()) {
        case Errno.ENODEV, Errno.ENOENT, Errno.EOPNOTSUPP, Errno.EAFNOSUPPORT -> {
          // nothing of that sort is there
        }
        default -> throw refused;
      }
    }
  }
}
