package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.cni.PodRecords.PodRecord;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SocketAccess;
import io.fastvif.plan.VhostUserSocketStep;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.VhostUserMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * {@code vhostuser}: a port of the agent's own forwarder, or of Open vSwitch with DPDK, whose
 * socket is in a folder that the runtime mounts into the pod; by the keys of the plugin userspace.
 *
 * @see <a href="https://github.com/intel/userspace-cni-network-plugin">userspace</a>
 */
final class VhostUserAttachment implements PodAttachment {
  static final String NAME = "vhostuser";

  private static final String SHARED_DIR = "sharedDir";
  private static final int CONTAINER_LETTERS = 12;
  private static final int MAX_PATH_BYTES = 107;
  private static final int ALL_MAY_PASS = 0755;
  private static final int GROUP_MAY_WRITE = 0775;

  private final NetworkConfiguration network;
  private final UserspaceEnd hostEnd;
  private final UserspaceEnd podEnd;
  private final String sharedDir;
  private final DeviceInfo info;
  private final String group;
  private final VhostUserSwitch engine;

  private VhostUserAttachment(ConfigObject top, NetworkConfiguration network) {
    this.network = network;
    hostEnd =
        UserspaceEnd.read(
            top.object("host")
                .orElseThrow(() -> CniException.ofKey("host", null, "an object with a bridge")));
    podEnd =
        UserspaceEnd.read(top.object("container").orElse(new ConfigObject("container", Map.of())));
    sharedDir = DeviceInfo.absolute(SHARED_DIR, top.text(SHARED_DIR));
    info = DeviceInfo.read(network.runtime());
    top.refuse("kubeconfig", "logFile", "logLevel");
    PodUplink uplink = PodUplink.read(top, hostEnd);
    if (!podEnd.uplink().isEmpty() || !podEnd.antiSpoofing().isEmpty()) {
      throw CniException.ofKey("container.uplink", podEnd.uplink(), "none: it is the host's");
    }
    if (uplink.isGiven() && hostEnd.engine().equals(DpdkSwitch.NAME)) {
      throw CniException.ofKey("host.uplink", uplink.name(), "none with " + DpdkSwitch.NAME);
    }
    engine =
        switch (hostEnd.engine()) {
          case "", ForwarderSwitch.NAME -> new ForwarderSwitch(hostEnd, uplink, network);
          case DpdkSwitch.NAME -> new DpdkSwitch(hostEnd);
          default -> throw CniException.unsupported("host.engine", hostEnd.engine());
        };
    if (podEnd.mode() != null && podEnd.mode() == mode()) {
      throw CniException.ofKey(
          "container.vhost.mode", podEnd.mode().toString(), "another than host.vhost.mode");
    }
    if (!podEnd.socketFile().isEmpty() && !podEnd.socketFile().equals(hostEnd.socketFile())) {
      throw CniException.ofKey(
          "container.vhost.socketfile", podEnd.socketFile(), "that of host.vhost.socketfile");
    }
    group = hostEnd.group().isEmpty() ? "" : Integer.toString(GroupNames.id(hostEnd.group()));
  }

  static PodAttachment read(ConfigObject top, NetworkConfiguration network) {
    return new VhostUserAttachment(top, network);
  }

  /** Whether pods of a configuration are ports of Open vSwitch, as far as it says now. */
  static boolean usesOvs(Map<String, Object> json) {
    return NAME.equals(json.get("attachment"))
        && json.get("host") instanceof Map<?, ?> host
        && DpdkSwitch.NAME.equals(host.get("engine"));
  }

  /** Of the host's end. */
  private VhostUserMode mode() {
    return hostEnd.mode() == null ? engine.defaultMode() : hostEnd.mode();
  }

  private VhostUserMode podMode() {
    return mode() == VhostUserMode.SERVER ? VhostUserMode.CLIENT : VhostUserMode.SERVER;
  }

  private VhostUserEnd end(AttachmentId id) {
    return new VhostUserEnd(socket(id), podMode(), group, network.mtu(), network.rates());
  }

  @Override
  public HostSnapshot snapshot(VifHost host) {
    return engine.snapshot(host);
  }

  @Override
  public boolean limitsRates() {
    return engine.limitsRates();
  }

  /** The files come last. */
  @Override
  public boolean isAttached(VifHost host, AttachmentId id) {
    return engine.hasLinks()
        ? PodAttachment.super.isAttached(host, id)
        : engine.hasPort(snapshot(host), id.vifId())
            && Files.exists(info.isWanted() ? Path.of(info.file()) : dataFile(id));
  }

  @Override
  public void require(VifHost host) {
    engine.require(host);
  }

  private Path podFolder(AttachmentId id) {
    return Path.of(sharedDir, id.containerId());
  }

