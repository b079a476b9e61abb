package io.fastvif.benchmarks.soak;

import io.fastvif.netlink.DumpHandler;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.LinkState;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** The links of a namespace as read here, independently of the engine's reading. */
final class Links {
  private final Map<Integer, Link> byIndex;

  /**
   * A link, as far as the soak looks at it.
   *
   * @param index its interface index
   * @param name its name
   * @param kind its kind, empty for none
   * @param mtu in bytes
   * @param address its MAC address
   * @param master the index of its master, 0 for none
   * @param group its interface group
   * @param up whether it is up
   * @param alias its alias, empty for none
   */
  record Link(
      int index,
      String name,
      String kind,
      int mtu,
      long address,
      int master,
      int group,
      boolean up,
      String alias) {

    static Link of(LinkMessage link) {
      return new Link(
          link.index(),
          link.name(),
          nonNull(link.kind()),
          link.mtu(),
          link.address(),
          link.master(),
          link.group(),
          link.isUp(),
          nonNull(link.alias()));
    }

    static Link of(LinkState link) {
      return new Link(
          link.index(),
          link.name(),
          link.kind(),
          link.mtu(),
          link.address() == null ? 0 : link.address().value(),
          link.master(),
          link.group(),
          link.up(),
          link.alias());
    }
  }

  Links(Map<Integer, Link> byIndex) {
    this.byIndex = Map.copyOf(byIndex);
  }

  /** Reads all links of the socket's namespace. */
  static Links read(RouteSocket socket) {
    Map<Integer, Link> links = new TreeMap<>();
    LinkMessage message = new LinkMessage();
    socket.dump(
        socket.link().dump(false),
        new DumpHandler() {
          @Override
          public void onBegin() {
            links.clear();
          }

          @Override
          public void onMessage(MessageDecoder decoder) {
            Link link = Link.of(message.wrap(decoder));
            links.put(link.index(), link);
          }
        });
    return new Links(links);
  }

  Collection<Link> all() {
    return byIndex.values();
  }

  Map<Integer, Link> byIndex() {
    return byIndex;
  }

  /** The name of the link of that index; empty if there is none. */
  String name(int index) {
    Link link = byIndex.get(index);
    return link == null ? "" : link.name();
  }

  private static String nonNull(String text) {
    return text == null ? "" : text;
  }
}
