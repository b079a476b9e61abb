package io.fastvif.cli;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.vhostuser.protocol.DeviceFeature;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.protocol.ProtocolFeature;
import io.fastvif.vhostuser.session.BackendProbe;
import io.fastvif.vhostuser.session.SocketException;
import java.io.PrintWriter;
import java.util.List;

/** {@code vhost-user probe SOCKET}. */
final class ProbeCommand extends Command {
  private static final long TIMEOUT_MILLIS = 5_000;
  private static final double NANOS_PER_MILLI = 1e6;

  private static final Option JSON = Option.flag("--json", "Print one line of JSON.");

  ProbeCommand() {
    super(
        "vhost-user probe",
        "Ask a vhost-user backend whether it is alive and what it offers, without changing it.",
        "The backend's socket.",
        JSON);
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) {
    List<String> words = arguments.files();
    if (words.size() != 1) {
      err.println("fastvif: one socket is probed at a time, not " + words.size());
      return Fastvif.WRONG_INPUT;
    }
    String path = words.getFirst();
    try {
      BackendProbe probe = BackendProbe.of(path, TIMEOUT_MILLIS);
      if (arguments.has(JSON)) {
        out.println(json(path, probe));
      } else {
        print(out, path, probe);
      }
      return Fastvif.DONE;
    } catch (ProtocolException | SystemCallException | SocketException e) {
      if (arguments.has(JSON)) {
        out.println(json(path, e.getMessage()));
      } else {
        err.println("fastvif: " + path + ": " + e.getMessage());
      }
      return Fastvif.FAILED;
    }
  }

  private static void print(PrintWriter out, String path, BackendProbe probe) {
    out.printf("%s is alive%n", path);
    out.printf(
        "features           0x%x %s%n",
        probe.features(), String.join(" ", DeviceFeature.names(probe.features())));
    out.printf(
        "protocol features  0x%x %s%n",
        probe.protocolFeatures(),
        String.join(" ", ProtocolFeature.names(probe.protocolFeatures())));
    out.printf("queue pairs        %d%n", probe.queuePairs());
    out.printf(
        "took               %.3f ms to connect, %.3f ms to answer%n",
        probe.connectNanos() / NANOS_PER_MILLI, probe.answerNanos() / NANOS_PER_MILLI);
  }

  private static String json(String path, BackendProbe probe) {
    return JsonText.line(
        out -> {
          out.writeStartObject();
          out.writeStringField("socket", path);
          out.writeBooleanField("alive", true);
          out.writeStringField("features", String.format("0x%x", probe.features()));
          JsonText.strings(out, "feature_names", DeviceFeature.names(probe.features()));
          out.writeStringField(
              "protocol_features", String.format("0x%x", probe.protocolFeatures()));
          JsonText.strings(
              out, "protocol_feature_names", ProtocolFeature.names(probe.protocolFeatures()));
          out.writeNumberField("queue_pairs", probe.queuePairs());
          out.writeNumberField("connect_ms", probe.connectNanos() / NANOS_PER_MILLI);
          out.writeNumberField("answer_ms", probe.answerNanos() / NANOS_PER_MILLI);
          out.writeNullField("error");
          out.writeEndObject();
        });
  }

  private static String json(String path, String error) {
    return JsonText.line(
        out -> {
          out.writeStartObject();
          out.writeStringField("socket", path);
          out.writeBooleanField("alive", false);
          out.writeStringField("error", error);
          out.writeEndObject();
        });
  }
}
