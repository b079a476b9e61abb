package io.fastvif.fastpath;

import io.fastvif.forward.DropReason;
import io.fastvif.forward.FlowStatistics;
import java.util.EnumMap;
import java.util.Map;

/** What several flows of one direction have done. */
final class DirectionSum {
  private final Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
  private long frames;
  private long bytes;

  void add(FlowStatistics flow) {
    frames += flow.frames();
    bytes += flow.bytes();
    flow.drops().forEach((reason, count) -> drops.merge(reason, count, Long::sum));
  }

  PortReport.Direction direction() {
    return new PortReport.Direction(frames, bytes, drops);
  }
}
