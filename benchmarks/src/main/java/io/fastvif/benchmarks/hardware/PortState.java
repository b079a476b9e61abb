package io.fastvif.benchmarks.hardware;

/**
 * A representor as it is.
 *
 * @param vf the number of its VF
 * @param index its index, which stays
 * @param name its name
 * @param mtu in bytes
 * @param master the name of the bridge or other master it is a port of; empty for none
 * @param up whether it is up (administratively)
 */
record PortState(int vf, int index, String name, int mtu, String master, boolean up) {

  /** The same with another name. */
  PortState withName(String other) {
    return new PortState(vf, index, other, mtu, master, up);
  }

  /** The same with another master. */
  PortState withMaster(String other) {
    return new PortState(vf, index, name, mtu, other, up);
  }

  /** The same, up or down. */
  PortState withUp(boolean other) {
    return new PortState(vf, index, name, mtu, master, other);
  }
}
