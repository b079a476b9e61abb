package io.fastvif.cli;

import io.fastvif.agent.client.AgentClient;
import io.fastvif.host.HostInfo;
import io.fastvif.json.VersionedObjectReader;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.plugin.VifPlugins;
import java.io.IOException;
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
        AgentAccess.AGENT,
        JSON);
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) throws IOException {
    String agent = AgentAccess.chosen(arguments);
    HostInfo host = agent == null ? VifPlugins.installed().hostInfo() : ask(agent);
    if (arguments.has(PERMIT)) {
      host = host.permitting(arguments.values(PERMIT));
    }
    out.println(
        arguments.has(JSON)
            ? VersionedObjectWriter.write(host)
            : VersionedObjectWriter.writePretty(host));
    return Fastvif.DONE;
  }

  private static HostInfo ask(String socket) throws IOException {
    try (AgentClient agent = AgentAccess.connect(socket)) {
      return VersionedObjectReader.read(AgentAccess.text(agent, "/v1/host-info"), HostInfo.class);
    }
  }
}
