package io.fastvif.fastpath;

import io.fastvif.forward.DropReason;
import io.fastvif.forward.FlowStatistics;
import io.fastvif.forward.Residence;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.HistogramIterationValue;

/**
 * All counters of a port, as {@code ethtool -S} shows those of a network card. What comes from the
 * guest is in, what goes to it is out.
 *
 * @param report the port with its sums
 * @param in what each queue's frames from the guest did, in the order of queues
 * @param out the same of frames to the guest
 * @param loops the number of the loop that serves each queue now, from 0
 */
public record PortStatistics(
    PortReport report, List<FlowStatistics> in, List<FlowStatistics> out, List<Integer> loops) {
  private static final String IN = "in";
  private static final String OUT = "out";

  /** Copies the lists. */
  public PortStatistics {
    in = List.copyOf(in);
    out = List.copyOf(out);
    loops = List.copyOf(loops);
  }

  /**
   * The counters by name, sums first, then the loop of each queue. A burst is counted under the
   * largest size of its class ({@code burst_le_4} has those of 3 and 4 frames); one of 64 is
   * measured for how long it stays, and counted in the same way ({@code residence_le_512_ns}).
   */
  public Map<String, Long> counters() {
    Map<String, Long> counters = new LinkedHashMap<>();
    counters.put("connections", report.connections());
    sums(IN, report.fromGuest(), counters);
    sums(OUT, report.toGuest(), counters);
    for (int queue = 0; queue < loops.size(); queue++) {
      counters.put("queue_" + queue + "_loop", (long) loops.get(queue));
    }
    in.forEach(flow -> flow("queue_" + flow.queue() + "_" + IN, flow, counters));
    out.forEach(flow -> flow("queue_" + flow.queue() + "_" + OUT, flow, counters));
    return counters;
  }

  private static void sums(
      String prefix, PortReport.Direction direction, Map<String, Long> counters) {
    counters.put(prefix + "_frames", direction.frames());
    counters.put(prefix + "_bytes", direction.bytes());
    counters.put(prefix + "_dropped", direction.dropped());
    for (DropReason reason : DropReason.values()) {
      counters.put(
          prefix + "_dropped_" + reason.name().toLowerCase(Locale.ROOT),
          direction.drops().getOrDefault(reason, 0L));
    }
  }

  private static void flow(String prefix, FlowStatistics flow, Map<String, Long> counters) {
    counters.put(prefix + "_frames", flow.frames());
    counters.put(prefix + "_bytes", flow.bytes());
    counters.put(prefix + "_dropped", flow.dropped());
    counters.put(prefix + "_bursts", flow.bursts());
    for (HistogramIterationValue each : flow.burstSizes().recordedValues()) {
      long size = each.getValueIteratedTo();
      long bound = size <= 1 ? 1 : Long.highestOneBit(size - 1) << 1;
      counters.merge(prefix + "_burst_le_" + bound, each.getCountAtValueIteratedTo(), Long::sum);
    }
    long[] bounds = Residence.bounds();
    long[] counts = flow.residence().counts();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        String bound = i < bounds.length ? "le_" + bounds[i] : "above_" + bounds[i - 1];
        counters.put(prefix + "_residence_" + bound + "_ns", counts[i]);
      }
    }
    counters.put(prefix + "_residence_sum_ns", flow.residence().sumNanos());
  }
}
