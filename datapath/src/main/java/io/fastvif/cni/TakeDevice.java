package io.fastvif.cni;

import io.fastvif.bindings.FastvifException;
import io.fastvif.netlink.route.LinkAddressChange;
import io.fastvif.netlink.route.LinkMessage;
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
      int index = devices.alone(() -> claim(host));
      host.execute(host.link().set(index).namespaceDescriptor(pod.descriptor()).name(name));
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

  /** Of two that want the same link, one finds the mark of the other. */
  private int claim(RouteSocket host) throws IOException {
    int index = key.find(host);
    PodDevice[] found = new PodDevice[1];
    LinkMessage link = new LinkMessage();
    String self = PodMark.thisHost();
    host.query(
        host.link().get(index),
        message -> found[0] = PodDevice.of(link.wrap(message), vifId, self, sandbox));
    PodDevice device = found[0];
    if (PodDevice.isMark(device.alias())) {
      throw new IOException(device.name() + " is in use: its alias is " + device.alias());
    }
    devices.write(isLeased ? device.leased() : device);
    host.execute(host.link().set(index).alias(device.mark()));
    return index;
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
