package io.fastvif.cni;

import io.fastvif.bindings.FastvifException;
import io.fastvif.netlink.route.LinkAddressChange;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.plan.PluginStep;
import io.fastvif.vif.MacAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Moves a link of the host's own into a pod. Equivalent to {@code ip link set NAME alias MARK},
 * {@code ip link set NAME netns POD name IFNAME} and {@code ip -n POD link set IFNAME address MAC
 * mtu MTU}.
 *
 * <p>How it was is written down before, and it bears its mark before it moves: it is found again
 * wherever this is broken off.
 *
 * @param devices what is written down
 * @param key which link
 * @param pod open until the plan has ended
 * @param sandbox the path of the pod's namespace
 * @param vifId whose it is to be
 * @param name in the pod
 * @param mtu in bytes; 0 for its own
 * @param mac null for its own
 * @param isLeased whether its lease gives its MAC address and its administrative state back, after
 *     its physical function has set what it had
 */
record TakeDevice(
    PodDevices devices,
    DeviceKey key,
    Netns pod,
    String sandbox,
    String vifId,
    String name,
    int mtu,
    MacAddress mac,
    boolean isLeased)
    implements PluginStep {
  /** A link that nobody else gets any more. */
  private record Claim(int index, PodDevice device) {}

  @Override
  public boolean perform() throws IOException {
    requireFree();
    try {
      take();
    } catch (IOException | FastvifException failed) {
      try {
        undo();
      } catch (IOException | FastvifException left) {
        failed.addSuppressed(left); // to DEL and GC
      }
      throw failed;
    }
    return true;
  }

  /** The kernel would rename it only when it has moved. */
  private void requireFree() throws IOException {
    try (RouteSocket socket = RouteSocket.open(pod)) {
      if (socket.indexOf(name) != 0) {
        throw new IOException("there is a link " + name + " in the pod already");
      }
    }
  }

  private void take() throws IOException {
    try (RouteSocket host = RouteSocket.open()) {
      Claim claim = devices.alone(() -> claim(host));
      host.execute(host.link().set(claim.index).namespaceDescriptor(pod.descriptor()).name(name));
      number(claim.device);
    }
    if (mtu != 0 || mac != null) {
      try (LinkSocket link = LinkSocket.open(pod, name)) {
        if (mac != null) {
          LinkAddressChange.apply(link.socket(), link.index(), false, mac.value());
        }
        if (mtu != 0) {
          link.socket().execute(link.socket().link().set(link.index()).mtu(mtu));
        }
      }
    }
  }

  /** The pod, which has not begun yet, may change everything else. */
  private void number(PodDevice device) throws IOException {
    try (LinkSocket link = LinkSocket.open(pod, name)) {
      devices.rewrite(device.inPod(DeviceLink.read(link.socket(), link.index())));
    }
  }

  /** Of two that want the same link, one finds the mark of the other. */
  private Claim claim(RouteSocket host) throws IOException {
    DeviceLink link = DeviceLink.read(host, find(host));
    if (PodDevice.isMark(link.alias())) {
      throw new IOException(link.name() + " is in use: its alias is " + link.alias());
    }
    PodDevice device =
        PodDevice.of(
            link, hasSiblings(link, host), vifId, PodMark.thisHost(), sandbox, pod.identity());
    PodDevice written = isLeased ? device.leased() : device;
    devices.write(written);
    host.execute(host.link().set(link.index()).alias(device.mark()));
    return new Claim(link.index(), written);
  }

  private int find(RouteSocket host) throws IOException {
    try {
      return key.find(host);
    } catch (IOException missing) {
      for (PodDevice taken : devices.all()) {
        if (key.isOf(taken)) {
          throw new IOException(taken.name() + " is in use: " + taken.vifId() + " has it", missing);
        }
      }
      throw missing;
    }
  }

  /** On the host, or in other pods: also in one of which it cannot be read what it has. */
  private boolean hasSiblings(DeviceLink link, RouteSocket host) throws IOException {
    if (!link.facts().isHardware()) {
      return false;
    }
    return !devices.unreadable().isEmpty()
        || devices.all().stream().anyMatch(taken -> link.facts().isSibling(taken.facts()))
        || DeviceLink.all(host).stream()
            .anyMatch(
                other -> other.index() != link.index() && link.facts().isSibling(other.facts()));
  }

  @Override
  public boolean undo() throws IOException {
    return DeviceReturn.run(devices, vifId, List.of(Path.of(sandbox)));
  }

  @Override
  public String toString() {
    return "move "
        + key
        + " to "
        + pod.name()
        + " as "
        + name
        + (mac == null ? "" : " address " + mac)
        + (mtu == 0 ? "" : " mtu " + mtu);
  }
}
