package io.fastvif.agent.metrics;

import io.fastvif.VifHost;
import io.fastvif.agent.KeeperStatistics;
import io.fastvif.agent.VifState;
import io.fastvif.engine.EngineStatistics;
import io.fastvif.engine.Outcome;
import io.fastvif.plan.Action;
import java.util.Locale;
import java.util.Map;

/** The families of metrics on VIFs: what callers asked for, what was kept, and the engine's. */
final class VifMetrics {
  private static final String ACTION = "action";
  private static final String OUTCOME = "outcome";

  private VifMetrics() {}

  /** A constant's name as a label's value. */
  static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static void write(KeeperStatistics keeper, MetricsWriter out) {
    MetricsWriter.Gauges states =
        out.gauges(
            "fastvif_vifs", "VIFs by state; those of state \"orphan\" were declared by nobody.");
    for (VifState state : VifState.values()) {
      states.add(keeper.count(state), "state", label(state));
    }
    states.end();
    out.gauge(
        "fastvif_vifs_backed_off",
        "VIFs that wait for their next try after a failure.",
        keeper.backedOff());
    out.counter("fastvif_plugs", "Plugs that callers asked for, done.", keeper.plugs());
    out.counter("fastvif_unplugs", "Unplugs that callers asked for, done.", keeper.unplugs());
    out.counter(
        "fastvif_failures", "Plugs and unplugs that callers asked for, failed.", keeper.failures());
    out.counter(
        "fastvif_drifts",
        "Times that the host was found to differ from what was declared.",
        keeper.drifts());
    out.counter(
        "fastvif_repairs",
        "Times that the host was brought back to what was declared.",
        keeper.repairs());
    out.counter(
        "fastvif_repair_failures",
        "Times that the host could not be brought back to what was declared.",
        keeper.repairFailures());
    out.histograms(
            "fastvif_repair_duration_seconds",
            "Time from seeing a difference to its repair.",
            Buckets.SECONDS)
        .add(keeper.repairNanos())
        .end();
    out.histograms(
            "fastvif_store_sync_duration_seconds",
            "Time that each write of declarations to disk took, until it was synced.",
            Buckets.SECONDS)
        .add(keeper.storeSyncNanos())
        .end();
    out.histograms(
            "fastvif_store_sync_declarations",
            "Declarations that went to disk in each write.",
            Buckets.COUNTS)
        .add(keeper.storeSyncRecords())
        .end();
  }

  static void write(VifHost host, MetricsWriter out) {
    EngineStatistics engine = host.statistics();
    out.gauge(
        "fastvif_queued_operations",
        "Operations that wait in the engine's queue.",
        engine.queued());
    operations(engine, out);
    MetricsWriter.Histograms latencies =
        out.histograms(
            "fastvif_operation_duration_seconds",
            "Time from the submission of an operation to its end, of callers and of repairs.",
            Buckets.SECONDS);
    for (Action action : Action.values()) {
      latencies.add(engine.latencies().get(action), ACTION, label(action));
    }
    latencies.end();
    out.histograms(
            "fastvif_netlink_batch_messages",
            "Messages that went to the kernel in each send.",
            Buckets.COUNTS)
        .add(engine.batches())
        .end();
    out.counter(
        "fastvif_netlink_resyncs",
        "Times that the whole host was read again because events of the kernel were lost.",
        engine.resyncs());
    out.gauge(
        "fastvif_retired_bridges",
        "Bridges that are nobody's: still to be deleted, or kept for the next hybrid VIF.",
        engine.retiredBridges());
    out.gauge(
        "fastvif_deletion_lanes",
        "Lanes to delete links on, each with a socket.",
        engine.deletionLanes());
    out.gauge("fastvif_deletion_lanes_busy", "Lanes that wait for the kernel.", engine.busyLanes());
    out.gauge(
        "fastvif_ovs_expected",
        "1 if Open vSwitch is part of this host, so that it should be connected.",
        host.usesOvs() ? 1 : 0);
    out.gauge(
        "fastvif_ovs_connected",
        "1 if Open vSwitch's database is connected.",
        engine.ovsConnected() ? 1 : 0);
  }

  private static void operations(EngineStatistics engine, MetricsWriter out) {
    MetricsWriter.Counters ends =
        out.counters(
            "fastvif_operations",
            "Operations by what they were for and how they ended, of callers and of repairs; those"
                + " that could not be planned have the action \"none\".");
    long plannedFailures = 0;
    for (Action action : Action.values()) {
      Map<Outcome, Long> outcomes = engine.ends().getOrDefault(action, Map.of());
      for (Outcome outcome : Outcome.values()) {
        if (isPossible(action, outcome)) {
          ends.add(
              outcomes.getOrDefault(outcome, 0L), ACTION, label(action), OUTCOME, label(outcome));
        }
      }
      plannedFailures += outcomes.getOrDefault(Outcome.FAILED, 0L);
    }
    long failures = engine.outcomes().getOrDefault(Outcome.FAILED, 0L);
    ends.add(
            Math.max(0, failures - plannedFailures), ACTION, "none", OUTCOME, label(Outcome.FAILED))
        .end();
  }

  private static boolean isPossible(Action action, Outcome outcome) {
    return switch (outcome) {
      case PLUGGED -> action == Action.PLUG;
      case UNPLUGGED -> action == Action.UNPLUG;
      case CHANGED -> action == Action.CHANGE;
      case UNCHANGED, FAILED -> true;
    };
  }
}
