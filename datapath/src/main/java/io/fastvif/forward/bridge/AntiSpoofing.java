package io.fastvif.forward.bridge;

/** What a port's frames may come from. */
public enum AntiSpoofing {
  /** Any addresses. */
  OFF,

  /** The port's own MAC address, and any others of the network layer. */
  MAC,

  /** The port's own MAC and IP addresses, in frames of IPv4, ARP, IPv6 and RARP. */
  ON
}
