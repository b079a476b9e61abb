package io.fastvif.cni;

import static io.fastvif.bindings.linux.linux_h.IFLA_BR_VLAN_PROTOCOL;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.route.BridgeVlan;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Bridge;
import io.fastvif.netns.Netns;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The VLANs of pods on a bridge, by the keys {@code vlan}, {@code vlanTrunk} and {@code
 * preserveDefaultVlan}.
 *
 * @param key the one that asks for them, with its value; empty if none does
 * @param vlan the one whose frames the pod sends and gets without a tag; 0 for none of its own
 * @param keepsDefault whether pods are also sent the frames of the VLAN that each port of the
 *     bridge begins with
 * @param ofPort those of a pod's port, by their ids
 */
record BridgeVlans(
    String key, int vlan, boolean keepsDefault, SortedMap<Integer, BridgeVlan> ofPort) {
  private static final String VLAN = "vlan";
  private static final String TRUNK = "vlanTrunk";

  /** The kernel's own, of a port in a trunk that says no other. */
  private static final int DEFAULT = 1;

  private static Optional<Boolean> isInKernel = Optional.empty();

  static BridgeVlans read(ConfigObject top) {
    int vlan = top.number(VLAN, 0, 0, BridgeVlan.MAX_ID);
    List<Integer> trunk = VlanRanges.read(top.objects(TRUNK), 1, BridgeVlan.MAX_ID);
    SortedMap<Integer, BridgeVlan> ofPort = new TreeMap<>();
    trunk.forEach(id -> ofPort.put(id, BridgeVlan.tagged(id)));
    if (vlan != 0 || !trunk.isEmpty()) {
      BridgeVlan own = BridgeVlan.untagged(vlan == 0 ? DEFAULT : vlan);
      ofPort.put(own.id(), own);
    }
    String key = ofPort.isEmpty() ? "" : vlan == 0 ? TRUNK : VLAN + ": " + vlan;
    return new BridgeVlans(key, vlan, top.flag("preserveDefaultVlan"), ofPort);
  }

  /** Whether the bridge has to filter by VLANs. */
  boolean areWanted() {
    return !key.isEmpty();
  }

  /**
   * Fails if VLANs are wanted and the kernel's bridges know none. That is found out by a bridge in
   * a namespace of its own, once in a process.
   */
  void requireKernel(int code) {
    if (areWanted() && !isInKernel()) {
      throw new CniException(
          code,
          key + ": this kernel's bridges have no VLANs",
          "expected a kernel with CONFIG_BRIDGE_VLAN_FILTERING");
    }
  }

  private static boolean isInKernel() {
    synchronized (BridgeVlans.class) {
      if (isInKernel.isEmpty()) {
        isInKernel = Optional.of(bridgesHaveVlans());
      }
      return isInKernel.get();
    }
  }

  private static boolean bridgesHaveVlans() {
    boolean[] has = new boolean[1];
    try (Netns apart = Netns.createPrivate();
        RouteSocket socket = RouteSocket.open(apart)) {
      String name = "probe";
      socket.execute(socket.link().create(name).kind(new Bridge()));
      LinkMessage link = new LinkMessage();
      AttributeIterator options = new AttributeIterator();
      socket.query(
          socket.link().get(name),
          message ->
              has[0] =
                  link.wrap(message).kindOptions(options) && options.find(IFLA_BR_VLAN_PROTOCOL));
    }
    return has[0];
  }

  /** Those of the port by which the host is in the pods' VLAN. */
  BridgeVlans ofGateway() {
    return new BridgeVlans(
        key, vlan, keepsDefault, new TreeMap<>(Map.of(vlan, BridgeVlan.untagged(vlan))));
  }

  /** Has a port be in these and no others, but where the default one is kept. */
  void giveTo(RouteSocket socket, int port) {
    if (ofPort.isEmpty()) {
      return;
    }
    if (!keepsDefault) {
      socket.execute(socket.bridgeVlan().deleteAll(port));
    }
    socket.execute(socket.bridgeVlan().add(port, ofPort));
  }

  /** The name of the host's link in the pods' VLAN, where it has an address as their gateway. */
  String gatewayLink(String bridge) {
    return bridge + "." + vlan;
  }

  /** Checks those that a port has. */
  void check(AttachmentCheck check, LinkSocket port) {
    if (ofPort.isEmpty()) {
      return;
    }
    Map<Integer, BridgeVlan> found = new TreeMap<>();
    of(port.socket(), port.index()).forEach(one -> found.put(one.id(), one));
    List<BridgeVlan> missing = new ArrayList<>(ofPort.values());
    missing.removeAll(found.values());
    check.require(missing.isEmpty(), port + ": not in the VLANs " + missing);
    found.keySet().removeAll(ofPort.keySet());
    if (keepsDefault) {
      found.values().removeIf(one -> one.isUntagged() && !one.isNative() && found.size() == 1);
    }
    check.require(found.isEmpty(), port + ": also in the VLANs " + found.values());
  }

  /** Those that a port or a bridge has. */
  static List<BridgeVlan> of(RouteSocket socket, int index) {
    List<BridgeVlan> vlans = new ArrayList<>();
    LinkMessage link = new LinkMessage();
    socket.dump(
        socket.bridgeVlan().dump(),
        message -> {
          if (link.wrap(message).index() == index) {
            vlans.addAll(link.bridgeVlans());
          }
        });
    return vlans;
  }
}
