package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.FastvifCommand;
import io.fastvif.benchmarks.report.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What it costs to ask the agent instead of plugging oneself: single VIFs, many at once, restarts
 * with all that was declared, drift, and what the agent takes when nothing happens. Needs root.
 */
final class AgentComparison {
  private static final List<String> NOTES =
      List.of(
          "fastvif is a VifHost of the measuring JVM, which has both compilers and is warmed up;"
              + " the agent is a process of its own, with one compiler and little memory, as it is"
              + " run.",
          "The agent answers when the host has the VIF and its disk the declaration, synced;"
              + " everybody else keeps nothing.",
          "Commands are measured from the start of their process to its end.",
          "A restart is measured from the start of the agent's process until all VIFs are on a host"
              + " that has none of them; the others have started before, and are told at once.",
          "os-vif plugs one VIF after the other, as its callers do after a reboot.");

  private final Resources resources;
  private final Limits limits;
  private final AgentRestarts.Rest rest;
  private final RunTable table;
  private final List<String> notes = new ArrayList<>(NOTES);

  AgentComparison(
      Resources resources, Limits limits, AgentRestarts.Rest rest, PrintWriter progress) {
    this.resources = resources;
    this.limits = limits;
    this.rest = rest;
    table = new RunTable(progress);
    if (!FastvifCommand.isLaunched()) {
      notes.add(
          "Not started by the launcher: agent and commands run without its JVM options and cache,"
              + " so their memory and their starts are not those of an installation.");
    }
  }

  /** Whether something could not be measured, or did the wrong thing. */
  boolean hasFailed() {
    return table.hasFailed();
  }

  /**
   * Measures.
   *
   * @param sizes how many VIFs are declared; the first is also how many are plugged at once
   * @param lone how many single operations of each sort
   * @param rounds how often those are measured that are done at once
   * @throws IOException if files cannot be made
   * @throws io.fastvif.bindings.SystemCallException EPERM without root
   */
  Report run(List<Integer> sizes, int lone, int rounds) throws IOException {
    int atOnce = sizes.getFirst();
    new AgentLonePlugs(resources, limits, table).run(lone);
    notes.addAll(new AgentCrowd(resources, limits, table).run(atOnce, rounds));
    notes.addAll(new AgentDrifts(resources, limits, table).run(lone, atOnce));
    notes.addAll(new AgentRestarts(resources, limits, table, rest).run(sizes));
    new AgentOvsRestart(resources, limits, table).run(lone);
    Map<String, String> machine =
        Machine.describe(List.of(new AgentSystem(resources, List.of()), new OsVif(resources)));
    machine.put("load", Machine.load());
    return new Report(machine, table.results(), notes);
  }
}
