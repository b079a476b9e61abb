package io.fastvif.cni;

import io.fastvif.plan.PluginStep;
import java.io.IOException;

/**
 * Sets up a bridge's port. Equivalent to {@code bridge link set dev NAME hairpin on isolated on},
 * {@code bridge vlan del dev NAME vid 1-4094} and {@code bridge vlan add dev NAME vid ID ...}.
 *
 * @param name the port's
 */
record ConfigurePort(String name, boolean hairpin, boolean isolated, BridgeVlans vlans)
    implements PluginStep {
  /** Whether it changes anything of a port that is new. */
  boolean isNeeded() {
    return hairpin || isolated || !vlans.ofPort().isEmpty();
  }

  @Override
  public boolean perform() throws IOException {
    try (LinkSocket link = LinkSocket.open(name)) {
      if (hairpin || isolated) {
        link.socket().execute(link.socket().bridgePort().set(link.index(), hairpin, isolated));
      }
      vlans.giveTo(link.socket(), link.index());
    }
    return true;
  }

  /** Nothing: the whole port goes with the plan's other steps. */
  @Override
  public boolean undo() {
    return false;
  }

  @Override
  public String toString() {
    return "set port "
        + name
        + ":"
        + (hairpin ? " hairpin on" : "")
        + (isolated ? " isolated on" : "")
        + (vlans.ofPort().isEmpty() ? "" : " VLANs " + vlans.ofPort().keySet());
  }
}