  private String socket(AttachmentId id) {
    String name = hostEnd.socketFile().isEmpty() ? shortName(id) : hostEnd.socketFile();
    String path = podFolder(id).resolve(name).toString();
    if (path.length() > MAX_PATH_BYTES) {
      throw CniException.ofKey(
          SHARED_DIR, sharedDir, "a folder whose sockets' paths have at most 107 bytes");
    }
    return path;
  }

  private static String shortName(AttachmentId id) {
    String container = id.containerId();
    return container.substring(0, Math.min(CONTAINER_LETTERS, container.length()))
        + "-"
        + id.ifName();
  }

  private Path dataFile(AttachmentId id) {
    return podFolder(id).resolve("configData-" + shortName(id) + ".json");
  }

  @Override
  public PlugPlan plug(AttachmentPlan pod, HostSnapshot host) {
    AttachmentId id = pod.id();
    requireOwnSocket(pod);
    VhostUserSwitch.PodPort port = engine.plug(pod, end(id), host);
    Map<Path, String> files = new LinkedHashMap<>();
    files.put(dataFile(id), data(pod));
    if (info.isWanted()) {
      files.put(Path.of(info.file()), info(id));
    }
    PodRecord record =
        new PodRecord(
            id.vifId(),
            "",
            port.vif(),
            port.options(),
            socket(id),
            files.keySet().stream().map(Path::toString).toList());
    List<PlannedStep> steps = new ArrayList<>();
    steps.add(new WriteRecord(pod.records(), record).planned());
    String folder = podFolder(id).toString();
    steps.add(
        PlannedStep.own(
            new VhostUserSocketStep.MakeFolder(folder, folderAccess()),
            new VhostUserSocketStep.RemoveFolder(folder)));
    PlugPlan plan = port.plan();
    steps.addAll(plan.steps());
    files.forEach((file, text) -> steps.add(new WritePodFile(file, text).planned()));
    steps.addAll(engine.last(pod));
    return new PlugPlan(
        id.vifId(), plan.name(), plan.action(), plan.devices(), plan.shared(), steps, plan.notes());
  }

  /** A name that is configured is the same for all interfaces of a pod. */
  private void requireOwnSocket(AttachmentPlan pod) {
    if (hostEnd.socketFile().isEmpty()) {
      return;
    }
    String socket = socket(pod.id());
    String own = pod.id().vifId();
    try {
      for (PodRecord other : pod.records().all()) {
        if (other.socket().equals(socket) && !other.vifId().equals(own)) {
          throw InvalidInputException.ofValue(
              "host.vhost.socketfile",
              hostEnd.socketFile(),
              "is the socket of " + other.vifId(),
              "a name that no other interface of the pod has, or none");
        }
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(
          "what pods have cannot be read: " + unreadable.getMessage(), unreadable);
    }
  }

  /** A pod that makes the socket itself has to be able to. */
  private SocketAccess folderAccess() {
    boolean isPods = podMode() == VhostUserMode.SERVER && !group.isEmpty();
    return new SocketAccess(
        OptionalInt.empty(),
        isPods ? OptionalInt.of(Integer.parseInt(group)) : OptionalInt.empty(),
        isPods ? GROUP_MAY_WRITE : ALL_MAY_PASS);
  }

  private String info(AttachmentId id) {
    Map<String, Object> port = new LinkedHashMap<>();
    port.put("mode", podMode().toString());
    port.put("path", socket(id));
    return DeviceInfo.of("vhost-user", port);
  }

  /** What an application in the pod reads beside the socket. */
  private String data(AttachmentPlan pod) {
    AttachmentId id = pod.id();
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("containerId", id.containerId());
    data.put("ifName", id.ifName());
    data.put("name", id.network());
    data.put("config", podEnd.told(podMode(), Path.of(socket(id)).getFileName().toString()));
    data.put("ipResult", CniJson.object("", pod.addressing().toJson(network.version())));
    return CniJson.write(data);
  }

  @Override
  public List<CniResult.Link> links(AttachmentPlan pod, PlugPlan plugged, HostSnapshot host) {
    List<CniResult.Link> links = new ArrayList<>();
    engine.link(plugged, host).ifPresent(links::add);
    VhostUserEnd end = end(pod.id());
    links.add(
        new CniResult.Link(
            pod.id().ifName(), pod.podMac(), end.told(), pod.sandbox(), end.socket(), ""));
    return links;
  }

  @Override
  public void check(AttachmentCheck check) {
    engine.check(check, end(check.id()));
    Path data = dataFile(check.id());
    check.require(Files.exists(data), data + " is gone");
    info.check(check, info(check.id()));
  }

  @Override
  public void status(VifHost host, String ofNetwork) {
    engine.status(host, ofNetwork);
  }
}
