package io.fastvif.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.fastvif.agent.text.JsonText;
import io.fastvif.fastpath.PortReport;
import io.fastvif.forward.DropReason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Ports and their rates between two looks, for people or as a line of JSON. */
final class PortTable {
  private static final String HEAD = "%-15s  %-12s  %27s  %27s  %10s  %s";
  private static final double NANOS = 1e9;
  private static final double MEGA = 1e6;
  private static final int BITS = 8;
  private static final PortReport.Direction NOTHING = new PortReport.Direction(0, 0, Map.of());

  private Map<String, PortReport> former = new HashMap<>();
  private long formerNanos;

  /**
   * Begins to measure.
   *
   * @param nanos of {@link System#nanoTime()}
   */
  PortTable(long nanos) {
    formerNanos = nanos;
  }

  /** A port's rates. */
  private record Rates(PortReport port, Rate fromGuest, Rate toGuest) {}

  private record Rate(double framesPerSecond, double bitsPerSecond) {
    static Rate of(PortReport.Direction before, PortReport.Direction now, double seconds) {
      return new Rate(
          (now.frames() - before.frames()) / seconds,
          (now.bytes() - before.bytes()) * BITS / seconds);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "%,.0f/s %,.2f Mbit/s", framesPerSecond, bitsPerSecond / MEGA);
    }
  }

  /** The rates since the last look; a port that is open otherwise since then counts as new. */
  private List<Rates> look(List<PortReport> reports, long nanos) {
    double seconds = Math.max(1, nanos - formerNanos) / NANOS;
    Map<String, PortReport> seen = new HashMap<>();
    List<Rates> rates = new ArrayList<>();
    for (PortReport report : reports) {
      PortReport before = former.get(report.port().vifId());
      boolean known =
          before != null
              && before.port().equals(report.port())
              && before.fromGuest().frames() <= report.fromGuest().frames()
              && before.toGuest().frames() <= report.toGuest().frames();
      rates.add(
          new Rates(
              report,
              Rate.of(known ? before.fromGuest() : NOTHING, report.fromGuest(), seconds),
              Rate.of(known ? before.toGuest() : NOTHING, report.toGuest(), seconds)));
      seen.put(report.port().vifId(), report);
    }
    former = seen;
    formerNanos = nanos;
    return rates;
  }

  /** A head and a line for each port. */
  List<String> lines(List<PortReport> reports, long nanos) {
    List<String> lines = new ArrayList<>();
    lines.add(String.format(HEAD, "PORT", "STATE", "FROM GUEST", "TO GUEST", "DROPPED", "NOTE"));
    for (Rates rates : look(reports, nanos)) {
      PortReport port = rates.port;
      lines.add(
          String.format(
                  Locale.ROOT,
                  HEAD,
                  port.port().name(),
                  port.connected() ? "connected" : "waiting",
                  rates.fromGuest,
                  rates.toGuest,
                  String.format(
                      Locale.ROOT, "%,d", port.fromGuest().dropped() + port.toGuest().dropped()),
                  port.problem())
              .stripTrailing());
    }
    return lines;
  }

  /** All ports on one line of JSON. */
  String json(List<PortReport> reports, long nanos) {
    double seconds = Math.max(1, nanos - formerNanos) / NANOS;
    List<Rates> all = look(reports, nanos);
    return JsonText.line(
        out -> {
          out.writeStartObject();
          out.writeNumberField("seconds", Math.round(seconds * 1000) / 1000.0);
          out.writeArrayFieldStart("ports");
          for (Rates rates : all) {
            PortReport port = rates.port;
            out.writeStartObject();
            out.writeStringField("id", port.port().vifId());
            out.writeStringField("name", port.port().name());
            out.writeStringField("path", port.port().path());
            out.writeBooleanField("connected", port.connected());
            out.writeNumberField("connections", port.connections());
            out.writeStringField("problem", port.problem());
            direction(out, "from_guest", port.fromGuest(), rates.fromGuest);
            direction(out, "to_guest", port.toGuest(), rates.toGuest);
            out.writeEndObject();
          }
          out.writeEndArray();
          out.writeEndObject();
        });
  }

  private static void direction(
      JsonGenerator out, String name, PortReport.Direction direction, Rate rate)
      throws IOException {
    out.writeObjectFieldStart(name);
    out.writeNumberField("frames", direction.frames());
    out.writeNumberField("bytes", direction.bytes());
    out.writeNumberField("frames_per_second", Math.round(rate.framesPerSecond));
    out.writeNumberField("bits_per_second", Math.round(rate.bitsPerSecond));
    out.writeObjectFieldStart("drops");
    for (Map.Entry<DropReason, Long> drop : direction.drops().entrySet()) {
      out.writeNumberField(drop.getKey().name().toLowerCase(Locale.ROOT), drop.getValue());
    }
    out.writeEndObject();
    out.writeEndObject();
  }
}
