package io.fastvif.cli;

import io.fastvif.json.BackLevel;
import io.fastvif.json.PlugRequest;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Version;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/** {@code convert}. */
final class ConvertCommand extends Command {
  private static final Option JSON =
      Option.flag("--json", "Accepted for uniformity: the output is always JSON.");

  private static final Option TO =
      Option.repeatable(
          "--to",
          null,
          "CLASS=VERSION",
          "Lower objects of this class, wherever they are, to this version, as in"
              + " VIFVHostUser=1.0; repeatable.");

  ConvertCommand() {
    super(
        "convert",
        "Read VIFs and write them again, one line of JSON for each.",
        "VIFs in os-vif's JSON, as for plug; - is standard input.",
        TO,
        JSON);
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) {
    Map<String, Version> versions = versions(arguments);
    List<VifInput> inputs = VifInput.read(arguments.files());
    for (VifInput input : inputs) {
      PlugRequest request = input.request();
      String vif = VersionedObjectWriter.write(BackLevel.toAtMost(request.vif(), versions));
      if (request.instance().isPresent()) {
        String instance =
            VersionedObjectWriter.write(BackLevel.toAtMost(request.instance().get(), versions));
        out.println("{\"vif\":" + vif + ",\"instance\":" + instance + "}");
      } else {
        out.println(vif);
      }
    }
    return Fastvif.DONE;
  }

  /** Looked at before any file is read: a wrong option is not a file's fault. */
  private static Map<String, Version> versions(Arguments arguments) {
    Map<String, Version> versions = ClassVersions.of(TO, arguments);
    try {
      BackLevel.check(versions);
    } catch (InvalidInputException e) {
      throw e.under(TO.name());
    }
    return versions;
  }
}
