package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.bindings.FastvifException;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.NamespaceIds;
import io.fastvif.netns.Netns;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;

/** CHECK: compares what the plugin has made with what it should be. */
final class AttachmentCheck {
  private final HostSnapshot host;
  private final AttachmentId id;
  private final NetworkConfiguration network;
  private final Netns pod;
  private final PodRules rules;
  private final CniResult made;
  private final CniResult addressing;

  /**
   * @param network with the result of ADD
   * @param rules those of all pods
   */
  AttachmentCheck(
      VifHost host, AttachmentId id, NetworkConfiguration network, Netns pod, PodRules rules) {
    this.rules = rules;
    this.host = network.attachment().snapshot(host);
    this.id = id;
    this.network = network;
    this.pod = pod;
    made = network.previous();
    addressing = new CniResult(List.of(), ofPod(), made.routes(), made.dns());
  }

  /** In a chain others may have added addresses to other links. */
  private List<CniResult.Address> ofPod() {
    return made.ips().stream().filter(ip -> ip.link() < 0 || isPod(ip.link())).toList();
  }

  private boolean isPod(int place) {
    if (place >= made.interfaces().size()) {
      throw CniException.ofKey("prevResult.ips.interface", place, "the place of an interface");
    }
    CniResult.Link link = made.interfaces().get(place);
    return link.name().equals(id.ifName()) && !link.sandbox().isEmpty();
  }

  void run() {
    try {
      network.attachment().check(this);
    } catch (FastvifException failed) {
      throw failed instanceof CniException own ? own : differs(failed.getMessage());
    }
  }

  /** The host as it is now. */
  HostSnapshot host() {
    return host;
  }

  AttachmentId id() {
    return id;
  }

  /** The pod's namespace. */
  Netns pod() {
    return pod;
  }

  /** By which id the pod's namespace knows the host's. */
  int hostAsPodKnowsIt() {
    try (Netns own = Netns.current();
        NamespaceIds ids = pod.visit(NamespaceIds::open)) {
      return ids.of(own.descriptor());
    }
  }

  /** Checks that a link which is in the pod alone bears the attachment's mark. */
  void requireMark(LinkMessage link) {
    require(PodMark.of(id.vifId()).isOn(link), id.ifName() + " is another link than ADD has made");
  }

  /** Checks that the pod's link is the host's own that ADD has moved there. */
  void requireDevice() {
    String mark = Aliases.ofPodDevice(id.vifId(), PodMark.thisHost());
    try (LinkSocket link = LinkSocket.open(pod, id.ifName())) {
      link.read(
          message ->
              require(
                  mark.equals(message.alias()),
                  id.ifName() + " is another link than ADD has moved there"));
    } catch (IOException failed) {
      throw differs(failed.getMessage());
    }
  }

  /** Checks that a PCI device is the attachment's. */
  void requireLease(PciAddress device) {
    require(
        host.devices()
            .lease(device)
            .filter(lease -> lease.holder().equals(id.vifId()) && lease.former() != null)
            .isPresent(),
        "it has no lease of " + device);
  }

  /** What ADD has given to the pod. */
  CniResult addressing() {
    return addressing;
  }

  PodRules rules() {
    return rules;
  }

  /** Checks the rules in nf_tables. */
  void requireRules(EnsureRules wanted) {
    try {
      require(rules.count(id.vifId()) == wanted.count(), "its rules in nf_tables are not there");
    } catch (IOException failed) {
      throw differs(failed.getMessage());
    }
  }

  /** Checks the host's end of the pod's link: that it is there, up, and as ADD has named it. */
  LinkState hostEnd() {
    LinkState port =
        host.linksOf(id.vifId()).stream()
            .filter(link -> !link.isUnfinished() && !LimitRates.isLimiter(link))
            .findFirst()
            .orElseThrow(() -> differs("the host's end of its link is gone"));
    requireHostEnd(port);
    return port;
  }

  /** Checks that a link of the host's is up, and as ADD has named it. */
  void requireHostEnd(LinkState port) {
    require(port.up(), port.name() + " is down");
    require(network.mtu() == 0 || port.mtu() == network.mtu(), port.name() + " has another MTU");
    requireLink(port.name(), port.address(), "");
  }

  /** Checks what the pod's traffic is limited to, on the host's end of its link. */
  void requireRates(LinkState port) {
    requireRates(port, network.rates());
  }

  /** The same for other rates. */
  void requireRates(LinkState port, PodRates rates) {
    if (rates.limits()) {
      LinkState limiter =
          host.linksOf(id.vifId()).stream().filter(LimitRates::isLimiter).findFirst().orElse(null);
      new RateCheck(this, rates, port, limiter).run();
    }
  }

  /** Checks that the host has a route to each of the pod's addresses by a link. */
  void requireRoutesBy(LinkState port) {
    try (LinkSocket link = LinkSocket.open(port.name())) {
      List<PodRoute> routes = link.routes();
      for (CniResult.Address ip : addressing.ips()) {
        InetAddress address = ip.cidr().address();
        require(
            routes.contains(new PodRoute(Cidr.host(address), null)),
            "the host has no route to " + Cidr.text(address));
      }
    } catch (IOException failed) {
      throw differs(failed.getMessage());
    }
  }

  /** Checks the link in the pod with its addresses and routes; its MAC address. */
  MacAddress podEnd() {
    try {
      return checkPod();
    } catch (IOException failed) {
      throw differs(failed.getMessage());
    }
  }

  private MacAddress checkPod() throws IOException {
    MacAddress[] mac = new MacAddress[1];
    try (LinkSocket link = LinkSocket.open(pod, id.ifName())) {
      link.read(
          message -> {
            require(
                message.isUp() || network.attachment().leavesPodDown(), id.ifName() + " is down");
            require(
                network.mtu() == 0 || message.mtu() == network.mtu(),
                id.ifName() + " has another MTU");
            mac[0] = new MacAddress(message.address());
          });
      requireLink(id.ifName(), mac[0], pod.name());
      List<Cidr> addresses = link.addresses();
      for (CniResult.Address ip : addressing.ips()) {
        require(addresses.contains(ip.cidr()), id.ifName() + " has no address " + ip.cidr());
      }
      List<PodRoute> routes = link.routes();
      for (PodRoute wanted : addressing.routes()) {
        InetAddress gateway = ConfigurePod.gateway(wanted, addressing.ips());
        require(
            routes.contains(new PodRoute(wanted.destination(), gateway)),
            "the pod has no route to " + wanted.destination());
      }
    }
    return mac[0];
  }

  /** A link that ADD named has to be as ADD said. */
  private void requireLink(String name, MacAddress mac, String sandbox) {
    for (CniResult.Link link : made.interfaces()) {
      if (link.name().equals(name) && link.sandbox().isEmpty() == sandbox.isEmpty()) {
        require(
            link.mac() == null || link.mac().equals(mac),
            name + " has the MAC address " + mac + ", not " + link.mac());
        return;
      }
    }
    throw differs("prevResult does not name " + name);
  }

  /** Fails unless it is so. */
  void require(boolean isSo, String otherwise) {
    if (!isSo) {
      throw differs(otherwise);
    }
  }

  /** The failure of CHECK. */
  CniException differs(String how) {
    return new CniException(
        CniException.DIFFERS, id.ifName() + " of " + id.containerId() + ": " + how);
  }
}
