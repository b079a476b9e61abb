package io.fastvif.plan;

/**
 * The device that a link lies on.
 *
 * @param index the device's index, in the link's own namespace
 * @param vlanId the VLAN that the link is of it, 1 to 4094; 0 if it is none
 * @param mode the mode of a macvtap; null for other kinds, and for a mode that plans do not make
 */
public record LowerLink(int index, int vlanId, MacvtapMode mode) {}
