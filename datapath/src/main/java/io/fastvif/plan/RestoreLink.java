package io.fastvif.plan;

import io.fastvif.plan.FormerDevice.FormerLink;
import io.fastvif.vif.PciAddress;

/**
 * Gives the network device of a PCI device back what it had, whoever changed it: its guest, a
 * driver that came to it anew. What cannot be given back is told in a note. Counts as done also
 * where there was nothing to do: as the first step of a plan it has its undo come last, after the
 * device is bound to its driver again and its physical function has set of it what it had.
 *
 * <p>Equivalent to {@code ip link set DEV name NAME address MAC mtu MTU}, with {@code up} or {@code
 * down}.
 */
public record RestoreLink(PciAddress device, FormerLink former) implements DeviceStep {
  @Override
  public String toString() {
    return "give the link of " + device + " back: " + former;
  }
}
