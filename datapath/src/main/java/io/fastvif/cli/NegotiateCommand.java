package io.fastvif.cli;

import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.client.AgentResponse;
import io.fastvif.agent.client.JsonView;
import io.fastvif.agent.text.JsonText;
import io.fastvif.host.NegotiationAnswer;
import io.fastvif.host.negotiation.NetworkHost;
import io.fastvif.json.NegotiationAnswers;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Version;
import io.fastvif.vif.Vif;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** {@code negotiate}. */
final class NegotiateCommand extends Command {
  private static final Option HOST_INFO =
      Option.value("--host-info", "FILE", "What the host's plugins take: a HostInfo.");
  private static final Option AS =
      Option.repeatable(
          "--as",
          null,
          "CLASS=VERSION",
          "Behave as a network host that knows the class up to this version only; repeatable.");
  private static final Option JSON =
      Option.flag("--json", "Accepted for uniformity: the output is always JSON.");
  private static final int MAX_BYTES = 64 << 20;

  NegotiateCommand() {
    super(
        "negotiate",
        "Show what a network host answers to a host's HostInfo: the VIF, or why not.",
        "VIFs that the network would make, best first; by default an empty one of each type.",
        HOST_INFO,
        AS,
        AgentAccess.AGENT,
        JSON);
  }

  @Override
  boolean needsFiles() {
    return false;
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) throws IOException {
    String file = arguments.value(HOST_INFO);
    if (file == null) {
      throw InvalidInputException.of(HOST_INFO.name(), "is missing", "a file with a HostInfo");
    }
    List<Vif> wanted =
        arguments.files().isEmpty()
            ? NetworkHost.oneOfEachType()
            : VifInput.read(arguments.files()).stream()
                .map(input -> input.request().vif())
                .toList();
    Map<String, Version> versions = ClassVersions.of(AS, arguments);
    String hostInfo = text(file);
    String agent = AgentAccess.chosen(arguments);
    String answer =
        agent == null || !isJson(hostInfo)
            ? new NetworkHost(wanted, versions).answer(hostInfo)
            : ask(agent, hostInfo, wanted, versions);
    out.println(answer);
    return NegotiationAnswers.read(answer) instanceof NegotiationAnswer.Chosen
        ? Fastvif.DONE
        : Fastvif.FAILED;
  }

  /** What is none cannot be part of a request; what it is answered with is no agent's matter. */
  private static boolean isJson(String text) {
    try {
      return JsonView.of(text).isThere();
    } catch (IOException malformed) {
      return false;
    }
  }

  private static String ask(
      String socket, String hostInfo, List<Vif> wanted, Map<String, Version> versions)
      throws IOException {
    String asked =
        JsonText.line(
            out -> {
              out.writeStartObject();
              out.writeFieldName("host_info");
              out.writeRawValue(hostInfo);
              out.writeArrayFieldStart("vifs");
              for (Vif vif : wanted) {
                out.writeRawValue(VersionedObjectWriter.write(vif));
              }
              out.writeEndArray();
              out.writeObjectFieldStart("as");
              for (Map.Entry<String, Version> version : versions.entrySet()) {
                out.writeStringField(version.getKey(), version.getValue().toString());
              }
              out.writeEndObject();
              out.writeEndObject();
            });
    try (AgentClient agent = AgentAccess.connect(socket)) {
      AgentResponse response = agent.send("POST", "/v1/negotiations", asked);
      AgentAccess.require(agent, response);
      return response.text();
    }
  }

  private static String text(String file) {
    String name = file.equals("-") ? "standard input" : file;
    try (InputStream in = InputFiles.open(file)) {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(in.readNBytes(MAX_BYTES)))
          .toString();
    } catch (CharacterCodingException e) {
      throw InvalidInputException.of(name, "is not text", "UTF-8");
    } catch (IOException unreadable) {
      throw WrongInputException.unreadable(name, unreadable);
    }
  }
}
