package io.fastvif.plan;

import io.fastvif.vif.MacAddress;
import java.util.UUID;

/** A macvtap's port on a switch outside the host, by which the switch knows the guest. */
public sealed interface PortAssociation {
  /** The device that leads to the switch. */
  String device();

  /** That device's index. */
  int index();

  /**
   * A virtual station interface of IEEE 802.1Qbg. Who tells the switch is lldpad.
   *
   * @param managerId the VSI manager, 0 to 255
   * @param typeId the VSI type, 24 bits
   * @param typeVersion the type's version, 0 to 255
   * @param instance the VSI instance
   * @param mac the guest's address
   * @param vlanId the VLAN that its frames are in, 0 for none
   * @param lldpadPidFile where lldpad says which process it is
   */
  record Vsi(
      String device,
      int index,
      int managerId,
      int typeId,
      int typeVersion,
      UUID instance,
      MacAddress mac,
      int vlanId,
      String lldpadPidFile)
      implements PortAssociation {
    @Override
    public String toString() {
      return "VSI "
          + instance
          + " of manager "
          + managerId
          + " type "
          + typeId
          + " version "
          + typeVersion
          + " on "
          + device
          + " with "
          + mac
          + " vlan "
          + vlanId;
    }
  }

  /**
   * A port of a port extender by IEEE 802.1Qbh, as the draft was named. Who tells the switch is the
   * device's driver.
   *
   * @param device the physical function's link if it is for a virtual one
   * @param vf the virtual function's number; -1 for the device itself
   * @param profile the port profile's name
   * @param instance the guest; null where it need not be known
   * @param host the host; null for what the host itself says that it is
   */
  record Profile(String device, int index, int vf, String profile, UUID instance, UUID host)
      implements PortAssociation {
    @Override
    public String toString() {
      return "port profile " + profile + " on " + device + (vf < 0 ? "" : " vf " + vf);
    }
  }
}
