package io.fastvif.cli;

import io.fastvif.agent.text.JsonText;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.vhostuser.protocol.DeviceKind;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.protocol.ProtocolFeature;
import io.fastvif.vhostuser.session.BackendProbe;
import io.fastvif.vhostuser.session.SocketException;
import io.fastvif.vhostuser.session.SocketOwner;
import io.fastvif.vif.InvalidInputException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** {@code vhost-user probe SOCKET}. */
final class ProbeCommand extends Command {
  private static final long TIMEOUT_MILLIS = 5_000;
  private static final double NANOS_PER_MILLI = 1e6;

  /** Of sun_path in sockaddr_un, without the terminating zero. */
  private static final int MAX_PATH_BYTES = 107;

  private static final Option JSON = Option.flag("--json", "Print one line of JSON.");
  private static final Option FORCE =
      Option.flag("--force", "Ask even a backend that ends when the probe leaves.");

  ProbeCommand() {
    super(
        "vhost-user probe",
        "Ask a vhost-user backend whether it is alive and what it offers, without changing it. A"
            + " backend that serves one connection, such as virtiofsd, would end with the probe and"
            + " be lost to its guest: where one is known to listen, that is said and it is not"
            + " asked.",
        "The backend's socket.",
        JSON,
        FORCE);
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) {
    List<String> words = arguments.files();
    if (words.size() != 1) {
      err.println("fastvif: one socket is probed at a time, not " + words.size());
      return Fastvif.WRONG_INPUT;
    }
    String path = words.getFirst();
    int length = path.getBytes(StandardCharsets.UTF_8).length;
    if (length == 0 || length > MAX_PATH_BYTES) {
      throw InvalidInputException.ofValue(
          "SOCKET", path, "is not a socket's path", "a path of 1 to " + MAX_PATH_BYTES + " bytes");
    }
    Optional<SocketOwner> owner = SocketOwner.of(path);
    if (owner.isPresent() && owner.get().servesOnce() && !arguments.has(FORCE)) {
      String refusal =
          owner.get()
              + " listens, which serves one connection and ends with it: it was not asked;"
              + " --force asks it";
      if (arguments.has(JSON)) {
        out.println(json(path, refusal));
      } else {
        err.println("fastvif: " + path + ": " + refusal);
      }
      return Fastvif.FAILED;
    }
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
    DeviceKind kind = probe.kind();
    out.printf("%s is alive%n", path);
    out.printf("device             %s%n", name(kind));
    out.printf(
        "features           0x%x %s%n",
        probe.features(), String.join(" ", kind.names(probe.features())));
    out.printf(
        "protocol features  0x%x %s%n",
        probe.protocolFeatures(),
        String.join(" ", ProtocolFeature.names(probe.protocolFeatures())));
    out.printf(
        kind == DeviceKind.NETWORK ? "queue pairs        %d%n" : "queues             %d%n",
        probe.queues());
    out.printf(
        "took               %.3f ms to connect, %.3f ms to answer%n",
        probe.connectNanos() / NANOS_PER_MILLI, probe.answerNanos() / NANOS_PER_MILLI);
  }

  private static String name(DeviceKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private static String json(String path, BackendProbe probe) {
    return JsonText.line(
        out -> {
          out.writeStartObject();
          out.writeStringField("socket", path);
          out.writeBooleanField("alive", true);
          out.writeStringField("device", name(probe.kind()));
          out.writeStringField("features", String.format("0x%x", probe.features()));
          JsonText.strings(out, "feature_names", probe.kind().names(probe.features()));
          out.writeStringField(
              "protocol_features", String.format("0x%x", probe.protocolFeatures()));
          JsonText.strings(
              out, "protocol_feature_names", ProtocolFeature.names(probe.protocolFeatures()));
          out.writeNumberField(
              probe.kind() == DeviceKind.NETWORK ? "queue_pairs" : "queues", probe.queues());
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
