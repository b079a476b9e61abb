package io.fastvif.engine;

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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The links of other namespaces that lie on one of this thread's: a macvlan stays on its device
 * when it is moved into a pod. Namespaces are found by their paths, and those without one by the
 * ids that the kernel knows them by here, which it gives when a link moves there.
 */
final class OtherNamespaces {
  private record Moved(String name, int lower, int namespace) {}

  private OtherNamespaces() {}

  /**
   * In words, a link of another namespace that lies on one of this thread's; null if there is none.
   */
  static String linkOn(int index) {
    try (Netns own = Netns.current();
        NamespaceIds ids = NamespaceIds.open()) {
      Set<Integer> unseen = ids.all();
      for (Path path : NetnsSearch.others()) {
        Netns other = open(path);
        if (other != null) {
          try (other) {
            unseen.remove(ids.of(other.descriptor()));
            String found = other.call(() -> find(index, own, path));
            if (found != null) {
              return found;
            }
          }
        }
      }
      unseen.remove(ids.of(own.descriptor()));
      for (int id : unseen) {
        String found = find(index, own, ids, id);
        if (found != null) {
          return found;
        }
      }
      return null;
    } catch (SystemCallException | NetlinkException refused) {
      return "the links of other namespaces are not to be seen: " + refused.getMessage();
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
  private static String find(int index, Netns own, Path path) {
    try (RouteSocket socket = RouteSocket.open();
        NamespaceIds ids = NamespaceIds.open()) {
      List<Moved> moved = links(socket, socket.link().dump(false));
      // The kernel gives the id as it tells of the links.
      return words(moved, index, ids.of(own.descriptor()), path.toString());
    }
  }

  /** From here, of a namespace that has no path. */
  private static String find(int index, Netns own, NamespaceIds ids, int id) {
    try (RouteSocket socket = RouteSocket.open()) {
      List<Moved> moved = links(socket, socket.link().dump(false).ofNamespace(id));
      return words(moved, index, ids.of(own.descriptor()), "the namespace of id " + id);
    } catch (NetlinkException refused) {
      if (refused.errno() == Errno.EINVAL) {
        return null; // it has ended
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
              moved.add(new Moved(link.name(), link.link(), link.linkNamespace()));
            }
          }
        });
  }

  private static String words(List<Moved> links, int index, int own, String where) {
    return links.stream()
        .filter(link -> own != NamespaceIds.NONE && link.namespace == own && link.lower == index)
        .map(link -> link.name + " in " + where + " lies on it")
        .findFirst()
        .orElse(null);
  }
}
