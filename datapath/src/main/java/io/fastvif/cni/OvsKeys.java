package io.fastvif.cni;

import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.util.List;
import java.util.OptionalInt;

/**
 * The keys of {@code ovs}, which are ovs-cni's.
 *
 * @param bridge a bridge of Open vSwitch, which is there
 * @param tag the VLAN of the port; empty for a trunk
 * @param trunks the VLANs of a trunk, in order; empty for all
 * @param interfaceId the name of the logical port of OVN that the pod is; empty for none
 * @param function the virtual function that the pod gets, whose representor is the port; null for a
 *     veth pair
 * @param mac the MAC address that it gets; null for its own
 * @param socket where the database is, as the configuration says it; empty for where the host looks
 */
record OvsKeys(
    String bridge,
    OptionalInt tag,
    List<Integer> trunks,
    String interfaceId,
    PciAddress function,
    MacAddress mac,
    String socket) {
  private static final int MAX_VLAN = 4095;
  private static final String VLAN = "vlan";
  private static final String TRUNK = "trunk";
  private static final String INTERFACE_TYPE = "interface_type";

  /** OVN's own. */
  private static final String INTEGRATION_BRIDGE = "br-int";

  /** Reads them. */
  static OvsKeys read(ConfigObject top, NetworkConfiguration network) {
    String interfaceId = interfaceId(top, network);
    String bridge = BridgeAttachment.bridge(top, interfaceId.isEmpty() ? "" : INTEGRATION_BRIDGE);
    List<Integer> trunks = VlanRanges.read(top.objects(TRUNK), 0, MAX_VLAN);
    int vlan = top.number(VLAN, -1, 0, MAX_VLAN);
    if (vlan >= 0 && !trunks.isEmpty()) {
      throw CniException.ofKey(VLAN, vlan, "none beside a trunk");
    }
    String type = top.text(INTERFACE_TYPE);
    if (!type.isEmpty() && !type.equals("system")) {
      throw CniException.ofKey(
          INTERFACE_TYPE, type, "\"system\": the port is a link of the kernel");
    }
    String socket = top.text("socket_file");
    top.refuse("ofport_request", "configuration_path");
    return new OvsKeys(
        bridge,
        vlan < 0 ? OptionalInt.empty() : OptionalInt.of(vlan),
        trunks,
        interfaceId,
        SriovKeys.device(top, network),
        network.mac(),
        socket);
  }

  /** What the runtime says of this pod comes before what is said of all. */
  private static String interfaceId(ConfigObject top, NetworkConfiguration network) {
    String given = top.text("ovnPort");
    String ofPod = network.argument("OvnPort");
    return ofPod.isEmpty() ? given : ofPod;
  }
}
