package io.fastvif.cli;

import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.client.JsonView;
import io.fastvif.agent.client.ShownText;
import io.fastvif.fastpath.PortReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code agent status}. */
final class AgentStatusCommand extends Command {
  /** What the agent tells of itself. */
  static final String STATISTICS = "/v1/statistics";

  private static final Option JSON = Option.flag("--json", "Print the agent's figures as JSON.");

  AgentStatusCommand() {
    super(
        "agent status",
        "Show how the agent is: VIFs, requests, times, ports. Exit status 1 if it is not ready.",
        null,
        AgentAccess.SOCKET,
        JSON);
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) throws IOException {
    try (AgentClient agent = AgentAccess.connectShortly(AgentAccess.named(arguments))) {
      String document = AgentAccess.text(agent, STATISTICS);
      AgentStatistics statistics = new AgentStatistics(JsonView.of(document));
      if (arguments.has(JSON)) {
        out.println(document);
      } else {
        lines(statistics).stream().map(ShownText::of).forEach(out::println);
      }
      return statistics.isReady() ? Fastvif.DONE : Fastvif.FAILED;
    }
  }

  private static List<String> lines(AgentStatistics statistics) {
    List<String> lines = new ArrayList<>(statistics.lines(null));
    statistics.ports().forEach(port -> lines.add(portLine(port)));
    return lines;
  }

  private static String portLine(PortReport port) {
    return String.format(
            Locale.ROOT,
            "Port        %s %s, %,d frames from the guest, %,d to it, %,d dropped%s",
            port.port().name(),
            port.connected() ? "connected" : "waiting",
            port.fromGuest().frames(),
            port.toGuest().frames(),
            port.fromGuest().dropped() + port.toGuest().dropped(),
            port.problem().isEmpty() ? "" : ": " + port.problem())
        .stripTrailing();
  }
}
