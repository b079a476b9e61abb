package io.fastvif.cni;

import io.fastvif.netlink.route.FilterRequest;
import io.fastvif.netlink.route.QdiscMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.Tbf;
import io.fastvif.plan.LinkState;
import java.util.HashMap;
import java.util.Map;

/**
 * Compares what {@link LimitRates} has made with what it should be.
 *
 * @param port the host's end of the pod's link
 * @param limiter the ifb; null if there is none
 */
record RateCheck(AttachmentCheck check, PodRates rates, LinkState port, LinkState limiter) {
  /** Compares. */
  void run() {
    try (RouteSocket socket = RouteSocket.open()) {
      Map<Integer, Tbf> buckets = buckets(socket);
      if (rates.ingress() != null) {
        require(port, buckets, rates.ingress());
      }
      if (rates.egress() != null) {
        check.require(limiter != null, "the device that limits what the pod sends is gone");
        check.require(limiter.up(), limiter.name() + " is down");
        require(limiter, buckets, rates.egress());
        boolean[] redirects = new boolean[1];
        socket.dump(
            socket.filter().dump(port.index()),
            message -> redirects[0] |= FilterRequest.redirectsAllTo(message) == limiter.index());
        check.require(
            redirects[0],
            port.name() + " does not redirect what the pod sends to " + limiter.name());
      }
    }
  }

  private void require(LinkState link, Map<Integer, Tbf> buckets, Tbf wanted) {
    Tbf found = buckets.get(link.index());
    check.require(
        wanted.equals(found),
        link.name() + " limits to " + (found == null ? "nothing" : found) + ", not to " + wanted);
  }

  private static Map<Integer, Tbf> buckets(RouteSocket socket) {
    Map<Integer, Tbf> buckets = new HashMap<>();
    QdiscMessage qdisc = new QdiscMessage();
    socket.dump(
        socket.qdisc().dump(),
        message -> {
          if (qdisc.wrap(message).isRoot() && qdisc.tbf() != null) {
            buckets.put(qdisc.index(), qdisc.tbf());
          }
        });
    return buckets;
  }
}
