package io.fastvif.cni;

import io.fastvif.plan.PluginStep;
import java.io.IOException;
import java.util.List;

/** Takes away what {@link EnsureRules} has added; that there is nothing is no error. */
record RemoveRules(PodRules rules, String vifId) implements PluginStep {
  @Override
  public boolean perform() throws IOException {
    return rules.replace(vifId, List.of());
  }

  /** Nothing: it is the last step. */
  @Override
  public boolean undo() {
    return false;
  }

  @Override
  public String toString() {
    return "remove rules of " + vifId;
  }
}
