package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.cni.PodRecords.PodRecord;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.ServedPort;
import io.fastvif.plan.SocketAccess;
import io.fastvif.plan.VhostUserSocketStep;
import io.fastvif.vif.FixedIp;
import io.fastvif.vif.FixedIpList;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.IpAddress;
import io.fastvif.vif.IpNetwork;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfile;
import io.fastvif.vif.PortProfileFpBridge;
import io.fastvif.vif.PortProfileFpTap;
import io.fastvif.vif.Subnet;
import io.fastvif.vif.SubnetList;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.VifVhostUser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * {@code vhostuser}: a port of the agent's own forwarder, on a Linux bridge or with routes to the
 * pod, whose socket is in a folder that the runtime mounts into the pod; by the keys of the plugin
 * userspace.
 *
 * @see <a href="https://github.com/intel/userspace-cni-network-plugin">userspace</a>
 */
final class VhostUserAttachment implements PodAttachment {
  static final String NAME = "vhostuser";

  private static final String SHARED_DIR = "sharedDir";
  private static final String FAST_PATH = "vhostuser_fp";
  private static final int CONTAINER_LETTERS = 12;
  private static final int DEFAULT_MTU = 1500;
  private static final int MAX_PATH_BYTES = 107;
  private static final int ALL_MAY_PASS = 0755;
  private static final int GROUP_MAY_WRITE = 0775;

  private final NetworkConfiguration network;
  private final UserspaceEnd hostEnd;
  private final UserspaceEnd podEnd;
  private final String sharedDir;
  private final DeviceInfo info;
  private final String group;
  private final boolean isRouted;

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
    if (!hostEnd.engine().isEmpty() && !hostEnd.engine().equals("fastvif")) {
      throw CniException.unsupported("host.engine", hostEnd.engine());
    }
    isRouted = isRouted(hostEnd.netType());
    if (isRouted && (!hostEnd.bridge().isEmpty() || network.ipamType().isEmpty())) {
      throw CniException.ofKey(
          "host.netType", hostEnd.netType(), "an ipam that gives addresses, and no host.bridge");
    }
    if (!isRouted && hostEnd.bridge().isEmpty()) {
      throw CniException.ofKey("host.bridge.bridgeName", "", "the name of a bridge");
    }
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

  private static boolean isRouted(String netType) {
    return switch (netType) {
      case "", "bridge" -> false;
      case "interface" -> true;
      default -> throw CniException.ofKey("host.netType", netType, "bridge or interface");
    };
  }

  static PodAttachment read(ConfigObject top, NetworkConfiguration network) {
    return new VhostUserAttachment(top, network);
  }

  /** Of the host's end. */
  private VhostUserMode mode() {
    return hostEnd.mode() == null ? VhostUserMode.SERVER : hostEnd.mode();
  }

  private VhostUserMode podMode() {
    return mode() == VhostUserMode.SERVER ? VhostUserMode.CLIENT : VhostUserMode.SERVER;
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

  private Map<String, String> options() {
    return group.isEmpty() ? Map.of() : Map.of(FAST_PATH + ".socket_group", group);
  }

  @Override
  public PlugPlan plug(AttachmentPlan pod, HostSnapshot host) {
    AttachmentId id = pod.id();
    if (!pod.servesVhostUser()) {
      throw InvalidInputException.ofValue(
          "attachment", NAME, "needs an agent, which serves the port", "an agent that is asked");
    }
    VifVhostUser vif =
        VifVhostUser.builder()
            .id(id.vifId())
            .plugin(FAST_PATH)
            .address(mac(pod))
            .vifName(pod.freeName("vhu", host))
            .path(socket(id))
            .mode(podMode())
            .portProfile(profile())
            .network(
                Network.builder()
                    .mtu(mtu())
                    .subnets(SubnetList.of(isRouted ? subnets(pod.addressing()) : List.of()))
                    .build())
            .build();
    Map<Path, String> files = new LinkedHashMap<>();
    files.put(dataFile(id), data(pod));
    if (info.isWanted()) {
      files.put(Path.of(info.file()), info(id));
    }
    PodRecord record =
        new PodRecord(
            id.vifId(),
            "",
            VersionedObjectWriter.write(vif),
            options(),
            socket(id),
            files.keySet().stream().map(Path::toString).toList());
    PlugPlan port = pod.plugins(options()).of(vif).plug(vif, null, host);
    List<PlannedStep> steps = new ArrayList<>();
    steps.add(new WriteRecord(pod.records(), record).planned());
    String folder = podFolder(id).toString();
    steps.add(
        PlannedStep.own(
            new VhostUserSocketStep.MakeFolder(folder, folderAccess()),
            new VhostUserSocketStep.RemoveFolder(folder)));
    steps.addAll(port.steps());
    files.forEach((file, text) -> steps.add(new WritePodFile(file, text).planned()));
    if (isRouted) {
      steps.add(EnableForwarding.of(pod.addressing()).planned());
    }
    return new PlugPlan(
        id.vifId(), port.name(), port.action(), port.devices(), port.shared(), steps, port.notes());
  }

  private PortProfile profile() {
    return isRouted
        ? PortProfileFpTap.builder().build()
        : PortProfileFpBridge.builder().bridgeName(hostEnd.bridge()).build();
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

  /** A pod that makes the socket itself has to be able to. */
  private SocketAccess folderAccess() {
    boolean isPods = podMode() == VhostUserMode.SERVER && !group.isEmpty();
    return new SocketAccess(
        OptionalInt.empty(),
        isPods ? OptionalInt.of(Integer.parseInt(group)) : OptionalInt.empty(),
        isPods ? GROUP_MAY_WRITE : ALL_MAY_PASS);
  }

  private MacAddress mac(AttachmentPlan pod) {
    return pod.podMac();
  }

  private int mtu() {
    return network.mtu() == 0 ? DEFAULT_MTU : network.mtu();
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
    host.link(plugged.name())
        .ifPresent(tap -> links.add(new CniResult.Link(tap.name(), tap.address(), tap.mtu(), "")));
    links.add(
        new CniResult.Link(
            pod.id().ifName(), mac(pod), mtu(), pod.sandbox(), socket(pod.id()), ""));
    return links;
  }

  @Override
  public void check(AttachmentCheck check) {
    AttachmentId id = check.id();
    LinkState tap = check.hostEnd();
    if (isRouted) {
      check.requireRoutesBy(tap);
    } else {
      LinkState bridge = check.host().link(hostEnd.bridge()).orElse(null);
      check.require(
          bridge != null && bridge.up() && tap.master() == bridge.index(),
          tap.name() + " is no port of " + hostEnd.bridge() + ", or that is down");
    }
    ServedPort port =
        check
            .host()
            .vhostUserPort(id.vifId())
            .orElseThrow(() -> check.differs("the agent does not serve its port"));
    check.require(
        port.path().equals(socket(id)) && port.mode() == podMode(), "its port is " + port);
    check.require(!port.listens() || Files.exists(Path.of(port.path())), "its socket is gone");
    check.require(Files.exists(dataFile(id)), dataFile(id) + " is gone");
    info.check(check, info(check.id()));
  }

  @Override
  public void status(VifHost host, String ofNetwork) {
    if (!host.servesVhostUser()) {
      throw new CniException(
          CniException.UNAVAILABLE, "vhost-user ports are served by an agent alone");
    }
    if (isRouted) {
      return;
    }
    new BridgeStatus(host.snapshot(), hostEnd.bridge(), ofNetwork).run();
  }
}
