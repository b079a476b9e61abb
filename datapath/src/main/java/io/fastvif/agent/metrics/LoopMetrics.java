package io.fastvif.agent.metrics;

import io.fastvif.forward.LoopStatistics;
import java.util.List;

/** The families of metrics on the threads that move frames: one series for each of them. */
final class LoopMetrics {
  private static final String LOOP = "loop";
  private static final double NANOS = 1e9;

  private LoopMetrics() {}

  static void write(List<LoopStatistics> loops, MetricsWriter out) {
    MetricsWriter.Gauges queues =
        out.gauges("fastvif_loop_queues", "Queues of vhost-user ports that the thread serves.");
    MetricsWriter.Counters busy =
        out.counters(
            "fastvif_loop_busy_seconds",
            "For how long the thread moved frames, as an estimate from one round in 64.");
    MetricsWriter.Counters sleeps =
        out.counters("fastvif_loop_sleeps", "How often the thread went to sleep.");
    MetricsWriter.Counters moves =
        out.counters(
            "fastvif_loop_moved_queues", "Queues that have come to the thread from another one.");
    for (LoopStatistics loop : loops) {
      String number = Integer.toString(loop.number());
      queues.add(loop.queues(), LOOP, number);
      busy.add(loop.busyNanos() / NANOS, LOOP, number);
      sleeps.add(loop.sleeps(), LOOP, number);
      moves.add(loop.moves(), LOOP, number);
    }
    queues.end();
    busy.end();
    sleeps.end();
    moves.end();
  }
}
