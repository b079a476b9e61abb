package io.fastvif.plan;

import io.fastvif.vif.NumberRange;

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

  /** Checks the ranges. */
  public VfVlan {
    NumberRange.VLAN_OR_NONE.check("vlan", id);
    NumberRange.PRIORITY.check("qos", qos);
  }

  @Override
  public String toString() {
    return id + " qos " + qos + (protocol == VlanProtocol.DOT1Q ? "" : " proto " + protocol);
  }
}
