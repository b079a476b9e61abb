package io.fastvif.plan;

/**
 * The VLAN that a virtual function's frames are put into, out of the function's own sight.
 *
 * @param id 1 to 4094, or 0 for none
 * @param qos their priority there, 0 to 7
 * @param protocol how they are tagged
 */
public record VfVlan(int id, int qos, VlanProtocol protocol) {
  /** No VLAN. */
  public static final VfVlan NONE = new VfVlan(0, 0, VlanProtocol.DOT1Q);

  private static final int GREATEST_ID = 4094; // IEEE 802.1Q keeps 4095
  private static final int GREATEST_QOS = 7;

  /** Checks the ranges. */
  public VfVlan {
    VfSettings.check("vlan", id, GREATEST_ID);
    VfSettings.check("qos", qos, GREATEST_QOS);
  }

  @Override
  public String toString() {
    return id + " qos " + qos + (protocol == VlanProtocol.DOT1Q ? "" : " proto " + protocol);
  }
}
