package io.fastvif.agent.metrics;

import io.fastvif.VifHost;
import io.fastvif.agent.VifKeeper;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether the agent can plug what it is told to.
 *
 * @param reasons why it cannot, one line each; empty if it can
 */
record Readiness(List<String> reasons) {
  Readiness {
    reasons = List.copyOf(reasons);
  }

  static Readiness of(AgentSources sources) {
    VifKeeper keeper = sources.keeper();
    List<String> reasons = new ArrayList<>(sources.problems().get());
    reasons.addAll(keeper.unreadiness());
    VifHost host = keeper.host();
    if (host.usesOvs() && !host.statistics().ovsConnected()) {
      reasons.add("Open vSwitch's database is not connected, or not initialized");
    }
    return new Readiness(reasons);
  }

  boolean isReady() {
    return reasons.isEmpty();
  }
}
