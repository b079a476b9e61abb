package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.netlink.route.Tbf;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.ServedPort;
import io.fastvif.vif.FixedIp;
import io.fastvif.vif.FixedIpList;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.IpAddress;
import io.fastvif.vif.IpNetwork;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfile;
import io.fastvif.vif.PortProfileFpBridge;
import io.fastvif.vif.PortProfileFpTap;
import io.fastvif.vif.PortRates;
import io.fastvif.vif.RateLimit;
import io.fastvif.vif.Subnet;
import io.fastvif.vif.SubnetList;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.VifVhostUser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * {@code fastvif}: the agent's own forwarder, whose ports are on a Linux bridge, have routes to the
 * pod, or share a link of the host.
 */
final class ForwarderSwitch implements VhostUserSwitch {
  static final String NAME = "fastvif";

  private static final String FAST_PATH = "vhostuser_fp";

  private final String bridge;
  private final boolean isRouted;
  private final PodUplink uplink;

  ForwarderSwitch(UserspaceEnd host, PodUplink uplink, NetworkConfiguration network) {
    this.uplink = uplink;
    bridge = host.bridge();
    isRouted = isRouted(host.netType());
    if (isRouted && (!bridge.isEmpty() || network.ipamType().isEmpty())) {
      throw CniException.ofKey(
          "host.netType", host.netType(), "an ipam that gives addresses, and no host.bridge");
    }
    if (uplink.isGiven() && (isRouted || !bridge.isEmpty())) {
      throw CniException.ofKey(
          "host.uplink", uplink.name(), "no host.bridge and no netType interface with it");
    }
    if (!isRouted && bridge.isEmpty() && !uplink.isGiven()) {
      throw CniException.ofKey("host.bridge.bridgeName", "", "the name of a bridge");
    }
  }

  private static boolean isRouted(String netType) {
    return switch (netType) {
      case "", "bridge" -> false;
      case "interface" -> true;
      default -> throw CniException.ofKey("host.netType", netType, "bridge or interface");
    };
  }

  @Override
  public VhostUserMode defaultMode() {
    return VhostUserMode.SERVER;
  }

  @Override
  public boolean hasLinks() {
    return !uplink.isGiven();
  }

  @Override
  public boolean hasPort(HostSnapshot host, String vifId) {
    return host.vhostUserPort(vifId).isPresent();
  }

  @Override
  public PodPort plug(AttachmentPlan pod, VhostUserEnd end, HostSnapshot host) {
    if (!pod.servesVhostUser()) {
      throw InvalidInputException.ofValue(
          "attachment",
          VhostUserAttachment.NAME,
          "needs an agent, which serves the port",
          "an agent that is asked");
    }
    VifVhostUser vif =
        VifVhostUser.builder()
            .id(pod.id().vifId())
            .plugin(FAST_PATH)
            .address(pod.podMac())
            .vifName(pod.freeName("vhu", host))
            .path(end.socket())
            .mode(end.podMode())
            .portProfile(profile())
            .network(
                Network.builder()
                    .mtu(end.told())
                    .vlan(uplink.vlan() == 0 ? null : uplink.vlan())
                    .subnets(
                        SubnetList.of(
                            isRouted || uplink.isGiven() ? subnets(pod.addressing()) : List.of()))
                    .build())
            .build();
    Map<String, String> options = new TreeMap<>();
    if (uplink.isGiven()) {
      options.putAll(uplink.options(FAST_PATH));
    }
    if (!end.group().isEmpty()) {
      options.put(FAST_PATH + ".socket_group", end.group());
    }
    limit(options, "inbound", end.rates().ingress());
    limit(options, "outbound", end.rates().egress());
    PlugPlan port = pod.plugins(options).of(vif).plug(vif, null, host);
    return new PodPort(VersionedObjectWriter.write(vif), options, port);
  }

