package io.fastvif.agent.metrics;

import static io.fastvif.agent.metrics.VifMetrics.label;

import io.fastvif.fastpath.BurstReport;
import io.fastvif.fastpath.PortReport;
import io.fastvif.fastpath.PortReport.Direction;
import io.fastvif.forward.DropReason;
import io.fastvif.forward.Residence;
import java.util.List;

/**
 * The families of metrics on the forwarder's ports: their sums, and if they are asked for those of
 * each port.
 */
final class PortMetrics {
  private static final String DIRECTION = "direction";
  private static final String FROM_GUEST = "from_guest";
  private static final String TO_GUEST = "to_guest";

  private PortMetrics() {}

  static void write(PortTotals.Totals totals, MetricsWriter out) {
    out.gauge("fastvif_ports", "vhost-user ports that are open.", totals.ports());
    out.gauge("fastvif_ports_connected", "vhost-user ports that have a guest.", totals.connected());
    out.counter(
        "fastvif_port_connections",
        "Guests that have connected to vhost-user ports.",
        totals.connections());
    out.counters("fastvif_forwarded_frames", "Frames that arrived, by direction.")
        .add(totals.fromGuest().frames(), DIRECTION, FROM_GUEST)
        .add(totals.toGuest().frames(), DIRECTION, TO_GUEST)
        .end();
    out.counters("fastvif_forwarded_bytes", "Bytes of the frames that arrived, by direction.")
        .add(totals.fromGuest().bytes(), DIRECTION, FROM_GUEST)
        .add(totals.toGuest().bytes(), DIRECTION, TO_GUEST)
        .end();
    MetricsWriter.Counters drops =
        out.counters(
            "fastvif_dropped_frames", "Frames that did not arrive, by direction and reason.");
    for (DropReason reason : DropReason.values()) {
      drops.add(drops(totals.fromGuest(), reason), DIRECTION, FROM_GUEST, "reason", label(reason));
      drops.add(drops(totals.toGuest(), reason), DIRECTION, TO_GUEST, "reason", label(reason));
    }
    drops.end();
  }

  static void write(BurstReport bursts, MetricsWriter out) {
    out.histograms(
            "fastvif_burst_frames",
            "Frames that were moved together, by direction.",
            Buckets.BURSTS)
        .add(bursts.fromGuest().sizes(), DIRECTION, FROM_GUEST)
        .add(bursts.toGuest().sizes(), DIRECTION, TO_GUEST)
        .end();
    Residence from = bursts.fromGuest().residence();
    Residence to = bursts.toGuest().residence();
    out.histograms(
            "fastvif_burst_residence_seconds",
            "How long bursts stayed from the look that found them to their end; of one in 64.",
            Buckets.RESIDENCE)
        .add(from.counts(), (double) from.sumNanos(), DIRECTION, FROM_GUEST)
        .add(to.counts(), (double) to.sumNanos(), DIRECTION, TO_GUEST)
        .end();
  }

  private static long drops(Direction direction, DropReason reason) {
    return direction.drops().getOrDefault(reason, 0L);
  }

  /** As many series for each port as it has figures: for hosts with few of them. */
  static void writeEach(List<PortReport> reports, MetricsWriter out) {
    MetricsWriter.Gauges connected =
        out.gauges("fastvif_each_port_connected", "1 if the port has a guest.");
    MetricsWriter.Counters frames =
        out.counters("fastvif_each_port_frames", "Frames that arrived, by port.");
    MetricsWriter.Counters bytes =
        out.counters("fastvif_each_port_bytes", "Bytes of the frames that arrived, by port.");
    MetricsWriter.Counters dropped =
        out.counters("fastvif_each_port_dropped_frames", "Frames that did not arrive, by port.");
    for (PortReport report : reports) {
      String vif = report.port().vifId();
      connected.add(report.connected() ? 1 : 0, "vif", vif);
      each(report.fromGuest(), vif, FROM_GUEST, frames, bytes, dropped);
      each(report.toGuest(), vif, TO_GUEST, frames, bytes, dropped);
    }
    connected.end();
    frames.end();
    bytes.end();
    dropped.end();
  }

  private static void each(
      Direction figures,
      String vif,
      String direction,
      MetricsWriter.Counters frames,
      MetricsWriter.Counters bytes,
      MetricsWriter.Counters dropped) {
    frames.add(figures.frames(), "vif", vif, DIRECTION, direction);
    bytes.add(figures.bytes(), "vif", vif, DIRECTION, direction);
    dropped.add(figures.dropped(), "vif", vif, DIRECTION, direction);
  }
}
