package io.fastvif.observe.reader;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.DumpHandler;
import io.fastvif.netlink.DumpInterruptedException;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.NamespaceIds;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.netns.NetnsSearch;
import io.fastvif.plan.MovedLinks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/**
 * The links of other namespaces that lie on one of this thread's: a macvlan stays on its device
 * when it is moved into a pod. Namespaces are found by their paths, and those without one by the
 * ids that the kernel knows them by here, which it gives when a link moves there.
 */
final class OtherNamespaces {
  private record Moved(String name, int index, int mtu, int lower, int namespace) {}

  private OtherNamespaces() {}

  /**
   * In words, a link of another namespace that lies on one of this thread's; null if there is none.
   *
   * @throws SystemCallException if a namespace cannot be looked into
   * @throws NetlinkException if the kernel does not tell of its links
   */
  static String linkOn(int index) {
    List<String> found = new ArrayList<>();
    search(
        index,
        (link, path) -> !found.add(link.name + " in " + path + " lies on it"),
        words -> !found.add(words + " lies on it"));
    return found.isEmpty() ? null : found.getFirst();
  }

  /** The links of other namespaces that lie on one of this thread's. */
  static MovedLinks on(int index) {
    List<MovedLinks.MovedLink> links = new ArrayList<>();
    List<String> unreachable = new ArrayList<>();
    search(
        index,
        (link, path) -> links.add(new MovedLinks.MovedLink(path, link.index, link.name, link.mtu)),
        unreachable::add);
    return new MovedLinks(links, unreachable);
  }

  /**
   * Looks into all of them.
   *
   * @param reached told of a link of a namespace that has a path; whether to go on
   * @param unreached told in words of one of another namespace; whether to go on
   */
  private static void search(
      int index, BiPredicate<Moved, Path> reached, Predicate<String> unreached) {
    try (Netns own = Netns.current();
        NamespaceIds ids = NamespaceIds.open()) {
      Set<Integer> unseen = ids.all();
      for (Path path : NetnsSearch.others()) {
        Netns other = open(path);
        if (other != null) {
          try (other) {
            unseen.remove(ids.of(other.descriptor()));
            for (Moved link : other.call(() -> find(index, own))) {
              if (!reached.test(link, path)) {
                return;
              }
            }
          }
        }
      }
      unseen.remove(ids.of(own.descriptor()));
      for (int id : unseen) {
        for (Moved link : find(index, own, ids, id)) {
          if (!unreached.test(link.name + " in the namespace of id " + id)) {
            return;
          }
        }
      }
    }
  }

  /** Null for one that has ended. */
  private static Netns open(Path path) {
    try {
      return Netns.of(path);
    } catch (SystemCallException gone) {
      if (gone.errno() == Errno.ENOENT || gone.errno() == Errno.ESRCH) {
        return null;
      }
      throw gone;
    }
  }

  /** In the other namespace. */
  private static List<Moved> find(int index, Netns own) {
    try (RouteSocket socket = RouteSocket.open();
        NamespaceIds ids = NamespaceIds.open()) {
      List<Moved> moved = links(socket, socket.link().dump(false));
      // The kernel gives the id as it tells of the links.
      return on(moved, index, ids.of(own.descriptor()));
    }
  }

  /** From here, of a namespace that has no path. */
  private static List<Moved> find(int index, Netns own, NamespaceIds ids, int id) {
    try (RouteSocket socket = RouteSocket.open()) {
      List<Moved> moved = links(socket, socket.link().dump(false).ofNamespace(id));
      return on(moved, index, ids.of(own.descriptor()));
    } catch (NetlinkException refused) {
      if (refused.errno() == Errno.EINVAL) {
        return List.of(); // it has ended
      }
      throw refused;
    }
  }

  /** Of a namespace whose links keep coming and going, what any of the readings has. */
  private static List<Moved> links(RouteSocket socket, LinkRequest dump) {
    List<Moved> moved = new ArrayList<>();
    List<Moved> earlier = new ArrayList<>();
    try {
      read(socket, dump, moved, earlier);
    } catch (DumpInterruptedException changing) {
      moved.addAll(earlier);
    }
    return moved;
  }

  private static void read(
      RouteSocket socket, LinkRequest dump, List<Moved> moved, List<Moved> earlier) {
    LinkMessage link = new LinkMessage();
    socket.dump(
        dump,
        new DumpHandler() {
          @Override
          public void onBegin() {
            earlier.addAll(moved);
            moved.clear();
          }

          @Override
          public void onMessage(MessageDecoder message) {
            link.wrap(message);
            if (link.link() != 0
                && link.linkNamespace() != NamespaceIds.NONE
                && !LinkUse.isPair(link)) {
              moved.add(
                  new Moved(
                      link.name(), link.index(), link.mtu(), link.link(), link.linkNamespace()));
            }
          }
        });
  }

  private static List<Moved> on(List<Moved> links, int index, int own) {
    return links.stream()
        .filter(link -> own != NamespaceIds.NONE && link.namespace == own && link.lower == index)
        .toList();
  }
}
