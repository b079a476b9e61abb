package io.fastvif.cni;

import io.fastvif.plan.PluginStep;
import java.io.IOException;

/**
 * Sets up a bridge's port. Equivalent to {@code bridge link set dev NAME hairpin on isolated on}.
 *
 * @param name the port's
 */
record ConfigurePort(String name, boolean hairpin, boolean isolated) implements PluginStep {
  @Override
  public boolean perform() throws IOException {
    try (LinkSocket link = LinkSocket.open(name)) {
      link.socket().execute(link.socket().bridgePort().set(link.index(), hairpin, isolated));
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
        + (isolated ? " isolated on" : "");
  }
}
