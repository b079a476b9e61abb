package io.fastvif.cli;

import io.fastvif.VifHost;
import io.fastvif.agent.text.ResultLine;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.plugin.LinkChange;
import io.fastvif.vif.Field;
import io.fastvif.vif.InterfaceName;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/** {@code representor rename}. */
final class RepresentorRename {
  private RepresentorRename() {}

  static int run(
      Arguments arguments, List<String> words, PrintWriter out, PrintWriter err, EndSignal end) {
    boolean back = arguments.has(RepresentorCommand.BACK);
    if (words.isEmpty()) {
      throw WrongInputException.of(
          "representor rename: expected " + (back ? "WHAT..." : "WHAT=NAME..."));
    }
    for (String word : words) {
      if (!back) {
        InterfaceName.check("NAME", Field.of(word.substring(separator(word) + 1)));
      }
    }
    try (VifHost opened = Engines.open(arguments)) {
      end.whenAsked(opened::stopBeginning);
      HostSnapshot host = opened.snapshot();
      List<PlugPlan> plans =
          words.stream()
              .map(word -> back ? back(host, word) : forth(host, word, arguments))
              .toList();
      return print(
          VfResults.execute(opened, plans), arguments.has(RepresentorCommand.JSON), out, err);
    }
  }

  private static int separator(String word) {
    int at = word.lastIndexOf('=');
    if (at <= 0) {
      throw InvalidInputException.ofValue(
          "ARGUMENT", word, "does not say a new name", "WHAT=NAME, as in 0000:03:00.2=rep0");
    }
    return at;
  }

  private static PlugPlan forth(HostSnapshot host, String word, Arguments arguments) {
    int at = separator(word);
    return LinkChange.of(host, link(host, word.substring(0, at)))
        .giveName(word.substring(at + 1), arguments.has(RepresentorCommand.KEEP))
        .plan();
  }

  private static PlugPlan back(HostSnapshot host, String word) {
    return LinkChange.of(host, link(host, word)).takeNameBack().plan();
  }

  private static String link(HostSnapshot host, String word) {
    PciAddress address;
    try {
      address = PciAddress.parse(word);
    } catch (InvalidInputException aName) {
      return word;
    }
    Optional<LinkId> representor =
        host.virtualFunction(address).map(VirtualFunctionState::representor);
    return representor
        .orElseThrow(
            () ->
                InvalidInputException.ofValue(
                    "WHAT", word, "has no representor here", "a VF that has, or a link's name"))
        .name();
  }

  private static int print(
      List<PlugResult> results, boolean json, PrintWriter out, PrintWriter err) {
    int status = Fastvif.DONE;
    for (PlugResult result : results) {
      if (json) {
        out.println(ResultLine.of(result));
      }
      if (result.outcome() == Outcome.FAILED) {
        err.println("fastvif: " + ResultLine.error(result.failure()));
        status = Fastvif.FAILED;
      }
    }
    return status;
  }
}
