package io.fastvif.agent.metrics;

import static io.fastvif.agent.metrics.VifMetrics.label;

import com.fasterxml.jackson.core.JsonGenerator;
import io.fastvif.VifHost;
import io.fastvif.agent.KeeperStatistics;
import io.fastvif.agent.VifState;
import io.fastvif.agent.http.HttpStatistics;
import io.fastvif.engine.EngineStatistics;
import io.fastvif.engine.Outcome;
import io.fastvif.fastpath.PortReport;
import io.fastvif.fastpath.UplinkReport;
import io.fastvif.forward.DropReason;
import io.fastvif.forward.LoopStatistics;
import io.fastvif.plan.Action;
import io.fastvif.plan.ServedPort;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Writes the document of all figures, which {@code fastvif agent status}, {@code fastvif top} and
 * the page show. Counts are of the time since the agent started; times are in microseconds.
 */
final class StatisticsWriter {
  private static final double MEDIAN = 50;
  private static final double HIGH = 99;
  private static final double MILLIS = 1e3;
  private static final int HUNDRED = 100;

  private final JsonGenerator out;

  StatisticsWriter(JsonGenerator out) {
    this.out = out;
  }

  /** Writes the fields of an object that was begun. */
  void write(AgentSources sources, Readiness readiness, ProcessReading process, Instant now)
      throws IOException {
    out.writeStringField("version", sources.version());
    out.writeStringField("host", sources.hostName());
    out.writeStringField("time", now.toString());
    out.writeStringField("started", sources.started().toString());
    out.writeNumberField(
        "uptime_seconds", Duration.between(sources.started(), now).toMillis() / MILLIS);
    out.writeNumberField("pid", ProcessHandle.current().pid());
    out.writeBooleanField("ready", readiness.isReady());
    out.writeArrayFieldStart("reasons");
    for (String reason : readiness.reasons()) {
      out.writeString(reason);
    }
    out.writeEndArray();
    keeper(sources.keeper().statistics());
    engine(sources.keeper().host());
    ports(sources.ports().get());
    uplinks(sources.uplinks().get());
    loops(sources.loops().get());
    requests(sources.http().get(), sources.requests());
    process(process);
  }

  private void keeper(KeeperStatistics keeper) throws IOException {
    out.writeObjectFieldStart("vifs");
    for (VifState state : VifState.values()) {
      out.writeNumberField(label(state), keeper.count(state));
    }
    out.writeEndObject();
    out.writeObjectFieldStart("requested");
    out.writeNumberField("plugs", keeper.plugs());
    out.writeNumberField("unplugs", keeper.unplugs());
    out.writeNumberField("failures", keeper.failures());
    out.writeEndObject();
    out.writeObjectFieldStart("repairs");
    out.writeNumberField("drifts", keeper.drifts());
    out.writeNumberField("repaired", keeper.repairs());
    out.writeNumberField("failed", keeper.repairFailures());
    out.writeNumberField("backed_off", keeper.backedOff());
    micros("micros", keeper.repairNanos());
    out.writeEndObject();
    out.writeObjectFieldStart("store");
    micros("sync_micros", keeper.storeSyncNanos());
    values("declarations_per_sync", keeper.storeSyncRecords(), 1);
    out.writeEndObject();
  }

  private void engine(VifHost host) throws IOException {
    EngineStatistics engine = host.statistics();
    out.writeObjectFieldStart("engine");
    out.writeStringField("namespace", engine.namespace());
    out.writeNumberField("queued", engine.queued());
    out.writeObjectFieldStart("outcomes");
    for (Outcome outcome : Outcome.values()) {
      out.writeNumberField(label(outcome), engine.outcomes().getOrDefault(outcome, 0L));
    }
    out.writeEndObject();
    out.writeObjectFieldStart("micros");
    for (Action action : Action.values()) {
      micros(label(action), engine.latencies().get(action));
    }
    out.writeEndObject();
    values("messages_per_batch", engine.batches(), 1);
    out.writeNumberField("resyncs", engine.resyncs());
    out.writeNumberField("retired_bridges", engine.retiredBridges());
    out.writeEndObject();
    out.writeObjectFieldStart("ovs");
    out.writeBooleanField("expected", host.usesOvs());
    out.writeBooleanField("connected", engine.ovsConnected());
    out.writeEndObject();
  }

