package io.fastvif.plugin.ovs;

/** The names that os-vif makes of a VIF's id, cut as os-vif cuts them. */
final class OvsNames {
  /** Also of os-vif's; the kernel would take one character more. */
  private static final int DEVICE_CHARACTERS = 14;

  private static final int PATCH_CHARACTERS = 64;
  private static final String TRUNK_BRIDGE = "tbr-";

  private OvsNames() {}

  private static String cut(String prefix, String id, int characters) {
    String name = prefix + id;
    return name.substring(0, Math.min(name.length(), characters));
  }

  /** The Linux bridge of a hybrid plug. */
  static String hybridBridge(String id) {
    return cut("qbr", id, DEVICE_CHARACTERS);
  }

  /** The end of the hybrid plug's veth pair that is on the Linux bridge. */
  static String bridgeEnd(String id) {
    return cut("qvb", id, DEVICE_CHARACTERS);
  }

  /** The end of the hybrid plug's veth pair that is a port of Open vSwitch. */
  static String switchEnd(String id) {
    return cut("qvo", id, DEVICE_CHARACTERS);
  }

  /** The vhost-user port. */
  static String vhostUser(String id) {
    return cut("vhu", id, DEVICE_CHARACTERS);
  }

  /** The port of a virtual function's representor in DPDK. */
  static String dpdkRepresentor(String id) {
    return cut("vfr", id, DEVICE_CHARACTERS);
  }

  /** The port's own bridge. */
  static String portBridge(String id) {
    return cut("pb", id, DEVICE_CHARACTERS);
  }

  /** The patch port on the port's own bridge. */
  static String portBridgePatch(String id) {
    return cut("pbp", id, PATCH_CHARACTERS);
  }

  /** The patch port on the integration bridge. */
  static String integrationPatch(String id) {
    return cut("ibp", id, PATCH_CHARACTERS);
  }

  /** Whether a device's name is one of those above, made of that id. */
  static boolean isOf(String id, String device) {
    return device.equals(hybridBridge(id))
        || device.equals(bridgeEnd(id))
        || device.equals(switchEnd(id))
        || device.equals(vhostUser(id));
  }

  /** Whether a bridge belongs to one trunk port, with which it goes. */
  static boolean isTrunkBridge(String bridge) {
    return bridge.startsWith(TRUNK_BRIDGE);
  }
}
