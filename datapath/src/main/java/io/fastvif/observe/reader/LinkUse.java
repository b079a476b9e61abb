package io.fastvif.observe.reader;

import static io.fastvif.bindings.linux.linux_h.AF_UNSPEC;
import static io.fastvif.bindings.linux.linux_h.IFAPROT_KERNEL_LL;
import static io.fastvif.bindings.linux.linux_h.IFAPROT_KERNEL_LO;
import static io.fastvif.bindings.linux.linux_h.IFAPROT_KERNEL_RA;
import static io.fastvif.bindings.linux.linux_h.IFLA_VXLAN_LINK;
import static io.fastvif.bindings.linux.linux_h.RTPROT_KERNEL;
import static io.fastvif.bindings.linux.linux_h.RTPROT_RA;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.DumpHandler;
import io.fastvif.netlink.DumpInterruptedException;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.AddressMessage;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.NamespaceIds;
import io.fastvif.netlink.route.RouteMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.RtnetlinkRequest;
import io.fastvif.netns.Netns;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.MovedLinks;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Who uses a link, as far as the kernel says it: links that lie on it or are its ports, also those
 * that were moved to other namespaces, its own master, addresses, routes, next hops, and neighbours
 * that somebody has set. What the kernel gives a link by itself when it comes up is no use. Each
 * answer is null for nobody; where the kernel does not answer, somebody may.
 */
public final class LinkUse {
  /** Each end of such a pair names the other as the link that it lies on. */
  private static final String[] PAIRS = {"veth", "netkit", "vxcan"};

  private static final int MAC_BYTES = 6;
  private static final int EUI64 = 8;
  private static final int UNIVERSAL = 0x02;

  private final RouteSocket socket;
  private final int index;
  private final Set<Integer> ignored;
  private long mac;
  private String master;

  private record Upper(int index, String name, String alias, int lower, int master) {}

  /**
   * Who uses it.
   *
   * @param words such as {@code mvl0 lies on it}
   * @param isVif whether it is a link of a VIF of fastvif's, which is nothing to be told
   */
  public record User(String words, boolean isVif) {
    /** Somebody else than a VIF; null for nobody. */
    public static User other(String words) {
      return words == null ? null : new User(words, false);
    }
  }

  private LinkUse(RouteSocket socket, int index, Set<Integer> ignored) {
    this.socket = socket;
    this.index = index;
    this.ignored = ignored;
  }

  /**
   * Who uses it in any way.
   *
   * @param socket of the link's namespace, which is this thread's
   * @param except the names of links that do not count, unless another lies on them
   */
  public static User find(RouteSocket socket, int index, List<String> except) {
    return find(socket, index, except, true);
  }

  /** The same for a link that belongs to a switch and is a port of it for that alone. */
  public static User findButMaster(RouteSocket socket, int index) {
    return find(socket, index, List.of(), false);
  }

  private static User find(
      RouteSocket socket, int index, List<String> except, boolean countsMaster) {
    LinkUse use = new LinkUse(socket, index, Set.of());
    try {
      User user = use.links(except);
      user = user == null && countsMaster ? User.other(use.master) : user;
      user = user == null ? User.other(use.addresses()) : user;
      user = user == null ? User.other(use.routes()) : user;
      user = user == null ? User.other(use.entries()) : user;
      return user == null ? User.other(elsewhere(index)) : user;
    } catch (DumpInterruptedException changing) {
      return User.other("the host's links or routes keep changing");
    }
  }

  private static String elsewhere(int index) {
    try {
      return OtherNamespaces.linkOn(index);
    } catch (SystemCallException | NetlinkException refused) {
      return "the links of other namespaces are not to be seen: " + refused.getMessage();
    }
  }

  /**
   * Which links lie on it, here or in another namespace, or are its ports. Where links keep coming
   * and going no reading is exact; one that was there all the time is then in one of the ten at
   * least.
   *
   * @param ignored the indexes of those that do not count
   * @throws SystemCallException if another namespace cannot be looked into
   * @throws NetlinkException if the kernel does not tell of a namespace's links
   */
  public static User findLinks(RouteSocket socket, int index, Set<Integer> ignored) {
    User user = findLinksHere(socket, index, ignored);
    return user == null ? User.other(OtherNamespaces.linkOn(index)) : user;
  }

  /**
   * Which links of other namespaces lie on one.
   *
   * @param namespace of the link
   */
  public static MovedLinks findMoved(Netns namespace, int index) {
    try {
      return namespace.isCurrent() // where no right to enter it is needed
          ? OtherNamespaces.on(index)
          : namespace.call(() -> OtherNamespaces.on(index));
    } catch (SystemCallException | NetlinkException refused) {
      return new MovedLinks(
          List.of(), List.of("what lies on it in other namespaces (" + refused.getMessage() + ")"));
    }
  }

  /** The same of this namespace only. */
  public static User findLinksHere(RouteSocket socket, int index, Set<Integer> ignored) {
    LinkUse use = new LinkUse(socket, index, ignored);
    List<Upper> links = new ArrayList<>();
    List<Upper> earlier = new ArrayList<>();
    try {
      use.read(
          links,
          () -> {
            earlier.addAll(links);
            links.clear();
          });
    } catch (DumpInterruptedException changing) {
      links.addAll(earlier);
    }
    return upper(links, index, List.of());
  }

