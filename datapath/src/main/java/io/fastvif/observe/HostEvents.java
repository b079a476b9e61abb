package io.fastvif.observe;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageHandler;
import io.fastvif.netlink.route.AddressMessage;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteMessage;
import io.fastvif.observe.reader.HostStates;
import io.fastvif.plan.HostChanges;
import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.SnapshotBuilder;

/**
 * Applies the kernel's events to what is known of a namespace, and marks what must be read because
 * the events do not tell it.
 *
 * <p>Each event of a link tells all of it, so it is simply put in the place of what was known.
 * Those of addresses and routes are only taken as a hint to read the link's anew: they do not give
 * the order of addresses, a route that replaces another does not say which, and the IPv4 routes
 * that vanish with their link's going down, with an address or with a next hop have no event at
 * all.
 */
final class HostEvents implements MessageHandler {
  /** Below it, a link has no IPv6 state (IPV6_MIN_MTU of linux/ipv6.h). */
  private static final int IPV6_MIN_MTU = 1280;

  /** Below it, a link has no IPv4 state (IPV4_MIN_MTU of net/ip.h). */
  private static final int IPV4_MIN_MTU = 68;

  /** What the addresses of multicast begin with, ff00::/8. */
  private static final byte IPV6_MULTICAST = (byte) 0xff;

  private static final String VETH = "veth";

  private final SnapshotBuilder host;
  private final UnreadState unread;
  private final HostStates states = new HostStates();

  /** Told what changes; null for nobody. */
  private HostChanges changes;

  HostEvents(SnapshotBuilder host, UnreadState unread) {
    this.host = host;
    this.unread = unread;
  }

  /** Has somebody told what changes; null for nobody. */
  void tell(HostChanges told) {
    changes = told;
  }

  private void changed(LinkState before, LinkState now) {
    if (changes != null) {
      changes.link(before, now);
    }
  }

  /** What hangs on a link has changed, maybe. */
  private void changed(int index) {
    LinkState link = changes == null ? null : host.link(index);
    if (link != null) {
      changes.link(link, link);
    }
  }

  @Override
  public void onAck(int sequence, int errno, String message, int attributeOffset) {
    // Nothing is asked on the socket of events.
  }

  @Override
  public void onMessage(MessageDecoder message) {
    switch (message.type()) {
      case RTM_NEWLINK, RTM_DELLINK -> onLink(states.link(message));
      case RTM_NEWADDR, RTM_DELADDR -> onAddress(states.address(message));
      case RTM_NEWROUTE, RTM_DELROUTE ->
          onRoute(states.route(message), (message.flags() & NLM_F_REPLACE) != 0);
      case RTM_NEWNEXTHOP, RTM_DELNEXTHOP -> markEveryRoute();
      default -> {
        // The groups carry nothing else that a snapshot has.
      }
    }
  }

  private void onLink(LinkMessage link) {
    // What a bridge tells of its port. That a port leaves it is an RTM_DELLINK, and the link is
    // still there.
    if (link.family() == AF_BRIDGE) {
      return;
    }
    int index = link.index();
    if (link.isRemoved()) {
      changed(host.link(index), null);
      host.removeLink(index);
      unread.forget(index);
      return;
    }
    LinkState before = host.link(index);
    LinkState now = states.linkState();
    host.link(now);
    // The kernel tells of links without a carrier again for minutes, a hundred links a second
    // (linkwatch in net/core/link_watch.c), and of much that nobody here looks at.
    if (!now.equals(before)) {
      changed(before, now);
    }
    // Of a link that is down, later changes of some settings have no event.
    if (!now.up() || (before != null && crossesMinMtu(before.mtu(), now.mtu()))) {
      unread.mark(index, group(link, now));
    } else {
      unread.told(index);
    }
    boolean moved = before != null && (before.up() != now.up() || before.master() != now.master());
    // The address that the kernel makes itself has an event only when it is found to be unique,
    // which without a carrier it never is. Nor is one made then (addrconf_link_ready).
    boolean makesAddress =
        now.up()
            && (link.flags() & IFF_LOWER_UP) != 0
            && now.ipv6AddressGeneration()
            && !now.ipv6Disabled();
    if (makesAddress || (moved && host.hasAddresses(index))) {
      unread.addresses().add(index);
    }
    if (moved && host.hasRoutes(index)) {
      unread.routes().add(index);
    }
  }

  /** What stands for its VIF: the other end of a pair that is being deleted has no mark. */
  private int group(LinkMessage link, LinkState now) {
    LinkState other = now.kind().equals(VETH) ? host.link(link.link()) : null;
    return LinkGroups.ofVif(other == null || isMarked(now) ? now : other);
  }

  private static boolean isMarked(LinkState link) {
    return !link.alias().isEmpty() || link.isUnfinished();
  }

  /** The event goes out before IPv4 and IPv6 have dropped or made their part of the link. */
  private static boolean crossesMinMtu(int before, int now) {
    return (before < IPV6_MIN_MTU) != (now < IPV6_MIN_MTU)
        || (before < IPV4_MIN_MTU) != (now < IPV4_MIN_MTU);
  }

  private void onAddress(AddressMessage address) {
    unread.addresses().add(address.index());
    changed(address.index());
    if (address.isRemoved() && address.family() == AF_INET) {
      markEveryRoute(); // those that prefer it as their source go too, whatever link they leave by
    }
  }

  private void onRoute(RouteMessage route, boolean replacesAnother) {
    changed(route.outputInterface());
    if (route.family() == AF_INET6) {
      // Of an address that is not yet found to be unique, its routes are the only event. That for
      // multicast is every link's that comes up (addrconf_add_mroute), and no address's.
      if (route.outputInterface() != 0 && !isForMulticast(route)) {
        unread.addresses().add(route.outputInterface());
      }
      if (route.protocol() == RTPROT_KERNEL) {
        return;
      }
    }
    if (route.table() != RT_TABLE_MAIN) {
      return;
    }
    if (replacesAnother || route.outputInterface() == 0) {
      unread.markEveryRoute();
    } else {
      unread.routes().add(route.outputInterface());
    }
  }

  private static boolean isForMulticast(RouteMessage route) {
    byte[] destination = route.destination();
    return destination != null && destination[0] == IPV6_MULTICAST;
  }

  private void markEveryRoute() {
    if (host.hasRoutes()) {
      unread.markEveryRoute();
    }
  }
}
