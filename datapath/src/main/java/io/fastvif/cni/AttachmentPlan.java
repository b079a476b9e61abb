package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.netns.Netns;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.PluginStep;
import io.fastvif.plan.VhostUserPortStep;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Plans an attachment: how it is plugged, and how it is unplugged. */
final class AttachmentPlan {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final long LOCAL = 0x0200_0000_0000L;
  private static final long UNICAST = 0xfeff_ffff_ffffL;
  private static final int NAME_BYTES = 4;

  private final AttachmentId id;
  private final NetworkConfiguration network;
  private final PodSockets pod;
  private final String sandbox;
  private final CniResult addressing;
  private final VifHost owner;
  private final PodRecords records;
  private final PodRules rules;
  private final MacAddress podMac;
  private final MacAddress hostMac = randomMac();

  /**
   * @param pod open until the plan has ended
   * @param sandbox the path of the namespace, as the runtime has named it
   * @param addressing the addresses and routes that the pod gets
   * @param owner the host
   * @param records what is written down of attachments
   * @param rules those of all pods
   */
  AttachmentPlan(
      AttachmentId id,
      NetworkConfiguration network,
      PodSockets pod,
      String sandbox,
      CniResult addressing,
      VifHost owner,
      PodRecords records,
      PodRules rules) {
    this.rules = rules;
    this.owner = owner;
    this.records = records;
    this.id = id;
    this.network = network;
    this.pod = pod;
    this.sandbox = sandbox;
    this.addressing = addressing;
    podMac = network.mac() == null ? randomMac() : network.mac();
  }

  /** An address that no maker of hardware gives. */
  static MacAddress randomMac() {
    return new MacAddress((RANDOM.nextLong() & UNICAST) | LOCAL);
  }

  AttachmentId id() {
    return id;
  }

  /** The pod's namespace. */
  Netns pod() {
    return pod.namespace();
  }

  /** The path of the pod's namespace. */
  String sandbox() {
    return sandbox;
  }

  /** The addresses and routes that the pod gets. */
  CniResult addressing() {
    return addressing;
  }

  /** The plugins of VIFs, with some options over the host's. */
  VifPlugins plugins(Map<String, String> options) {
    return owner.configuration().plugins(options);
  }

  /** Whether this process serves vhost-user ports. */
  boolean servesVhostUser() {
    return owner.servesVhostUser();
  }

  PodRecords records() {
    return records;
  }

  PodRules rules() {
    return rules;
  }

  /** The address that the pod's end is made with: the one that is asked for, or a random one. */
  MacAddress podMac() {
    return podMac;
  }

  MacAddress hostMac() {
    return hostMac;
  }

  /** What the pod's traffic is limited to. */
  PodRates rates() {
    return network.rates();
  }

  /**
   * Limits it.
   *
   * @param port the host's end of its link
   */
  LimitRates limit(String port, HostSnapshot host) {
    return limit(port, rates(), host);
  }

  /** The same to other rates. */
  LimitRates limit(String port, PodRates rates, HostSnapshot host) {
    return new LimitRates(port, freeName(LimitRates.prefix(id.network()), host), id.vifId(), rates);
  }

  /** The plan to plug. */
  PlugPlan plug(HostSnapshot host) {
    if (!host.linksOf(id.vifId()).isEmpty()) {
      throw InvalidInputException.ofValue(
          "CNI_IFNAME", id.ifName(), "is attached already", "a DEL before another ADD");
    }
    return network.attachment().plug(this, host);
  }

  /**
   * Begins a plan.
   *
   * @param port the name of the link that the host has for the pod; empty for none
   */
  PlanBuilder begin(String port, HostSnapshot host) {
    return new PlanBuilder(id.vifId(), port, host);
  }

  /** Adds a step that is the attachment's alone. */
  static void add(PlanBuilder plan, PluginStep step) {
    plan.add(step.planned());
  }

  /**
   * Adds a veth pair, whose other end is made in the pod under the name that the runtime wants.
   *
   * @param port the host's end
   * @param byHand how the host's end is set up
   */
  void addVeth(PlanBuilder plan, String port, LinkSettings byHand) {
    plan.port(veth(port), LinkSettings.NONE.withMtu(network.mtu()).withAddress(hostMac), byHand);
  }

  /** Makes such a pair. */
  NetlinkStep.CreateVeth veth(String port) {
    return new NetlinkStep.CreateVeth(
        port, hostMac, id.ifName(), podMac, network.mtu(), pod().descriptor());
  }

  /**
   * Adds what the pod's end gets: addresses, routes, up.
   *
   * @param isRouted whether the pod reaches its own subnet by the gateway too
   */
  void addPod(PlanBuilder plan, boolean isRouted) {
    add(plan, setUpPod(isRouted));
  }

