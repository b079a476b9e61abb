package io.fastvif.plugin.ovs;

import io.fastvif.plan.OvsMarks;
import io.fastvif.plan.OvsPort;
import io.fastvif.plan.QosIds;
import io.fastvif.plugin.VifChecks;
import io.fastvif.vif.DatapathOffloadRepresentor;
import io.fastvif.vif.Field;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InterfaceName;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.OpenVSwitchProfile;
import io.fastvif.vif.PortProfile;
import io.fastvif.vif.PortProfileOvsRepresentor;
import io.fastvif.vif.Vif;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What every VIF that Open vSwitch takes must have, checked.
 *
 * @param bridge the network's bridge in Open vSwitch
 * @param mtu the network's, in bytes; 0 to leave devices as they are
 */
record OvsVif(
    Vif vif, String id, OpenVSwitchProfile profile, String bridge, int mtu, OvsOptions options) {
  /** A VLAN in which no other port is: 4095 is reserved (IEEE 802.1Q). */
  private static final int DEAD_VLAN = 4095;

  private static final String KERNEL_DATAPATH = "system";

  /** To plug it. */
  static OvsVif of(Vif vif, OvsOptions options) {
    int mtu = VifChecks.mtu(vif.network().orElse(null), options.defaultMtu());
    return of(vif, mtu, options);
  }

  /** To unplug it, for which its MTU does not matter: a wrong one must not be in the way. */
  static OvsVif toUnplug(Vif vif, OvsOptions options) {
    return of(vif, 0, options);
  }

  private static OvsVif of(Vif vif, int mtu, OvsOptions options) {
    PortProfile profile = vif.portProfile().require("port_profile");
    if (!(profile instanceof OpenVSwitchProfile openVSwitch)) {
      throw InvalidInputException.ofValue(
          "port_profile",
          profile.objectName(),
          "is not taken by the plugin ovs",
          "a profile of Open vSwitch");
    }
    Network network = vif.network().require("network");
    String bridge = network.bridge().require("network.bridge");
    if (bridge.isEmpty()) {
      throw InvalidInputException.of("network.bridge", "is empty", "a bridge's name");
    }
    return new OvsVif(vif, VifChecks.id(vif), openVSwitch, bridge, mtu, options);
  }

  /** The MTU that Open vSwitch is asked to give the port's interface. */
  OptionalInt mtuRequest() {
    return mtu == 0 ? OptionalInt.empty() : OptionalInt.of(mtu);
  }

  /** The datapath type of the bridge. */
  String datapathType() {
    return profile.datapathTypeOr(KERNEL_DATAPATH);
  }

  /**
   * The name that the VIF's representor is to have; empty for the one that it has.
   *
   * @throws InvalidInputException if no link can have it
   */
  Optional<String> representorName() {
    if (profile instanceof PortProfileOvsRepresentor representor
        && !representor.representorName().orElse("").isEmpty()) {
      return valid("port_profile.representor_name", representor.representorName());
    }
    return profile.datapathOffload().orElse(null) instanceof DatapathOffloadRepresentor offload
            && !offload.representorName().orElse("").isEmpty()
        ? valid("port_profile.datapath_offload.representor_name", offload.representorName())
        : Optional.empty();
  }

  private static Optional<String> valid(String path, Field<String> name) {
    InterfaceName.check(path, name);
    return Optional.of(name.get());
  }

  /** The iface-id of the VIF's port; empty if the profile gives none. */
  String interfaceId() {
    return profile.interfaceId().orElse("");
  }

  /** The external_ids of an interface of the VIF's that has no iface-id. */
  Map<String, String> mark() {
    return OvsMarks.with(id, Map.of());
  }

  /** The external_ids of the VIF's interface. */
  Map<String, String> externalIds(InstanceInfo instance, String onBridge) {
    return externalIds(
        profile.interfaceId().require("port_profile.interface_id"), instance, onBridge);
  }

  /** The external_ids of the VIF's interface with another iface-id. */
  Map<String, String> externalIds(String interfaceId, InstanceInfo instance, String onBridge) {
    Map<String, String> ids = new LinkedHashMap<>();
    ids.put("iface-id", interfaceId);
    ids.put("iface-status", "active");
    MacAddress mac = vif.address().orElse(null);
    if (mac != null) {
      ids.put("attached-mac", mac.toString());
    }
    if (instance != null && instance.uuid().hasValue()) {
      ids.put("vm-uuid", instance.uuid().get());
    }
    if (OvsNames.isTrunkBridge(onBridge)) {
      ids.put("bridge_name", onBridge);
    }
    return OvsMarks.with(id, ids);
  }

  /** What a new port of that name is given: isolation and QoS as the options say. */
  OvsPort.Creation creation(String port, String onBridge) {
    boolean isolated = options.isolated() && !OvsNames.isTrunkBridge(onBridge);
    return new OvsPort.Creation(
        isolated ? OptionalInt.of(DEAD_VLAN) : OptionalInt.empty(), isolated, qos(port));
  }

  /** What a new patch port is given. */
  OvsPort.Creation patchCreation() {
    return new OvsPort.Creation(
        options.isolated() ? OptionalInt.of(DEAD_VLAN) : OptionalInt.empty(), false, null);
  }

  /** Null for none: only the kernel has qdiscs. */
  private OvsPort.Qos qos(String port) {
    return options.qosType().isEmpty() || !datapathType().equals(KERNEL_DATAPATH)
        ? null
        : new OvsPort.Qos(options.qosType(), QosIds.of(port, options.qosType()));
  }
}
