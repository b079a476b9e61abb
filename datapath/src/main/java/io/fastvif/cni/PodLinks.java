package io.fastvif.cni;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.DumpInterruptedException;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.netns.NetnsSearch;
import io.fastvif.plan.Aliases;
import io.fastvif.trace.Log;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The links of attachments that are in pods' namespaces alone, as macvlans and taps are: this
 * thread's host knows them by their {@link PodMark}. They are found where the runtime says, or in
 * every namespace that has a path or of which a process has a descriptor.
 */
final class PodLinks {
  /** Of a path that leads nowhere any more, or to something else than a namespace. */
  private static final Set<Integer> CLOSED =
      Set.of(Errno.ENOENT, Errno.ESRCH, Errno.EINVAL, Errno.ENXIO, Errno.EPERM);

  private PodLinks() {}

  /**
   * Deletes those of an attachment.
   *
   * @param hints the pod's namespace, as the runtime names it; null if it does not
   * @return false if there is none
   */
  static boolean remove(String vifId, List<Path> hints) {
    PodMark mark = PodMark.of(vifId);
    boolean[] removed = {false};
    Visitor<RuntimeException> remove = pod -> removed[0] |= remove(pod, mark);
    boolean isFound = hints != null;
    for (Path hint : hints == null ? List.<Path>of() : hints) {
      isFound &= visit(hint, remove);
    }
    if (!isFound) {
      NetnsSearch.othersAndHeld().forEach(path -> visit(path, remove));
    }
    return removed[0];
  }

  /** Deletes those in a namespace that bear a mark; false if there is none. */
  static boolean remove(Netns pod, PodMark mark) {
    try (RouteSocket socket = RouteSocket.open(pod)) {
      Set<Integer> found = new HashSet<>();
      each(
          socket,
          link -> {
            if (mark.isOn(link)) {
              found.add(link.index());
            }
          });
      for (int index : found) {
        delete(socket, index);
      }
      return !found.isEmpty();
    }
  }

  private static void delete(RouteSocket socket, int index) {
    try {
      socket.execute(socket.link().delete(index));
    } catch (NetlinkException refused) {
      if (refused.errno() != Errno.ENODEV) {
        throw refused;
      }
    }
  }

  /**
   * Which attachments have some, and where.
   *
   * @param halfMade ids of VIFs whose links may not bear their alias yet
   */
  static Map<String, List<Path>> all(Collection<String> halfMade) {
    String host = PodMark.thisHost();
    Map<Integer, String> groups = new HashMap<>();
    halfMade.forEach(vifId -> groups.put(PodMark.of(vifId, host).group(), vifId));
    Map<String, List<Path>> all = new HashMap<>();
    for (Path path : NetnsSearch.othersAndHeld()) {
      visit(
          path,
          pod -> {
            try (RouteSocket socket = RouteSocket.open(pod)) {
              each(
                  socket,
                  link -> {
                    String vifId =
                        link.alias() == null
                            ? groups.get(link.group())
                            : Aliases.podLink(link.alias()).orElse(null);
                    if (vifId != null && PodMark.of(vifId, host).isOn(link)) {
                      List<Path> pods = all.computeIfAbsent(vifId, key -> new ArrayList<>());
                      if (!pods.contains(path)) {
                        pods.add(path);
                      }
                    }
                  });
            }
          });
    }
    return all;
  }

  /**
   * Tells of each link, of some more than once. Where links come and go all the time, they cannot
   * be read in one go; in several tries those are told all the same that stay.
   */
  static void each(RouteSocket socket, Consumer<LinkMessage> reader) {
    LinkMessage link = new LinkMessage();
    try {
      socket.dump(socket.link().dump(false), message -> reader.accept(link.wrap(message)));
    } catch (DumpInterruptedException restless) {
      Log.debug(PodLinks.class, "a pod's links change all the time: " + restless);
    }
  }

  /**
   * What is done in a namespace.
   *
   * @param <X> what it throws
   */
  interface Visitor<X extends Exception> {
    /** Does it. */
    void visit(Netns pod) throws X;
  }

  /**
   * Goes into a namespace, if it can be: one that is gone has no links, and one that must not be
   * entered has none of ours.
   */
  static <X extends Exception> boolean visit(Path path, Visitor<X> visitor) throws X {
    try (Netns pod = Netns.of(path)) {
      visitor.visit(pod);
      return true;
    } catch (SystemCallException closed) {
      if (CLOSED.contains(closed.errno())) {
        return false;
      }
      throw closed;
    }
  }

  /**
   * Refuses an attachment whose link is in its pod already.
   *
   * @throws CniException if it is
   */
  static void requireDetached(PodSockets pod, AttachmentId id) {
    try (LinkSocket link = pod.link(id.ifName())) {
      link.read(
          message -> {
            String alias = message.alias() == null ? "" : message.alias();
            boolean isIts =
                Aliases.podLink(alias)
                    .or(() -> Aliases.podDevice(alias))
                    .filter(id.vifId()::equals)
                    .isPresent();
            if (isIts) {
              throw id.attachedAlready();
            }
          });
    } catch (IOException missing) {
      return; // as it should be
    }
  }
}
