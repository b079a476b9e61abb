package io.fastvif.cli;

import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.client.AgentUnavailableException;
import io.fastvif.agent.client.JsonView;
import io.fastvif.agent.client.ShownText;
import io.fastvif.agent.client.SilentEndException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** {@code top}: what {@code agent status} shows, again and again, with rates. */
final class TopCommand extends Command {
  private static final int MAX_SECONDS = 3600;
  private static final int MILLIS = 1000;
  private static final String FIRST_LINE = "\033[H";
  private static final String CLEAR_LINE = "\033[K";
  private static final String CLEAR_BELOW = "\033[J";
  private static final String CLEAR_ALL = "\033[2J";

  private static final Option ONCE = Option.flag("--once", "Show it once, without rates, and end.");
  private static final Option INTERVAL =
      Option.value("--interval", "SECONDS", "How often it is shown; 1 by default.");

  TopCommand() {
    super(
        "top",
        "Show what the agent does, again and again until SIGINT: VIFs, requests, times, ports and"
            + " their rates.",
        null,
        AgentAccess.SOCKET,
        ONCE,
        INTERVAL);
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) throws Exception {
    int interval = arguments.number(INTERVAL, 1, 1, MAX_SECONDS);
    boolean isLive = Progress.isTerminal(1);
    try (AgentClient agent = AgentAccess.connectShortly(AgentAccess.named(arguments));
        EndSignal signal = new EndSignal(out, err)) {
      PortTable table = new PortTable(System.nanoTime());
      AgentStatistics before = null;
      boolean more = true;
      boolean isShown = false;
      while (more && !out.checkError()) {
        List<String> lines = new ArrayList<>();
        try {
          AgentStatistics now =
              new AgentStatistics(
                  JsonView.of(AgentAccess.text(agent, AgentStatusCommand.STATISTICS)));
          lines.addAll(now.lines(before));
          lines.add("");
          lines.addAll(table.lines(now.ports(), System.nanoTime()));
          before = now;
        } catch (AgentUnavailableException | SilentEndException away) {
          if (!isShown) {
            throw away; // it was never there
          }
          before = null; // the next one counts from zero
          table = new PortTable(System.nanoTime());
          lines.add("the agent is away, and asked again: " + away.getMessage());
        }
        show(
            lines.stream().map(ShownText::of).toList(),
            isLive && !arguments.has(ONCE),
            isShown,
            out);
        isShown = true;
        more = !arguments.has(ONCE) && !signal.await(interval * (long) MILLIS);
      }
      signal.ended(Fastvif.DONE);
      return Fastvif.DONE;
    }
  }

  /** On a terminal over what was there before, line by line, so that nothing flickers. */
  private static void show(List<String> lines, boolean isLive, boolean again, PrintWriter out) {
    if (isLive) {
      out.print(again ? FIRST_LINE : CLEAR_ALL + FIRST_LINE);
    }
    lines.forEach(line -> out.println(isLive ? line + CLEAR_LINE : line));
    if (isLive) {
      out.print(CLEAR_BELOW);
    } else if (again) {
      out.println();
    }
    out.flush();
  }
}
