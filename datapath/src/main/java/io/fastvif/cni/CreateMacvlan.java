package io.fastvif.cni;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FastvifException;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Macvlan;
import io.fastvif.netlink.route.kind.MacvlanMode;
import io.fastvif.netns.Netns;
import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.PluginStep;
import io.fastvif.vif.MacAddress;
import java.io.IOException;
import java.util.Locale;

/**
 * Makes a macvlan in a pod's namespace. Equivalent to {@code ip link add NAME link MASTER netns POD
 * address MAC mtu MTU type macvlan mode MODE} and {@code ip -n POD link set NAME alias ALIAS}.
 *
 * @param pod open until the plan has ended
 * @param vifId whose it is
 * @param name in the pod
 * @param master the name of the link that it lies on
 * @param isInPod whether the master is in the pod, and not of the host
 * @param mtu in bytes; 0 for the master's
 * @param mac null for a random one, and in mode passthru for the master's
 */
record CreateMacvlan(
    Netns pod,
    String vifId,
    String name,
    String master,
    boolean isInPod,
    MacvlanMode mode,
    int mtu,
    MacAddress mac)
    implements PluginStep {
  /** Until it is in the pod, if its own name is taken where the kernel makes it. */
  private static final String PASSING_NAME = "fvmv";

  @Override
  public boolean perform() throws IOException {
    PodMark mark = PodMark.of(vifId);
    try {
      create(mark);
      try (LinkSocket link = LinkSocket.open(pod, name)) {
        link.socket()
            .execute(
                link.socket()
                    .link()
                    .set(link.index())
                    .alias(mark.alias())
                    .group(LinkGroups.DEFAULT));
      }
    } catch (IOException | FastvifException failed) {
      PodLinks.remove(pod, mark);
      throw failed;
    }
    return true;
  }

  private void create(PodMark mark) throws IOException {
    try (RouteSocket socket = isInPod ? RouteSocket.open(pod) : RouteSocket.open()) {
      int lower = socket.indexOf(master);
      if (lower == 0) {
        throw new IOException("there is no link " + master + (isInPod ? " in the pod" : ""));
      }
      PodLinks.remove(pod, mark); // what was left half made
      try {
        socket.execute(request(socket, name, lower, mark));
      } catch (NetlinkException refused) {
        if (refused.errno() != Errno.EEXIST || isInPod || isTakenInPod()) {
          throw refused;
        }
        renameInto(socket, lower, mark);
      }
    }
  }

  private LinkRequest request(RouteSocket socket, String as, int lower, PodMark mark) {
    LinkRequest request =
        socket
            .link()
            .create(as)
            .lowerLink(lower)
            .group(mark.group())
            .kind(new Macvlan().mode(mode))
            .namespaceDescriptor(pod.descriptor());
    if (mtu != 0) {
      request.mtu(mtu);
    }
    if (mac != null) {
      request.address(mac.value());
    }
    return request;
  }

  private boolean isTakenInPod() {
    try (RouteSocket inPod = RouteSocket.open(pod)) {
      return inPod.indexOf(name) != 0;
    }
  }

  /** Older kernels look for a link of that name in the host's namespace, not in the pod's. */
  private void renameInto(RouteSocket socket, int lower, PodMark mark) throws IOException {
    String passing = PASSING_NAME + Integer.toHexString(mark.group());
    socket.execute(request(socket, passing, lower, mark));
    try (LinkSocket link = LinkSocket.open(pod, passing)) {
      link.socket().execute(link.socket().link().set(link.index()).name(name));
    }
  }

  @Override
  public boolean undo() {
    return PodLinks.remove(pod, PodMark.of(vifId));
  }

  @Override
  public String toString() {
    return "create macvlan "
        + name
        + " in "
        + pod.name()
        + (mac == null ? "" : " address " + mac)
        + (mtu == 0 ? "" : " mtu " + mtu)
        + " link "
        + master
        + (isInPod ? " of the pod" : "")
        + " mode "
        + mode.name().toLowerCase(Locale.ROOT);
  }
}
