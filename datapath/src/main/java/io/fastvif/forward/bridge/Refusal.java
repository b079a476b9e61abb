package io.fastvif.forward.bridge;

/** Why a switch drops a frame. */
public enum Refusal {
  /** Its source is no address of its port, by Ethernet, ARP or neighbour discovery. */
  SPOOFED_MAC(0),

  /** It comes from an IP address that is not its port's, or speaks for one. */
  SPOOFED_ADDRESS(1),

  /** A guarded port does not send that: another protocol, routers' or DHCP servers' messages. */
  WRONG_PROTOCOL(2),

  /** Its port is not in its VLAN. */
  WRONG_VLAN(3),

  /** It goes from one isolated port to another. */
  ISOLATED(4),

  /** Its port has as many MAC addresses as it may. */
  MAC_LIMIT(5),

  /** Its port has sent too many broadcasts or multicasts lately. */
  BROADCAST_LIMIT(6),

  /** Its port has sent too many frames for unknown addresses lately. */
  UNKNOWN_LIMIT(7),

  /** No other port takes it, or bridges do not forward it. */
  NO_RECEIVER(8);

  private final int slot;

  Refusal(int slot) {
    this.slot = slot;
  }

  /** Its place in tables, from 0. */
  public int slot() {
    return slot;
  }
}
