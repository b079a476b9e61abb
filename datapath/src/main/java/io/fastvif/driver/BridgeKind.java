package io.fastvif.driver;

/** What sort of switch a bridge is, which decides how a hypervisor joins a port to it. */
public enum BridgeKind {
  /** The kernel's bridge. */
  LINUX,
  /** A bridge of Open vSwitch. libvirt: virtualport of type openvswitch, with the port's id. */
  OPEN_VSWITCH
}
