package io.fastvif.cli;

import io.fastvif.vif.json.PlugRequest;
import io.fastvif.vif.json.VersionedObjectWriter;
import java.io.PrintWriter;
import java.util.List;

/** {@code convert}. */
final class ConvertCommand extends Command {
  private static final Option JSON =
      Option.flag("--json", "Accepted for uniformity: the output is always JSON.");

  ConvertCommand() {
    super(
        "convert",
        "Read VIFs and write them again, one line of JSON for each.",
        "VIFs in os-vif's JSON, as for plug; - is standard input.",
        JSON);
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) {
    List<VifInput> inputs = VifInput.read(arguments.files());
    for (VifInput input : inputs) {
      PlugRequest request = input.request();
      String vif = VersionedObjectWriter.write(request.vif());
      if (request.instance().isPresent()) {
        String instance = VersionedObjectWriter.write(request.instance().get());
        out.println("{\"vif\":" + vif + ",\"instance\":" + instance + "}");
      } else {
        out.println(vif);
      }
    }
    return Fastvif.DONE;
  }
}
