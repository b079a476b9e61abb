package io.fastvif.benchmarks.soak;

/**
 * What the kernel should have of a VIF.
 *
 * @param name its device's name
 * @param kind the kernel's word for the device's kind
 * @param bridge the bridge it is a port of, empty for none
 * @param mtu in bytes
 * @param address the device's MAC address
 * @param up whether it is up
 * @param group the interface group it is in
 * @param peer the name of the other end of a veth pair, null for other kinds
 */
record VifState(
    String name,
    String kind,
    String bridge,
    int mtu,
    long address,
    boolean up,
    int group,
    String peer) {

  /** There is no device of the VIF. */
  static final VifState ABSENT = new VifState("", "", "", 0, 0, false, 0, null);

  boolean isPresent() {
    return !name.isEmpty();
  }

  VifState withName(String value) {
    return new VifState(value, kind, bridge, mtu, address, up, group, peer);
  }

  VifState withMtu(int value) {
    return new VifState(name, kind, bridge, value, address, up, group, peer);
  }

  VifState withUp(boolean value) {
    return new VifState(name, kind, bridge, mtu, address, value, group, peer);
  }

  VifState withGroup(int value) {
    return new VifState(name, kind, bridge, mtu, address, up, value, peer);
  }
}
