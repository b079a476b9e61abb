package io.fastvif.engine;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.vif.Vif;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A VIF, and how it is plugged.
 *
 * @param host what the plan is told of the host, from what the engine reads
 * @param kinds of links that the kernel must have for it
 */
record DifferCase(
    String name,
    Map<String, String> options,
    Vif vif,
    UnaryOperator<HostSnapshot> host,
    List<String> kinds) {
  DifferCase(String name, Map<String, String> options, Vif vif) {
    this(name, options, vif, host -> host, List.of());
  }

  DifferCase(String name, Vif vif) {
    this(name, Map.of(), vif);
  }
}