  /** The step of that. */
  ConfigurePod setUpPod(boolean isRouted) {
    boolean isLeftDown = network.attachment().leavesPodDown();
    return new ConfigurePod(pod, id.ifName(), podMac, addressing, isRouted, isLeftDown);
  }

  /**
   * The same for a link that is in the pod alone.
   *
   * @param mac null for one that the kernel has given
   */
  void addPod(PlanBuilder plan, MacAddress mac) {
    add(plan, new ConfigurePod(pod, id.ifName(), mac, addressing, false, false));
  }

  /**
   * Moves a link of the host's own into the pod.
   *
   * @param mac that it gets; null for its own
   */
  TakeDevice take(DeviceKey key, MacAddress mac) {
    return take(key, mac, false);
  }

  /** The same for one whose lease remembers its MAC address and state, and gives them back. */
  TakeDevice takeLeased(DeviceKey key, MacAddress mac) {
    return take(key, mac, true);
  }

  private TakeDevice take(DeviceKey key, MacAddress mac, boolean isLeased) {
    return new TakeDevice(
        records.devices(),
        key,
        pod(),
        sandbox,
        id.vifId(),
        id.ifName(),
        network.mtu(),
        mac,
        isLeased);
  }

  /** Both ends of a veth pair, as a result names them. */
  List<CniResult.Link> vethLinks(String port) {
    return List.of(new CniResult.Link(port, hostMac, mtu(), ""), podLink());
  }

  /** The link in the pod, as a result names it. */
  CniResult.Link podLink() {
    return new CniResult.Link(id.ifName(), podMac, mtu(), sandbox);
  }

  /** The same with the MAC address and the MTU that it has. */
  CniResult.Link linkAsMade() {
    CniResult.Link[] made = new CniResult.Link[1];
    try (LinkSocket link = pod.link(id.ifName())) {
      link.read(
          message ->
              made[0] =
                  new CniResult.Link(
                      id.ifName(), new MacAddress(message.address()), message.mtu(), sandbox));
    } catch (IOException gone) {
      throw new CniException(
          CniException.HOST_REFUSED, "the pod's link cannot be read", gone.getMessage(), gone);
    }
    return made[0];
  }

  /** The MTU that is asked for, in bytes; 0 for none. */
  int wantedMtu() {
    return network.mtu();
  }

  private int mtu() {
    return network.mtu() == 0 ? 1500 : network.mtu();
  }

  /**
   * A name for a link of the host's: always the same for an attachment, unless others have it.
   *
   * @param prefix of at most 7 characters
   */
  String freeName(String prefix, HostSnapshot host) {
    for (int salt = 0; ; salt++) {
      String name = nameOf(prefix, id.vifId() + (salt == 0 ? "" : "/" + salt));
      if (host.link(name).isEmpty() && !isOthersPort(name, host)) {
        return name;
      }
    }
  }

  /** A port whose link is gone keeps its name. */
  private boolean isOthersPort(String name, HostSnapshot host) {
    return network.usesOvs() && host.ovs().port(name).isPresent();
  }

  /**
   * A name for a link that is always the same for a text.
   *
   * @param prefix of at most 7 characters
   */
  static String nameOf(String prefix, String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return prefix + HexFormat.of().formatHex(hash, 0, NAME_BYTES);
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible); // every Java has it
    }
  }

  /**
   * The plan to unplug whatever the host has of an attachment; it may be nothing.
   *
   * @param pods namespaces that links may be in which the host does not have; null if they have to
   *     be found out
   * @param records what is written down of attachments
   * @param rules those of all pods
   * @param device that the configuration names; null for none
   * @param host with Open vSwitch's rows as far as they are known
   */
  static PlugPlan unplug(
      String vifId,
      List<Path> pods,
      PodRecords records,
      PodRules rules,
      PciAddress device,
      HostSnapshot host) {
    PlanBuilder plan = new PlanBuilder(vifId, "", host);
    PodLeases.requireReadable(vifId, device, records.devices(), plan);
    OvsPorts.delete(vifId, plan, host.ovs());
    host.vhostUserPort(vifId)
        .ifPresent(
            port ->
                plan.add(
                    PlannedStep.own(
                        new VhostUserPortStep.ClosePort(port),
                        new VhostUserPortStep.OpenPort(port))));
    plan.deleteRest();
    boolean hasHostEnd = !host.linksOf(vifId).isEmpty(); // and then it is nowhere else
    if (!hasHostEnd) {
      add(plan, new ReturnDevice(records.devices(), vifId, pods));
    }
    PodLeases.giveBack(vifId, plan);
    List<PluginStep> rest = new ArrayList<>();
    if (!hasHostEnd && (pods == null || !pods.isEmpty())) {
      rest.add(new RemovePodLinks(vifId, pods));
    }
    rest.add(new RemoveRules(rules, vifId));
    rest.add(new RemovePodFiles(records, vifId));
    add(plan, new StepsTogether(rest));
    return plan.unplugged();
  }
}
