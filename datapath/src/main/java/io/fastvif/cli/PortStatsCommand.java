package io.fastvif.cli;

import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.client.JsonView;
import io.fastvif.agent.client.ShownText;
import java.io.IOException;
import java.io.PrintWriter;

/** {@code vhost-user stats PORT}, as {@code ethtool -S} shows a network card's. */
final class PortStatsCommand extends Command {
  private static final Option JSON = Option.flag("--json", "Print one line of JSON.");

  PortStatsCommand() {
    super(
        "vhost-user stats",
        "Show all counters of a vhost-user port that the agent or vhost-user serve has open, by"
            + " name: frames, bytes and drops by reason, of all and of each queue, sizes of"
            + " bursts and how long they stayed. What comes from the guest is in.",
        "The port: its VIF's id, or its name.",
        PortAccess.SOCKET,
        JSON);
  }

  @Override
  String fileLabel() {
    return "PORT";
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) throws IOException {
    String port = PortAccess.port(arguments.files(), 1);
    try (AgentClient agent = AgentAccess.connectShortly(AgentAccess.named(arguments))) {
      String document = AgentAccess.text(agent, PortAccess.target(port));
      if (arguments.has(JSON)) {
        out.println(document);
        return Fastvif.DONE;
      }
      JsonView view = JsonView.of(document);
      out.println(ShownText.of(view.at("name").text()) + " statistics:");
      view.at("counters")
          .members()
          .forEach(
              (name, value) -> out.println("     " + ShownText.of(name) + ": " + value.number()));
      return Fastvif.DONE;
    }
  }
}
