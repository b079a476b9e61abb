package io.fastvif.benchmarks.hardware;

/** What is configured of a VF. Drivers differ in which they take. */
enum VfAttribute {
  /** Its MAC address. */
  MAC,
  /** The VLAN that its frames are put into, and their priority there. */
  VLAN,
  /** Whether it may send from its own address only. */
  SPOOF_CHECK,
  /** Whether it may ask for frames of others. */
  TRUST,
  /** Whether its link follows the port's, or is up or down. */
  LINK_STATE;

  /** Whether two states of a VF have the same in this. */
  boolean isEqual(VfState one, VfState other) {
    return switch (this) {
      case MAC -> one.address().equals(other.address());
      case VLAN -> one.vlan() == other.vlan() && one.qos() == other.qos();
      case SPOOF_CHECK -> one.spoofCheck() == other.spoofCheck();
      case TRUST -> one.trust() == other.trust();
      case LINK_STATE -> one.linkState() == other.linkState();
    };
  }
}
