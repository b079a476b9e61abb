package io.fastvif.cni;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.HeldException;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.LinkAddressChange;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.netns.NetnsSearch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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

  /** A namespace that can be entered now. */
  private record Namespace(Netns netns, RouteSocket socket, PodDevice device, Netns home)
      implements DeviceSearch.Place {
    @Override
    public String identity() {
      return netns.identity();
    }

    @Override
    public List<DeviceLink> links() {
      return DeviceLink.all(socket);
    }

    /**
     * One message, so that nobody on the host sees it under the name that it has in the pod, and
     * that it bears its mark from then on.
     */
    @Override
    public void fetch(DeviceLink link) {
      socket.execute(
          socket
              .link()
              .set(link.index())
              .namespaceDescriptor(home.descriptor())
              .name(device.name())
              .alias(device.mark()));
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
    Set<Path> likely = new LinkedHashSet<>(hints);
    likely.add(Path.of(device.sandbox()));
    DeviceLink found;
    try (Netns home = Netns.current()) {
      found =
          DeviceSearch.find(
              device,
              new Namespace(home, host, device, home),
              visitor -> anyMatch(likely, home, visitor),
              visitor -> anyMatch(NetnsSearch.othersAndHeld(), home, visitor));
    }
    if (found != null) {
      restore(found);
    } else if (device.facts().isHardware() && Files.exists(hardware())) {
      throw new HeldException(
          device.name()
              + ", the link of "
              + device.facts().device()
              + ", is in no namespace that can be found: its pod's may be ending");
    }
  }

  private Path hardware() {
    return BUSES.resolve(device.facts().bus()).resolve("devices").resolve(device.facts().device());
  }

  private boolean anyMatch(Collection<Path> paths, Netns home, DeviceSearch.Visitor visitor)
      throws IOException {
    boolean[] isMatch = new boolean[1];
    for (Path path : paths) {
      PodLinks.visit(
          path,
          (PodLinks.Visitor<IOException>)
              pod -> {
                if (!pod.isCurrent()) {
                  try (RouteSocket socket = RouteSocket.open(pod)) {
                    isMatch[0] = visitor.visit(new Namespace(pod, socket, device, home));
                  }
                }
              });
      if (isMatch[0]) {
        return true;
      }
    }
    return false;
  }

  /** Its mark goes last: without it nothing would be found to go on with. */
  private void restore(DeviceLink now) {
    boolean isUp = now.isUp();
    if (!now.name().equals(device.name())) {
      set(now, LinkRequest::down); // before Linux 6.2 only a link that is down is renamed
      isUp = false;
      set(now, link -> link.name(device.name()));
    }
    if (device.mac() != null && !device.mac().equals(now.mac())) {
      LinkAddressChange.apply(host, now.index(), isUp, device.mac().value());
    }
    if (device.mtu() != now.mtu()) {
      set(now, link -> link.mtu(device.mtu()));
    }
    if (device.group() != now.group()) {
      set(now, link -> link.group(device.group()));
    }
    restoreAltnames(now);
    if (device.isUp() != isUp) {
      set(now, device.isUp() ? LinkRequest::up : LinkRequest::down);
    }
    set(now, link -> link.alias(device.alias()));
  }

  private void restoreAltnames(DeviceLink now) {
    List<String> added = new ArrayList<>(now.altnames());
    added.removeAll(device.altnames());
    if (!added.isEmpty()) {
      LinkRequest request = host.link().deleteAltname(now.index());
      added.forEach(request::alternativeName);
      host.execute(request);
    }
    List<String> missing = new ArrayList<>(device.altnames());
    missing.removeAll(now.altnames());
    if (!missing.isEmpty()) {
      LinkRequest request = host.link().addAltname(now.index());
      missing.forEach(request::alternativeName);
      host.execute(request);
    }
  }

  private void set(DeviceLink now, UnaryOperator<LinkRequest> change) {
    host.execute(change.apply(host.link().set(now.index())));
  }
}
