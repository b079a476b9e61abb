package io.fastvif.agent.metrics;

import static io.fastvif.agent.metrics.VifMetrics.label;

import io.fastvif.fastpath.PortReport.Direction;
import io.fastvif.fastpath.UplinkReport;
import io.fastvif.forward.DropReason;
import java.util.List;
import java.util.Map;

/** The families of metrics on links of the host that ports share: one series for each of them. */
final class UplinkMetrics {
  private static final String UPLINK = "uplink";
  private static final String DIRECTION = "direction";
  private static final String FROM_UPLINK = "from_uplink";
  private static final String TO_UPLINK = "to_uplink";

  private UplinkMetrics() {}

  static void write(List<UplinkReport> uplinks, MetricsWriter out) {
    MetricsWriter.Gauges ports =
        out.gauges("fastvif_uplink_ports", "vhost-user ports that share the link.");
    MetricsWriter.Counters frames =
        out.counters("fastvif_uplink_frames", "Frames that the link gave and took, by direction.");
    MetricsWriter.Counters bytes =
        out.counters("fastvif_uplink_bytes", "Bytes of these frames, by direction.");
    MetricsWriter.Counters drops =
        out.counters(
            "fastvif_uplink_dropped_frames",
            "Frames from and to the link that were dropped, by direction and reason.");
    for (UplinkReport uplink : uplinks) {
      ports.add(uplink.ports(), UPLINK, uplink.link());
      each(uplink.fromLink(), uplink.link(), FROM_UPLINK, frames, bytes, drops);
      each(uplink.toLink(), uplink.link(), TO_UPLINK, frames, bytes, drops);
    }
    ports.end();
    frames.end();
    bytes.end();
    drops.end();
  }

  private static void each(
      Direction figures,
      String link,
      String direction,
      MetricsWriter.Counters frames,
      MetricsWriter.Counters bytes,
      MetricsWriter.Counters drops) {
    frames.add(figures.frames(), UPLINK, link, DIRECTION, direction);
    bytes.add(figures.bytes(), UPLINK, link, DIRECTION, direction);
    for (Map.Entry<DropReason, Long> drop : figures.drops().entrySet()) {
      drops.add(
          drop.getValue(), UPLINK, link, DIRECTION, direction, "reason", label(drop.getKey()));
    }
  }
}
