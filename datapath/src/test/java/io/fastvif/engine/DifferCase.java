package io.fastvif.engine;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.vif.Vif;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private static final Set<String> WITHOUT_TRACE =
      Set.of(
          "bridge alone",
          "uplink",
          "uplink of somebody's bridge",
          "VLAN on the uplink",
          "nothing",
          "folder of a socket",
          "folder of another process's socket",
          "port of the hypervisor's on Open vSwitch");

  DifferCase(String name, Map<String, String> options, Vif vif) {
    this(name, options, vif, host -> host, List.of());
  }

  /**
   * Whether the host knows the VIF by something of its own ({@link io.fastvif.VifHost#plugged}).
   */
  boolean leavesTrace() {
    return !WITHOUT_TRACE.contains(name);
  }

  DifferCase(String name, Vif vif) {
    this(name, Map.of(), vif);
  }
}