  private static void limit(Map<String, String> options, String direction, Tbf limit) {
    if (limit != null) {
      options.put(FAST_PATH + "." + direction + "_average", rate(limit) + "B");
      options.put(FAST_PATH + "." + direction + "_burst", limit.burstBytes() + "B");
    }
  }

  /** What is more than libvirt can say, 17 Tbit/s, limits nothing. */
  private static long rate(Tbf limit) {
    return Math.min(limit.rate(), RateLimit.MAX_RATE);
  }

  private static RateLimit limit(Tbf limit) {
    return limit == null ? null : new RateLimit(rate(limit), 0, limit.burstBytes());
  }

  @Override
  public boolean limitsRates() {
    return true;
  }

  private PortProfile profile() {
    if (uplink.isGiven()) {
      return PortProfileFpBridge.builder().build();
    }
    return isRouted
        ? PortProfileFpTap.builder().build()
        : PortProfileFpBridge.builder().bridgeName(bridge).build();
  }

  /** The host routes to each address, and answers for its gateway. */
  private static List<Subnet> subnets(CniResult addressing) {
    List<Subnet> subnets = new ArrayList<>();
    for (CniResult.Address ip : addressing.ips()) {
      FixedIp own =
          FixedIp.builder().address(new IpAddress(Cidr.text(ip.cidr().address()))).build();
      Subnet.Builder subnet =
          Subnet.builder()
              .cidr(new IpNetwork(ip.cidr().network().toString()))
              .ips(FixedIpList.of(List.of(own)));
      if (ip.gateway() != null) {
        subnet.gateway(new IpAddress(Cidr.text(ip.gateway())));
      }
      subnets.add(subnet.build());
    }
    return subnets;
  }

  @Override
  public List<PlannedStep> last(AttachmentPlan pod) {
    return isRouted ? List.of(EnableForwarding.of(pod.addressing()).planned()) : List.of();
  }

  @Override
  public Optional<CniResult.Link> link(PlugPlan plugged, HostSnapshot host) {
    if (uplink.isGiven()) {
      return Optional.empty();
    }
    return host.link(plugged.name())
        .map(tap -> new CniResult.Link(tap.name(), tap.address(), tap.mtu(), ""));
  }

  @Override
  public void check(AttachmentCheck check, VhostUserEnd end) {
    if (!uplink.isGiven()) {
      checkTap(check);
    }
    ServedPort port =
        check
            .host()
            .vhostUserPort(check.id().vifId())
            .orElseThrow(() -> check.differs("the agent does not serve its port"));
    check.require(
        port.path().equals(end.socket())
            && port.mode() == end.podMode()
            && (!uplink.isGiven() || port.uplink().equals(uplink.link())),
        "its port is " + port);
    PortRates rates = new PortRates(limit(end.rates().ingress()), limit(end.rates().egress()));
    check.require(port.rates().equals(rates), "its port is " + port + ", not limited " + rates);
    check.require(!port.listens() || Files.exists(Path.of(port.path())), "its socket is gone");
  }

  private void checkTap(AttachmentCheck check) {
    LinkState tap = check.hostEnd();
    if (isRouted) {
      check.requireRoutesBy(tap);
      EnableForwarding.of(check.addressing()).check(check);
    } else {
      LinkState found = check.host().link(bridge).orElse(null);
      check.require(
          found != null && found.up() && tap.master() == found.index(),
          tap.name() + " is no port of " + bridge + ", or that is down");
    }
  }

  @Override
  public void status(VifHost host, String network) {
    if (!host.servesVhostUser()) {
      throw new CniException(
          CniException.UNAVAILABLE, "vhost-user ports are served by an agent alone");
    }
    if (uplink.isGiven()) {
      if (host.snapshot().link(uplink.link()).isEmpty()) {
        throw new CniException(
            CniException.UNAVAILABLE, "host.uplink: there is no link " + uplink.link());
      }
    } else if (!isRouted) {
      new BridgeStatus(host.snapshot(), bridge, network).run();
    }
  }
}
