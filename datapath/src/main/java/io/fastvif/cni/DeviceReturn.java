package io.fastvif.cni;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.HeldException;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.LinkAddressChange;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.netns.NetnsSearch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Gives a link back that a pod has: to this thread's namespace, as it was. It may be in the pod, or
 * have been left anywhere on the way by a process that was killed; a device of hardware whose pod
 * is gone is where the kernel has put it, in the namespace of the machine.
 */
final class DeviceReturn {
  private static final Path BUSES = Path.of("/sys/bus");

  private final PodDevice device;
  private final RouteSocket host;

  /** A link as it is now. */
  private record Found(
      int index, String name, List<String> altnames, long mac, int mtu, int group, boolean isUp) {
    static Found of(LinkMessage link) {
      return new Found(
          link.index(),
          link.name(),
          link.alternativeNames(),
          link.address(),
          link.mtu(),
          link.group(),
          link.isUp());
    }
  }

  private DeviceReturn(PodDevice device, RouteSocket host) {
    this.device = device;
    this.host = host;
  }

  /**
   * Gives it back, and forgets it last.
   *
   * @param hints where the runtime says that the pod is; may be null
   * @return false if the attachment has none
   * @throws HeldException if it is on its way out of a namespace that has just ended
   */
  static boolean run(PodDevices devices, String vifId, List<Path> hints) throws IOException {
    PodDevice device = devices.read(vifId).orElse(null);
    if (device == null) {
      return false;
    }
    try (RouteSocket host = RouteSocket.open()) {
      new DeviceReturn(device, host).giveBack(hints == null ? List.of() : hints);
    } catch (NetlinkException refused) {
      String why =
          refused.errno() == Errno.EEXIST
              ? "there is another link " + device.name()
              : refused.getMessage();
      throw new IOException(device.name() + " is not given back: " + why, refused);
    }
    return devices.delete(vifId);
  }

  private void giveBack(List<Path> hints) throws IOException {
    Found found = find(host);
    if (found == null) {
      fetch(hints);
      found = find(host);
    }
    if (found != null) {
      restore(found);
    } else if (device.isHardware() && Files.exists(hardware())) {
      throw new HeldException(
          device.name()
              + ", the link of "
              + device.device()
              + ", is in no namespace that can be found: its pod's may be ending");
    }
  }

  private Path hardware() {
    return BUSES.resolve(device.bus()).resolve("devices").resolve(device.device());
  }

  /**
   * The link by its mark; or by its device, where it does not bear its mark yet or a pod has taken
   * it off.
   */
  private Found find(RouteSocket socket) {
    List<Found> marked = new ArrayList<>();
    List<Found> ofDevice = new ArrayList<>();
    LinkMessage link = new LinkMessage();
    socket.dump(
        socket.link().dump(false),
        message -> {
          link.wrap(message);
          if (device.isOn(link)) {
            marked.add(Found.of(link));
          } else if (device.isOfSameHardware(link)) {
            ofDevice.add(Found.of(link));
          }
        });
    if (!marked.isEmpty()) {
      return marked.getFirst();
    }
    return ofDevice.size() == 1 ? ofDevice.getFirst() : null;
  }

  /** Moves it here from wherever it is. */
  private void fetch(List<Path> hints) {
    List<Path> likely = new ArrayList<>(hints);
    likely.add(Path.of(device.sandbox()));
    try (Netns home = Netns.current()) {
      for (Path path : likely) {
        if (fetch(path, home)) {
          return;
        }
      }
      for (Path path : NetnsSearch.others()) {
        if (fetch(path, home)) {
          return;
        }
      }
    }
  }

  private boolean fetch(Path path, Netns home) {
    boolean[] isFetched = new boolean[1];
    PodLinks.visit(
        path,
        pod -> {
          if (pod.isCurrent()) {
            return;
          }
          try (RouteSocket socket = RouteSocket.open(pod)) {
            Found found = find(socket);
            if (found != null) {
              // One message, so that nobody here sees it under the name that it has in the pod.
              socket.execute(
                  socket
                      .link()
                      .set(found.index)
                      .namespaceDescriptor(home.descriptor())
                      .name(device.name()));
              isFetched[0] = true;
            }
          }
        });
    return isFetched[0];
  }

  /** Its mark goes last: without it nothing would be found to go on with. */
  private void restore(Found now) {
    boolean isUp = now.isUp;
    if (!now.name.equals(device.name())) {
      set(now, LinkRequest::down); // before Linux 6.2 only a link that is down is renamed
      isUp = false;
      set(now, link -> link.name(device.name()));
    }
    if (device.mac() != null && device.mac().value() != now.mac) {
      LinkAddressChange.apply(host, now.index, isUp, device.mac().value());
    }
    if (device.mtu() != now.mtu) {
      set(now, link -> link.mtu(device.mtu()));
    }
    if (device.group() != now.group) {
      set(now, link -> link.group(device.group()));
    }
    restoreAltnames(now);
    if (device.isUp() != isUp) {
      set(now, device.isUp() ? LinkRequest::up : LinkRequest::down);
    }
    set(now, link -> link.alias(device.alias()));
  }

  private void restoreAltnames(Found now) {
    List<String> added = new ArrayList<>(now.altnames);
    added.removeAll(device.altnames());
    if (!added.isEmpty()) {
      LinkRequest request = host.link().deleteAltname(now.index);
      added.forEach(request::alternativeName);
      host.execute(request);
    }
    List<String> missing = new ArrayList<>(device.altnames());
    missing.removeAll(now.altnames);
    if (!missing.isEmpty()) {
      LinkRequest request = host.link().addAltname(now.index);
      missing.forEach(request::alternativeName);
      host.execute(request);
    }
  }

  private void set(Found now, UnaryOperator<LinkRequest> change) {
    host.execute(change.apply(host.link().set(now.index)));
  }
}
