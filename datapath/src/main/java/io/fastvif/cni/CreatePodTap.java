package io.fastvif.cni;

import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.plan.PluginStep;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import io.fastvif.vif.MacAddress;
import java.io.IOException;

/**
 * Makes a tap in a pod's namespace, for a virtual machine that runs there. Equivalent to {@code ip
 * -n POD tuntap add NAME mode tap user OWNER group GROUP multi_queue} and {@code ip -n POD link set
 * NAME alias ALIAS address MAC mtu MTU master BRIDGE}.
 *
 * <p>It lives as long as this process until it bears all of that, and only then by itself.
 *
 * @param pod open until the plan has ended
 * @param vifId whose it is
 * @param name in the pod
 * @param mac its address
 * @param mtu in bytes; 0 for the kernel's
 * @param bridge of the pod, which it becomes a port of; empty for none
 */
record CreatePodTap(
    Netns pod,
    String vifId,
    String name,
    TapOptions options,
    MacAddress mac,
    int mtu,
    String bridge)
    implements PluginStep {
  @Override
  public boolean perform() throws IOException {
    PodMark mark = PodMark.of(vifId);
    requireFree();
    try (Tap tap = pod.visit(() -> Tap.create(name, options));
        LinkSocket link = LinkSocket.open(pod, name)) {
      int master = bridge.isEmpty() ? 0 : bridgeIndex(link);
      LinkRequest request = link.socket().link().set(link.index()).alias(mark.alias());
      request.address(mac.value());
      if (mtu != 0) {
        request.mtu(mtu);
      }
      link.socket().execute(request);
      if (master != 0) {
        link.socket().execute(link.socket().link().set(link.index()).master(master));
      }
      tap.persist();
    }
    return true;
  }

  /** The kernel would say EBUSY, as if it were to be tried again. */
  private void requireFree() throws IOException {
    try (RouteSocket socket = RouteSocket.open(pod)) {
      if (socket.indexOf(name) != 0) {
        throw new IOException("there is a link " + name + " in the pod already");
      }
    }
  }

  private int bridgeIndex(LinkSocket link) throws IOException {
    int index = link.socket().indexOf(bridge);
    if (index == 0) {
      throw new IOException("there is no bridge " + bridge + " in the pod");
    }
    return index;
  }

  @Override
  public boolean undo() {
    return PodLinks.remove(pod, PodMark.of(vifId));
  }

  @Override
  public String toString() {
    return "create tap "
        + name
        + " in "
        + pod.name()
        + " address "
        + mac
        + (mtu == 0 ? "" : " mtu " + mtu)
        + (options.multiQueue() ? " multi_queue" : "")
        + (options.owner() < 0 ? "" : " user " + options.owner())
        + (options.group() < 0 ? "" : " group " + options.group())
        + (bridge.isEmpty() ? "" : " master " + bridge);
  }
}
