package io.fastvif.forward;

import io.fastvif.forward.bridge.Refusal;
import java.util.Arrays;

/** Why a frame was dropped. */
public enum DropReason {
  /** The receiver had no free buffers, even after a wait. */
  NO_BUFFERS(0),

  /** The receiver's ring is not started. */
  NOT_STARTED(1),

  /** The sender's or the receiver's ring is not enabled. */
  NOT_ENABLED(2),

  /** It is shorter than a virtio-net header and an Ethernet header. */
  TOO_SHORT(3),

  /** It is longer than a buffer of the receiver, which does not take frames in several buffers. */
  TOO_LONG(4),

  /** Its virtio-net header contradicts itself or the frame. */
  BAD_HEADER(5),

  /** The kernel refused it. */
  REFUSED(6),

  /** Its receiver gets no more than a rate, and it has waited for that for a while. */
  OVER_RATE(7),

  /** An uplink's switch: its source is no address of its port, by Ethernet, ARP or ND. */
  SPOOFED_MAC(8),

  /** An uplink's switch: it comes from an IP address that is not its port's, or speaks for one. */
  SPOOFED_ADDRESS(9),

  /**
   * An uplink's switch: a guarded port does not send that. It is another protocol than IP, or what
   * routers and DHCP servers send.
   */
  WRONG_PROTOCOL(10),

  /** An uplink's switch: its port is not in its VLAN. */
  WRONG_VLAN(11),

  /** An uplink's switch: it goes from one isolated port to another. */
  ISOLATED(12),

  /** An uplink's switch: its port has as many MAC addresses as it may. */
  MAC_LIMIT(13),

  /** An uplink's switch: its port has sent too many broadcasts or multicasts lately. */
  BROADCAST_LIMIT(14),

  /** An uplink's switch: its port has sent too many frames for unknown addresses lately. */
  UNKNOWN_LIMIT(15),

  /** An uplink's switch: no other port takes it, or bridges do not forward it. */
  NO_RECEIVER(16);

  private static final int COUNT = values().length;

  private static final DropReason[] OF_SWITCH =
      Arrays.stream(Refusal.values())
          .map(refusal -> valueOf(refusal.name()))
          .toArray(DropReason[]::new);

  private final int slot;

  DropReason(int slot) {
    this.slot = slot;
  }

  /** Its place among the counters. */
  int slot() {
    return slot;
  }

  static DropReason of(Refusal refusal) {
    return OF_SWITCH[refusal.slot()];
  }

  static int count() {
    return COUNT;
  }
}
