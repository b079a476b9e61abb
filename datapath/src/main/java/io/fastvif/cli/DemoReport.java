package io.fastvif.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.fastvif.agent.text.JsonText;
import java.io.IOException;
import java.io.PrintWriter;

/** What the demonstration found. */
final class DemoReport {
  private static final double[] PERCENTILES = {50, 90, 99, 99.9, 100};
  private static final String[] PERCENTILE_NAMES = {"p50", "p90", "p99", "p99.9", "max"};

  private final int vifs;
  private final int threads;
  Measurement plug;
  Measurement unplug;
  Measurement peerPlug;
  Measurement peerUnplug;
  Measurement tunedPeerPlug;
  String peerMissing;
  int pingsSent;
  int pingsAnswered;
  int left;

  DemoReport(int vifs, int threads) {
    this.vifs = vifs;
    this.threads = threads;
  }

  boolean isGood() {
    return pingsAnswered == pingsSent && left == 0;
  }

  void print(PrintWriter out, boolean json) {
    if (json) {
      out.println(JsonText.line(this::write));
      return;
    }
    out.printf(
        "%d VIFs, half veth pairs and half taps, on Linux bridges; %d submitting threads;"
            + " Linux %s, Java %s, warmed up%n%n",
        vifs, threads, System.getProperty("os.version"), Runtime.version());
    out.printf("%-30s %21s %21s%n", "", "plug", "unplug");
    out.printf("%-30s", "");
    for (int column = 0; column < 2; column++) {
      out.printf(" %10s %10s", "us per VIF", "VIFs per s");
    }
    out.println();
    row(out, "fastvif", plug, unplug);
    if (peerMissing == null) {
      row(out, "ip -batch", peerPlug, peerUnplug);
      row(out, "ip -batch, addrgenmode none", tunedPeerPlug, null);
      out.printf(
          "%-30s %9.1fx %21.1fx%n",
          "ip -batch / fastvif",
          peerPlug.microsPerVif() / plug.microsPerVif(),
          peerUnplug.microsPerVif() / unplug.microsPerVif());
    } else {
      out.println("ip -batch: not measured: " + peerMissing);
    }
    out.printf("%n%-30s", "latency in microseconds");
    for (String name : PERCENTILE_NAMES) {
      out.printf(" %10s", name);
    }
    out.println();
    latencies(out, "fastvif plug", plug);
    latencies(out, "fastvif unplug", unplug);
    out.printf(
        "%nping between two guests through the bridge: %d of %d answered%n",
        pingsAnswered, pingsSent);
    out.printf("devices left after unplug: %d%n", left);
  }

  private static void row(PrintWriter out, String name, Measurement plug, Measurement unplug) {
    out.printf("%-30s", name);
    for (Measurement measurement : new Measurement[] {plug, unplug}) {
      if (measurement == null) {
        out.printf(" %10s %10s", "-", "-");
      } else {
        double micros = measurement.microsPerVif();
        out.printf(" %10.0f %10.0f", micros, 1e6 / micros);
      }
    }
    out.println();
  }

  private static void latencies(PrintWriter out, String name, Measurement measurement) {
    out.printf("%-30s", name);
    for (double percentile : PERCENTILES) {
      out.printf(" %10.0f", measurement.latencyMicros(percentile));
    }
    out.println();
  }

  private void write(JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeNumberField("vifs", vifs);
    out.writeNumberField("threads", threads);
    out.writeStringField("kernel", System.getProperty("os.version"));
    out.writeStringField("java", Runtime.version().toString());
    out.writeArrayFieldStart("results");
    write(out, "fastvif", "plug", plug);
    write(out, "fastvif", "unplug", unplug);
    if (peerMissing == null) {
      write(out, "ip-batch", "plug", peerPlug);
      write(out, "ip-batch", "unplug", peerUnplug);
      write(out, "ip-batch-addrgenmode-none", "plug", tunedPeerPlug);
    }
    out.writeEndArray();
    if (peerMissing != null) {
      out.writeStringField("not_measured", peerMissing);
    }
    out.writeNumberField("pings_sent", pingsSent);
    out.writeNumberField("pings_answered", pingsAnswered);
    out.writeNumberField("devices_left", left);
    out.writeEndObject();
  }

  private static void write(
      JsonGenerator out, String system, String operation, Measurement measurement)
      throws IOException {
    out.writeStartObject();
    out.writeStringField("system", system);
    out.writeStringField("operation", operation);
    out.writeNumberField("vifs", measurement.vifs());
    out.writeNumberField("micros_per_vif", measurement.microsPerVif());
    if (measurement.latency() != null) {
      out.writeObjectFieldStart("latency_micros");
      for (int i = 0; i < PERCENTILES.length; i++) {
        out.writeNumberField(PERCENTILE_NAMES[i], measurement.latencyMicros(PERCENTILES[i]));
      }
      out.writeEndObject();
    }
    out.writeEndObject();
  }
}
