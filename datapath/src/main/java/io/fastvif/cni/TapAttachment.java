package io.fastvif.cni;

import static io.fastvif.bindings.linux.linux_h.IFF_TAP;
import static io.fastvif.bindings.linux.linux_h.IFLA_TUN_GROUP;
import static io.fastvif.bindings.linux.linux_h.IFLA_TUN_MULTI_QUEUE;
import static io.fastvif.bindings.linux.linux_h.IFLA_TUN_OWNER;
import static io.fastvif.bindings.linux.linux_h.IFLA_TUN_PERSIST;
import static io.fastvif.bindings.linux.linux_h.IFLA_TUN_TYPE;

import io.fastvif.VifHost;
import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.tuntap.TapOptions;
import io.fastvif.vif.MacAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code tap}: a tap in the pod for a virtual machine that runs there, by the keys of the reference
 * plugin.
 *
 * @see <a href="https://www.cni.dev/plugins/current/main/tap/">tap</a>
 */
final class TapAttachment implements PodAttachment {
  static final String NAME = "tap";

  private static final Path CONTROL_DEVICE = Path.of("/dev/net/tun");
  private static final int NONE = -1;

  private final NetworkConfiguration network;
  private final TapOptions options;
  private final String bridge;
  private final MacAddress mac;

  private TapAttachment(ConfigObject top, NetworkConfiguration network) {
    this.network = network;
    options =
        new TapOptions(
            top.flag("multiQueue"),
            false,
            top.number("owner", NONE, 0, Integer.MAX_VALUE),
            top.number("group", NONE, 0, Integer.MAX_VALUE));
    bridge = top.text("bridge").isEmpty() ? "" : BridgeAttachment.bridge(top, "");
    MacAddress own = top.mac("mac");
    mac = network.mac() == null ? own : network.mac();
    // The documents write it in both ways.
    refuseContext("selinuxContext", top);
    refuseContext("selinuxcontext", top);
  }

  static PodAttachment read(ConfigObject top, NetworkConfiguration network) {
    return new TapAttachment(top, network);
  }

  private static void refuseContext(String key, ConfigObject top) {
    String context = top.text(key);
    if (!context.isEmpty()) {
      throw new CniException(
          CniException.UNSUPPORTED_FIELD,
          "the key " + key + " with the value " + CniJson.write(context) + " is not supported",
          "a tap has the context of the process that makes it, which is the agent");
    }
  }

  @Override
  public PlugPlan plug(AttachmentPlan pod, HostSnapshot host) {
    PlanBuilder plan = pod.begin(pod.id().ifName(), host);
    MacAddress wanted = mac == null ? pod.podMac() : mac;
    AttachmentPlan.add(
        plan,
        new CreatePodTap(
            pod.pod(),
            pod.id().vifId(),
            pod.id().ifName(),
            options,
            wanted,
            network.mtu(),
            bridge));
    pod.addPod(plan, wanted);
    return plan.plug();
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
      int master = bridge.isEmpty() ? 0 : link.socket().indexOf(bridge);
      check.require(bridge.isEmpty() || master != 0, "the bridge " + bridge + " is gone");
      link.read(message -> check(check, message, master));
    } catch (IOException failed) {
      throw check.differs(failed.getMessage());
    }
  }

  private void check(AttachmentCheck check, LinkMessage link, int master) {
    String name = check.id().ifName();
    check.requireMark(link);
    AttributeIterator tap = new AttributeIterator();
    boolean isTap = link.kindEquals("tun") && link.kindOptions(tap);
    check.require(isTap && byteOf(tap, IFLA_TUN_TYPE) == IFF_TAP, name + " is no tap");
    check.require(byteOf(tap, IFLA_TUN_PERSIST) != 0, name + " goes with its user");
    check.require(
        (byteOf(tap, IFLA_TUN_MULTI_QUEUE) != 0) == options.multiQueue(),
        name + " has another multi_queue");
    check.require(idOf(tap, IFLA_TUN_OWNER) == options.owner(), name + " has another owner");
    check.require(idOf(tap, IFLA_TUN_GROUP) == options.group(), name + " has another group");
    check.require(bridge.isEmpty() || link.master() == master, name + " is no port of " + bridge);
  }

  private static int byteOf(AttributeIterator tap, int type) {
    return tap.find(type) ? tap.getByte() : 0;
  }

  /** The kernel leaves an id out that is not set. */
  private static int idOf(AttributeIterator tap, int type) {
    return tap.find(type) ? tap.getInt() : NONE;
  }

  @Override
  public void status(VifHost host, String ofNetwork) {
    if (!Files.exists(CONTROL_DEVICE)) {
      throw new CniException(CniException.UNAVAILABLE, CONTROL_DEVICE + " is missing");
    }
  }
}
