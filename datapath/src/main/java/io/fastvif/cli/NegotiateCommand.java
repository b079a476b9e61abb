package io.fastvif.cli;

import io.fastvif.host.NegotiationAnswer;
import io.fastvif.host.negotiation.NetworkHost;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifDirect;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifHostDevice;
import io.fastvif.vif.VifNestedDpdk;
import io.fastvif.vif.VifOpenVSwitch;
import io.fastvif.vif.VifVhostUser;
import io.fastvif.vif.json.NegotiationAnswers;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

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
        JSON);
  }

  @Override
  boolean needsFiles() {
    return false;
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) {
    String file = arguments.value(HOST_INFO);
    if (file == null) {
      throw InvalidInputException.of(HOST_INFO.name(), "is missing", "a file with a HostInfo");
    }
    List<Vif> wanted =
        arguments.files().isEmpty()
            ? oneOfEachType()
            : VifInput.read(arguments.files()).stream()
                .map(input -> input.request().vif())
                .toList();
    String answer = new NetworkHost(wanted, ClassVersions.of(AS, arguments)).answer(text(file));
    out.println(answer);
    return NegotiationAnswers.read(answer) instanceof NegotiationAnswer.Chosen
        ? Fastvif.DONE
        : Fastvif.FAILED;
  }

  private static List<Vif> oneOfEachType() {
    return List.of(
        VifHostDevice.builder().build(),
        VifVhostUser.builder().build(),
        VifOpenVSwitch.builder().build(),
        VifBridge.builder().build(),
        VifGeneric.builder().build(),
        VifDirect.builder().build(),
        VifNestedDpdk.builder().build());
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
