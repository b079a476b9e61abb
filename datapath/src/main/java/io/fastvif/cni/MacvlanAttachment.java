package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.kind.MacvlanInfo;
import io.fastvif.netlink.route.kind.MacvlanMode;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.RouteState;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import java.io.IOException;
import java.net.Inet4Address;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * {@code macvlan}: a link of the pod's own on a link of the host, or of the pod, by the keys of the
 * reference plugin.
 *
 * @see <a href="https://www.cni.dev/plugins/current/main/macvlan/">macvlan</a>
 */
final class MacvlanAttachment implements PodAttachment {
  static final String NAME = "macvlan";

  private static final String MASTER = "master";

  private final NetworkConfiguration network;
  private final String master;
  private final boolean isInPod;
  private final MacvlanMode mode;
  private final MacAddress mac;

  private record DefaultRoute(LinkState link, RouteState route) {}

  private MacvlanAttachment(ConfigObject top, NetworkConfiguration network) {
    this.network = network;
    master = top.text(MASTER);
    isInPod = top.flag("linkInContainer");
    top.refuse("bcqueuelen", "ipMasq");
    mode = mode(top.text("mode"));
    MacAddress own = top.mac("mac");
    mac = network.mac() == null ? own : network.mac();
    if (isInPod && master.isEmpty()) {
      throw CniException.ofKey(MASTER, "", "the name of a link of the pod, for linkInContainer");
    }
  }

  static PodAttachment read(ConfigObject top, NetworkConfiguration network) {
    return new MacvlanAttachment(top, network);
  }

  private static MacvlanMode mode(String word) {
    return switch (word) {
      case "", "bridge" -> MacvlanMode.BRIDGE;
      case "private" -> MacvlanMode.PRIVATE;
      case "vepa" -> MacvlanMode.VEPA;
      case "passthru" -> MacvlanMode.PASSTHRU;
      default ->
          throw CniException.ofKey("mode", word, "one of bridge, private, vepa and passthru");
    };
  }

  /** The host's link that pods' links lie on: the named one, or that of its default route. */
  private Optional<LinkState> lower(HostSnapshot host) {
    if (!master.isEmpty()) {
      return host.link(master);
    }
    return host.links().stream()
        .flatMap(
            link -> host.routes(link.index()).stream().map(route -> new DefaultRoute(link, route)))
        .filter(found -> found.route.prefixLength() == 0)
        .min(
            Comparator.comparing(
                    (DefaultRoute found) -> !(found.route.destination() instanceof Inet4Address))
                .thenComparing(found -> Integer.toUnsignedLong(found.route.metric())))
        .map(DefaultRoute::link);
  }

  private String noLower() {
    return master.isEmpty() ? "there is no default route" : "there is no link " + master;
  }

  @Override
  public PlugPlan plug(AttachmentPlan pod, HostSnapshot host) {
    PlanBuilder plan = pod.begin(pod.id().ifName(), host);
    MacAddress wanted = mac == null && mode != MacvlanMode.PASSTHRU ? pod.podMac() : mac;
    AttachmentPlan.add(
        plan,
        new CreateMacvlan(
            pod.pod(),
            pod.id().vifId(),
            pod.id().ifName(),
            isInPod ? master : checkedLower(host),
            isInPod,
            mode,
            network.mtu(),
            wanted));
    pod.addPod(plan, wanted);
    return plan.plug();
  }

  private String checkedLower(HostSnapshot host) {
    LinkState lower =
        lower(host)
            .orElseThrow(
                () ->
                    InvalidInputException.ofValue(
                        MASTER, master, "cannot be used: " + noLower(), "the name of a link"));
    if (network.mtu() > lower.mtu()) {
      throw InvalidInputException.ofValue(
          "mtu",
          Integer.toString(network.mtu()),
          "is more than that of " + lower.name(),
          "at most " + lower.mtu());
    }
    return lower.name();
  }

  @Override
  public List<CniResult.Link> links(AttachmentPlan pod, PlugPlan plugged, HostSnapshot host) {
    return List.of(pod.linkAsMade());
  }

  @Override
  public void check(AttachmentCheck check) {
    MacAddress found = check.podEnd();
    check.require(
        mac == null || found.equals(mac), check.id().ifName() + " has not the MAC " + mac);
    try (LinkSocket link = LinkSocket.open(check.pod(), check.id().ifName())) {
      int index =
          isInPod
              ? link.socket().indexOf(master)
              : lower(check.host()).map(LinkState::index).orElse(0);
      int namespace = isInPod ? -1 : check.hostAsPodKnowsIt();
      link.read(message -> check(check, message, index, namespace));
    } catch (IOException failed) {
      throw check.differs(failed.getMessage());
    }
  }

  private void check(AttachmentCheck check, LinkMessage link, int lower, int namespace) {
    String name = check.id().ifName();
    check.require(link.kindEquals(NAME), name + " is no macvlan");
    check.requireMark(link);
    MacvlanMode found = new MacvlanInfo().wrap(link).mode();
    check.require(found == mode, name + ": its mode is " + found);
    check.require(
        link.linkNamespace() == namespace, name + " does not lie on a link of that namespace");
    // Another default route may have come since.
    check.require(master.isEmpty() || link.link() == lower, name + " does not lie on " + master);
  }

  @Override
  public void status(VifHost host, String ofNetwork) {
    if (isInPod) {
      return;
    }
    LinkState lower =
        lower(host.snapshot())
            .orElseThrow(() -> new CniException(CniException.UNAVAILABLE, noLower()));
    if (!lower.up()) {
      throw new CniException(CniException.UNAVAILABLE, lower.name() + " is down");
    }
  }
}
