package io.fastvif.cli;

import io.fastvif.host.HostInfo;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.json.VersionedObjectWriter;
import java.io.PrintWriter;

/** {@code host-info}. */
final class HostInfoCommand extends Command {
  private static final Option PERMIT =
      Option.list(
          "--permit",
          "TYPE",
          "Leave out all VIF types but these, such as VIFBridge, and the plugins left with none.");
  private static final Option JSON =
      Option.flag("--json", "Print one line instead of indented lines.");

  HostInfoCommand() {
    super(
        "host-info",
        "Show what the plugins installed here take, as a HostInfo.",
        null,
        PERMIT,
        JSON);
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) {
    HostInfo host = VifPlugins.installed().hostInfo();
    if (arguments.has(PERMIT)) {
      host = host.permitting(arguments.values(PERMIT));
    }
    out.println(
        arguments.has(JSON)
            ? VersionedObjectWriter.write(host)
            : VersionedObjectWriter.writePretty(host));
    return Fastvif.DONE;
  }
}