  private User links(List<String> except) {
    List<Upper> links = new ArrayList<>();
    read(links, links::clear);
    return upper(links, index, except);
  }

  /**
   * Reads the links that lie on others or are ports.
   *
   * @param onBegin called when reading begins, and when it begins again because links have changed
   */
  private void read(List<Upper> links, Runnable onBegin) {
    LinkMessage link = new LinkMessage();
    AttributeIterator options = new AttributeIterator();
    socket.dump(
        socket.link().dump(false),
        new DumpHandler() {
          @Override
          public void onBegin() {
            onBegin.run();
            master = null;
          }

          @Override
          public void onMessage(MessageDecoder message) {
            link.wrap(message);
            if (link.index() == index) {
              mac = link.address();
              master = link.master() == 0 ? null : "it is a port of link " + link.master();
            }
            int lower = lower(link, options);
            if (!ignored.contains(link.index()) && (lower != 0 || link.master() != 0)) {
              String alias = link.alias();
              links.add(
                  new Upper(
                      link.index(), link.name(), alias == null ? "" : alias, lower, link.master()));
            }
          }
        });
  }

  private static User upper(List<Upper> links, int index, List<String> except) {
    for (Upper link : links) {
      boolean lies = link.lower == index;
      if (lies || link.master == index) {
        User user =
            except.contains(link.name)
                ? upper(links, link.index, except)
                : new User(
                    link.name + (lies ? " lies on it" : " is a port of it"),
                    Aliases.vifId(link.alias).isPresent());
        if (user != null) {
          return user;
        }
      }
    }
    return null;
  }

  /** The index of the link of this namespace that a link lies on; 0 for none. */
  static int lower(LinkMessage link, AttributeIterator options) {
    if (link.kindEquals("vxlan") && link.kindOptions(options) && options.find(IFLA_VXLAN_LINK)) {
      return options.getInt();
    }
    boolean lies =
        link.link() != link.index() && link.linkNamespace() == NamespaceIds.NONE && !isPair(link);
    return lies ? link.link() : 0;
  }

  /** Whether what a link is said to lie on is its peer. */
  static boolean isPair(LinkMessage link) {
    for (String kind : PAIRS) {
      if (link.kindEquals(kind)) {
        return true;
      }
    }
    return false;
  }

  private String addresses() {
    AddressMessage address = new AddressMessage();
    String[] found = {null};
    ifThere(
        socket.address().dump(AF_UNSPEC).ofLink(index),
        message -> {
          address.wrap(message);
          if (address.index() == index && !isByItself(address)) {
            found[0] = "it has the address " + text(own(address));
          }
        });
    return found[0];
  }

  /**
   * Whether the kernel has given the address: to lo, as link-local, by a router's advertisement.
   */
  private boolean isByItself(AddressMessage address) {
    int by = address.protocol();
    if (by == IFAPROT_KERNEL_LO || by == IFAPROT_KERNEL_RA || by == IFAPROT_KERNEL_LL) {
      return true;
    }
    // Before Linux 5.18 it does not say: the usual link-local address is the kernel's.
    byte[] bytes = own(address);
    return by == 0 && bytes.length == 2 * EUI64 && isLinkLocalOfMac(bytes);
  }

  private boolean isLinkLocalOfMac(byte[] address) {
    byte[] expected = new byte[2 * EUI64];
    expected[0] = (byte) 0xfe;
    expected[1] = (byte) 0x80;
    for (int i = 0; i < MAC_BYTES; i++) {
      int at = EUI64 + i + (i < MAC_BYTES / 2 ? 0 : 2);
      expected[at] = (byte) (mac >>> (Byte.SIZE * (MAC_BYTES - 1 - i)));
    }
    expected[EUI64] ^= UNIVERSAL;
    expected[EUI64 + 3] = (byte) 0xff;
    expected[EUI64 + 4] = (byte) 0xfe;
    return Arrays.equals(expected, address);
  }

  private static byte[] own(AddressMessage address) {
    byte[] local = address.local();
    return local == null ? address.address() : local;
  }

  private static String text(byte[] address) {
    try {
      return InetAddress.getByAddress(address).getHostAddress();
    } catch (UnknownHostException wrongLength) {
      return "of " + address.length + " bytes";
    }
  }

  private String routes() {
    RouteMessage route = new RouteMessage();
    String[] found = {null};
    ifThere(
        socket.route().dump(AF_UNSPEC),
        message -> {
          route.wrap(message);
          int by = route.protocol();
          if (by != RTPROT_KERNEL && by != RTPROT_RA && route.leadsTo(index)) {
            byte[] to = route.destination();
            found[0] =
                "a route leads to it, to "
                    + (to == null ? "default" : text(to) + "/" + route.destinationLength());
          }
        });
    return found[0];
  }

  /** A next hop object or a set neighbour: they go when the link goes down. */
  private String entries() {
    return LinkEntryReader.nextHopsAndNeighbours(socket, index).stream()
        .findFirst()
        .map(entry -> "it has the " + entry)
        .orElse(null);
  }

  /** A link may be gone. */
  private void ifThere(RtnetlinkRequest dump, DumpHandler handler) {
    try {
      socket.dump(dump, handler);
    } catch (NetlinkException refused) {
      if (refused.errno() != Errno.ENODEV) {
        throw refused;
      }
    }
  }
}