  private void ports(List<PortReport> reports) throws IOException {
    out.writeArrayFieldStart("ports");
    for (PortReport report : reports) {
      out.writeStartObject();
      out.writeStringField("id", report.port().vifId());
      out.writeStringField("name", report.port().name());
      out.writeStringField("path", report.port().path());
      out.writeStringField("tap", report.port().tap());
      if (report.port().hasUplink()) {
        out.writeStringField("uplink", ServedPort.AF_XDP + report.port().uplink());
      }
      out.writeNumberField("queue_pairs", report.port().queuePairs());
      out.writeBooleanField("connected", report.connected());
      out.writeNumberField("connections", report.connections());
      out.writeStringField("problem", report.problem());
      direction("from_guest", report.fromGuest());
      direction("to_guest", report.toGuest());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private void loops(List<LoopStatistics> loops) throws IOException {
    out.writeArrayFieldStart("loops");
    for (LoopStatistics loop : loops) {
      out.writeStartObject();
      out.writeNumberField("loop", loop.number());
      out.writeNumberField("queues", loop.queues());
      out.writeNumberField("busy_seconds", loop.busyNanos() / 1e9);
      out.writeNumberField("sleeps", loop.sleeps());
      out.writeNumberField("moved_queues", loop.moves());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private void uplinks(List<UplinkReport> reports) throws IOException {
    out.writeArrayFieldStart("uplinks");
    for (UplinkReport report : reports) {
      out.writeStartObject();
      out.writeStringField("link", report.link());
      out.writeNumberField("ports", report.ports());
      out.writeStringField("problem", report.problem());
      direction("from_uplink", report.fromLink());
      direction("to_uplink", report.toLink());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private void direction(String name, PortReport.Direction direction) throws IOException {
    out.writeObjectFieldStart(name);
    out.writeNumberField("frames", direction.frames());
    out.writeNumberField("bytes", direction.bytes());
    out.writeNumberField("dropped", direction.dropped());
    out.writeObjectFieldStart("drops");
    for (Map.Entry<DropReason, Long> drop : new TreeMap<>(direction.drops()).entrySet()) {
      out.writeNumberField(label(drop.getKey()), drop.getValue());
    }
    out.writeEndObject();
    out.writeEndObject();
  }

  private void requests(HttpStatistics http, RequestCounters requests) throws IOException {
    Map<String, Long> classes = new TreeMap<>();
    requests
        .requests()
        .forEach(
            (kind, count) -> classes.merge(kind.status() / HUNDRED + "xx", count.sum(), Long::sum));
    out.writeObjectFieldStart("http");
    out.writeNumberField("connections", http.connections());
    out.writeNumberField("connections_total", http.accepted());
    out.writeNumberField("under_way", http.underWay());
    out.writeNumberField("refused", http.refused());
    out.writeNumberField("denied", http.denied());
    out.writeNumberField("requests", classes.values().stream().mapToLong(Long::longValue).sum());
    out.writeObjectFieldStart("statuses");
    for (Map.Entry<String, Long> each : classes.entrySet()) {
      out.writeNumberField(each.getKey(), each.getValue());
    }
    out.writeEndObject();
    values("micros", requests.micros(), 1);
    out.writeEndObject();
  }

  private void process(ProcessReading process) throws IOException {
    out.writeObjectFieldStart("process");
    out.writeNumberField("resident_bytes", process.residentBytes());
    out.writeNumberField("heap_used_bytes", process.heapUsed());
    out.writeNumberField("heap_committed_bytes", process.heapCommitted());
    out.writeNumberField("heap_max_bytes", process.heapMax());
    out.writeNumberField("threads", process.threads());
    out.writeNumberField("descriptors", process.descriptors());
    out.writeNumberField("max_descriptors", process.maxDescriptors());
    out.writeNumberField("cpu_seconds", process.cpuSeconds());
    out.writeEndObject();
  }

  private void micros(String name, Histogram nanos) throws IOException {
    values(name, nanos, TimeUnit.MICROSECONDS.toNanos(1));
  }

  /** Count, sum and typical values; these are 0 where there were none. */
  private void values(String name, Histogram values, long unit) throws IOException {
    out.writeObjectFieldStart(name);
    out.writeNumberField("count", values.getTotalCount());
    out.writeNumberField("sum", Math.round(Buckets.sum(values) / unit));
    out.writeNumberField("p50", values.getValueAtPercentile(MEDIAN) / unit);
    out.writeNumberField("p99", values.getValueAtPercentile(HIGH) / unit);
    out.writeNumberField("max", values.getMaxValue() / unit);
    out.writeEndObject();
  }
}
