package io.fastvif.observe.reader;

import static io.fastvif.bindings.linux.linux_h.AF_UNSPEC;
import static io.fastvif.bindings.linux.linux_h.NDA_LLADDR;
import static io.fastvif.bindings.linux.linux_h.NDA_MASTER;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.DumpHandler;
import io.fastvif.netlink.DumpInterruptedException;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.AddressMessage;
import io.fastvif.netlink.route.LastingSettings;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.NeighbourRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.RtnetlinkRequest;
import java.util.Arrays;
import java.util.Set;

/**
 * Tells whether a bridge that was in use is as one that was just made, so that it can be taken
 * instead: settings, IPv4's and IPv6's options, alternative names, XDP, ports, links that lie on
 * it, addresses, neighbours, entries of its forwarding table, and queueing. What rtnetlink does not
 * tell of one link is not seen: offloads (ethtool), the neighbour tables' sysctls, multicast
 * addresses, programs that hang on it by a bpf link, and links of other namespaces that lie on it
 * and are down or have its own MAC address. Entries of the multicast database and VLANs need no
 * look, because a bridge on which snooping and VLAN filtering are off makes no use of them.
 */
public final class BridgeComparison {
  private static final int MULTICAST = 1;

  private final RouteSocket socket;
  private final int index;
  private byte[] settings;
  private String passing;

  private BridgeComparison(RouteSocket socket, int index) {
    this.socket = socket;
    this.index = index;
  }

  /** What is set of a bridge, to compare others with; null if it is gone. */
  public static byte[] settings(RouteSocket socket, int index) {
    BridgeComparison bridge = new BridgeComparison(socket, index);
    bridge.read("");
    return bridge.settings;
  }

  /**
   * In what a bridge without use differs from a new one, in words; null if in nothing.
   *
   * @param asNew what is set of a new one
   * @param alias the alias that it must have
   * @param isWithoutUsers whether it is known that no link is a port of it, or lies on it: else all
   *     links are read, which on a large host takes longer than all else here
   */
  public static String difference(
      RouteSocket socket, int index, byte[] asNew, String alias, boolean isWithoutUsers) {
    BridgeComparison bridge = new BridgeComparison(socket, index);
    try {
      bridge.read(alias);
      if (bridge.settings == null) {
        return "it is gone";
      }
      if (bridge.passing != null) {
        return bridge.passing;
      }
      if (!Arrays.equals(asNew, bridge.settings)) {
        return "it is set otherwise than a new one";
      }
      LinkUse.User user = isWithoutUsers ? null : LinkUse.findLinksHere(socket, index, Set.of());
      return user == null ? bridge.use() : user.words();
    } catch (DumpInterruptedException changing) {
      return "the host's links keep changing";
    }
  }

  private void read(String alias) {
    LinkMessage link = new LinkMessage();
    ifThere(
        () ->
            socket.query(
                socket.link().get(index),
                message -> {
                  link.wrap(message);
                  settings = LastingSettings.of(message);
                  passing = passing(link, alias);
                }));
  }

  /** An address that somebody has set stays when the last port has left; others are then none. */
  private static String passing(LinkMessage link, String alias) {
    if (!alias.equals(link.alias()) || !link.kindEquals("bridge")) {
      return "it is not marked as retired";
    }
    if (link.isUp()) {
      return "it is up";
    }
    return link.address() == 0 ? null : "it has an address of its own";
  }

  private String use() {
    String[] found = {null};
    AddressMessage address = new AddressMessage();
    dump(
        socket.address().dump(AF_UNSPEC).ofLink(index),
        message -> {
          if (address.wrap(message).index() == index) { // Linux 4.20 and newer tell of no other
            found[0] = "it has an IP address";
          }
        });
    dump(
        socket.neighbour().dumpForwarding(index),
        message -> {
          if (isForwardingEntry(message)) {
            found[0] = "it has an entry in its forwarding table";
          }
        });
    for (boolean proxies : new boolean[] {false, true}) {
      dump(
          socket.neighbour().dump(index, proxies),
          message -> {
            if (message.getInt(NeighbourRequest.INDEX) == index) {
              found[0] = proxies ? "it is a proxy for an address" : "it has a neighbour";
            }
          });
    }
    return found[0] == null ? queueing() : found[0];
  }

  /** Of its own table, or an address that it receives beside its own; groups it joins by itself. */
  private boolean isForwardingEntry(MessageDecoder message) {
    AttributeIterator attributes = new AttributeIterator();
    message.attributes(NeighbourRequest.LENGTH, attributes);
    if (attributes.find(NDA_MASTER) && attributes.getInt() == index) {
      return true;
    }
    return message.getInt(NeighbourRequest.INDEX) == index
        && attributes.find(NDA_LLADDR)
        && (attributes.getMacAddress() >>> 40 & MULTICAST) == 0;
  }

  /** What filters are attached to; the kernel tells only whether it is there. */
  private String queueing() {
    try {
      socket.execute(socket.qdisc().getIngress(index));
      return "it has, or had, filters of its own";
    } catch (NetlinkException none) {
      return null; // or the kernel has no such thing at all
    }
  }

  private void dump(RtnetlinkRequest request, DumpHandler handler) {
    ifThere(() -> socket.dump(request, handler));
  }

  /** It may go meanwhile. */
  private static void ifThere(Runnable question) {
    try {
      question.run();
    } catch (NetlinkException refused) {
      if (refused.errno() != Errno.ENODEV) {
        throw refused;
      }
    }
  }
}
