package io.fastvif.cli;

import io.fastvif.agent.client.JsonView;
import io.fastvif.fastpath.PortReport;
import io.fastvif.forward.DropReason;
import io.fastvif.forward.bridge.SwitchPortSettings;
import io.fastvif.plan.ServedPort;
import io.fastvif.plan.SocketAccess;
import io.fastvif.vif.PortRates;
import io.fastvif.vif.VhostUserMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** What an agent says of itself, for people: lines without rates, or with those since before. */
final class AgentStatistics {
  private static final double MILLI = 1e3;
  private static final double MEBI = 1 << 20;
  private static final int SECONDS_PER_MINUTE = 60;
  private static final int HUNDRED = 100;

  private final JsonView now;

  /**
   * @param now the agent's document of statistics
   */
  AgentStatistics(JsonView now) {
    this.now = now;
  }

  boolean isReady() {
    return now.at("ready").isTrue();
  }

  /**
   * A line for each sort of things.
   *
   * @param before an earlier document of the same agent, for rates; null for none
   */
  List<String> lines(AgentStatistics before) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "fastvif "
            + now.at("version").text()
            + ", process "
            + now.at("pid").number()
            + ", up "
            + time((long) now.at("uptime_seconds").fraction())
            + (isReady() ? ": ready" : ": not ready"));
    now.at("reasons").texts().forEach(reason -> lines.add(line("", reason)));
    lines.add(line("VIFs", counts(now.at("vifs"))));
    lines.add(
        line(
            "Requested",
            rate(before, "plugs", "requested", "plugs")
                + ", "
                + rate(before, "unplugs", "requested", "unplugs")
                + ", "
                + count("requested", "failures")
                + " failed, "
                + count("engine", "queued")
                + " waiting"));
    JsonView micros = now.at("engine", "micros");
    lines.add(
        line(
            "Time", "plug " + times(micros.at("plug")) + "; unplug " + times(micros.at("unplug"))));
    JsonView batch = now.at("engine", "messages_per_batch");
    lines.add(
        line(
            "Batches",
            rate(before, "sends", "engine", "messages_per_batch", "count")
                + " of "
                + count("engine", "messages_per_batch", "sum")
                + " messages, p50 "
                + batch.at("p50").number()
                + ", p99 "
                + batch.at("p99").number()));
    lines.add(
        line(
            "Repairs",
            count("repairs", "drifts")
                + " drifts, "
                + count("repairs", "repaired")
                + " repaired, "
                + count("repairs", "failed")
                + " failed; "
                + times(now.at("repairs", "micros"))));
    lines.add(
        line(
            "HTTP",
            rate(before, "requests", "http", "requests")
                + ", "
                + count("http", "under_way")
                + " under way, "
                + count("http", "connections")
                + " connections"));
    lines.add(line("Process", process(before)));
    return lines;
  }

  private static String line(String name, String text) {
    return String.format("%-10s  %s", name, text).stripTrailing();
  }

  /** The states that VIFs are in, and "none". */
  private static String counts(JsonView states) {
    String counts =
        states.members().entrySet().stream()
            .filter(state -> state.getValue().number() > 0)
            .map(state -> decimal(state.getValue().number()) + " " + state.getKey())
            .collect(Collectors.joining(", "));
    return counts.isEmpty() ? "none" : counts;
  }

  private String count(String... names) {
    return decimal(now.at(names).number());
  }

  private String rate(AgentStatistics before, String what, String... names) {
    String text = count(names) + " " + what;
    if (before == null) {
      return text;
    }
    double more = now.at(names).number() - before.now.at(names).number();
    return text + String.format(Locale.ROOT, " (%,.1f/s)", more / seconds(before));
  }

  private double seconds(AgentStatistics before) {
    return Math.max(
        1 / MILLI,
        now.at("uptime_seconds").fraction() - before.now.at("uptime_seconds").fraction());
  }

  private static String times(JsonView micros) {
    return micros.at("count").number() == 0
        ? "none"
        : String.format(
            Locale.ROOT,
            "p50 %,.2f, p99 %,.2f, at most %,.2f ms",
            micros.at("p50").number() / MILLI,
            micros.at("p99").number() / MILLI,
            micros.at("max").number() / MILLI);
  }

  private String process(AgentStatistics before) {
    JsonView process = now.at("process");
    String text =
        String.format(
            Locale.ROOT,
            "%.1f MiB resident, heap %.1f of %.1f MiB, %d threads, %d descriptors, CPU %.1f s",
            process.at("resident_bytes").number() / MEBI,
            process.at("heap_used_bytes").number() / MEBI,
            process.at("heap_committed_bytes").number() / MEBI,
            process.at("threads").number(),
            process.at("descriptors").number(),
            process.at("cpu_seconds").fraction());
    if (before == null) {
      return text;
    }
    double used =
        process.at("cpu_seconds").fraction() - before.now.at("process", "cpu_seconds").fraction();
    return text + String.format(Locale.ROOT, " (%.1f %%)", HUNDRED * used / seconds(before));
  }

  private static String decimal(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String time(long seconds) {
    Duration time = Duration.ofSeconds(seconds);
    if (time.toDays() > 0) {
      return time.toDays() + " d " + time.toHoursPart() + " h";
    }
    return time.toHours() > 0
        ? time.toHours() + " h " + time.toMinutesPart() + " min"
        : seconds >= SECONDS_PER_MINUTE
            ? time.toMinutes() + " min " + time.toSecondsPart() + " s"
            : seconds + " s";
  }

  /** The forwarder's ports, as far as a table needs to know them. */
  List<PortReport> ports() {
    return now.at("ports").elements().stream().map(AgentStatistics::port).toList();
  }

  private static PortReport port(JsonView port) {
    SocketAccess unknown = new SocketAccess(OptionalInt.empty(), OptionalInt.empty(), 0);
    ServedPort served =
        new ServedPort(
            port.at("id").text(),
            port.at("name").text(),
            port.at("path").text(),
            VhostUserMode.CLIENT,
            unknown,
            0,
            (int) port.at("queue_pairs").number(),
            port.at("tap").text(),
            port.at("uplink").text().replace(ServedPort.AF_XDP, ""),
            PortRates.UNLIMITED,
            SwitchPortSettings.DEFAULT);
    return new PortReport(
        served,
        port.at("connected").isTrue(),
        port.at("connections").number(),
        port.at("problem").text(),
        direction(port.at("from_guest")),
        direction(port.at("to_guest")));
  }

  private static PortReport.Direction direction(JsonView direction) {
    Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
    Map<String, JsonView> counted = direction.at("drops").members();
    for (DropReason reason : DropReason.values()) {
      JsonView count = counted.get(reason.name().toLowerCase(Locale.ROOT));
      if (count != null) {
        drops.put(reason, count.number());
      }
    }
    return new PortReport.Direction(
        direction.at("frames").number(), direction.at("bytes").number(), drops);
  }
}
