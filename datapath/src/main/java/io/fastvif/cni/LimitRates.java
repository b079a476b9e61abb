package io.fastvif.cni;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FastvifException;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.RtnetlinkRequest;
import io.fastvif.netlink.route.kind.Ifb;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PluginStep;
import java.io.IOException;
import java.util.function.Function;

/**
 * Limits a pod's traffic on the host's end of its link: what the pod gets by a token bucket there,
 * what it sends by one on an intermediate device, an ifb, that it is redirected to. Equivalent to
 * {@code tc qdisc replace dev PORT root tbf ...}, and {@code ip link add IFB type ifb}, {@code tc
 * qdisc add dev PORT ingress}, {@code tc filter add dev PORT ingress protocol all u32 match u32 0 0
 * action mirred egress redirect dev IFB}, {@code tc qdisc replace dev IFB root tbf ...}.
 *
 * @param port the host's end
 * @param limiter a name for the ifb, which bears the VIF's alias and goes with its links
 */
record LimitRates(String port, String limiter, String vifId, PodRates rates) implements PluginStep {
  /** Of the names of such devices, as the reference plugin has it. */
  static final String PREFIX = "bwp";

  private static final String KIND = "ifb";
  private static final int NETWORK_LETTERS = 4;

  /**
   * How the names of a network's devices begin. While one is made it has no alias, and when its pod
   * has gone nothing else tells of what network it is: its group stands for a VIF's id, but is not
   * that.
   */
  static String prefix(String network) {
    return AttachmentPlan.nameOf(PREFIX, network).substring(0, PREFIX.length() + NETWORK_LETTERS);
  }

  /** Whether a link is such a device of a network, which somebody was killed with. */
  static boolean isHalfMade(LinkState link, String network) {
    return isLimiter(link)
        && link.alias().isEmpty()
        && LinkGroups.isMaking(link.group())
        && link.name().startsWith(prefix(network));
  }

  /** Whether a link of a VIF is such a device, which the pod has no end of. */
  static boolean isLimiter(LinkState link) {
    return link.kind().equals(KIND);
  }

  @Override
  public boolean perform() throws IOException {
    try (LinkSocket link = LinkSocket.open(port)) {
      RouteSocket socket = link.socket();
      if (rates.ingress() != null) {
        execute(
            socket,
            "CONFIG_NET_SCH_TBF",
            it -> it.qdisc().replaceRoot(link.index(), rates.ingress()));
      }
      if (rates.egress() != null) {
        limitEgress(link);
      }
    }
    return true;
  }

  private void limitEgress(LinkSocket link) throws IOException {
    RouteSocket socket = link.socket();
    int[] mtu = new int[1];
    link.read(message -> mtu[0] = message.mtu());
    execute(
        socket,
        "CONFIG_IFB",
        it ->
            it.link()
                .create(limiter)
                .group(LinkGroups.making(vifId))
                .mtu(mtu[0])
                .queues(1, 1)
                .kind(new Ifb()));
    try {
      int index = socket.indexOf(limiter);
      execute(socket, "CONFIG_NET_SCH_TBF", it -> it.qdisc().replaceRoot(index, rates.egress()));
      socket.execute(
          socket.link().set(index).up().alias(Aliases.of(vifId)).group(LinkGroups.DEFAULT));
      execute(socket, "CONFIG_NET_SCH_INGRESS", it -> it.qdisc().addIngress(link.index()));
      execute(
          socket,
          "CONFIG_NET_CLS_U32 and CONFIG_NET_ACT_MIRRED",
          it -> it.filter().redirectAll(link.index(), index));
    } catch (IOException | FastvifException failed) {
      socket.execute(socket.link().delete(limiter));
      throw failed;
    }
  }

  private static void execute(
      RouteSocket socket, String option, Function<RouteSocket, RtnetlinkRequest> request)
      throws IOException {
    try {
      socket.execute(request.apply(socket));
    } catch (NetlinkException refused) {
      if (refused.errno() == Errno.ENOENT || refused.errno() == Errno.EOPNOTSUPP) {
        throw new IOException(
            "bandwidth takes a kernel with " + option + ": " + refused.getMessage(), refused);
      }
      throw refused;
    }
  }

  /** The rest goes with the host's end. */
  @Override
  public boolean undo() {
    return rates.egress() != null && remove(limiter);
  }

  /** Deletes such a device; false if it is gone already. */
  static boolean remove(String limiter) {
    try (RouteSocket socket = RouteSocket.open()) {
      boolean isThere = socket.indexOf(limiter) != 0;
      if (isThere) {
        socket.execute(socket.link().delete(limiter));
      }
      return isThere;
    }
  }

  @Override
  public String toString() {
    return "limit " + port + ": " + rates;
  }
}
