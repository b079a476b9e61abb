package io.fastvif.trace;

/** What an exchange was spoken in. */
public enum Protocol {
  /** The kernel's netlink: links, addresses, routes, devlink, nf_tables. */
  NETLINK("netlink"),
  /** The JSON-RPC of Open vSwitch's database. */
  OVSDB("ovsdb"),
  /** What a hypervisor and a vhost-user backend say to each other. */
  VHOST_USER("vhost-user"),
  /** Netlink messages to lldpad. */
  LLDPAD("lldpad"),
  /** A control call on a device. */
  IOCTL("ioctl"),
  /** A setting written to a file of the kernel's. */
  WRITE("write");

  private final String word;

  Protocol(String word) {
    this.word = word;
  }

  /** As a line of the trace has it. */
  @Override
  public String toString() {
    return word;
  }
}
