package io.fastvif.cli;

import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.client.JsonView;
import io.fastvif.fastpath.PortReport;
import io.fastvif.plan.Action;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code vhost-user serve} by an agent: it plugs, and its forwarder forwards. */
final class AgentServing {
  private final String socket;
  private final RateDisplay rates;

  AgentServing(String socket, RateDisplay rates) {
    this.socket = socket;
    this.rates = rates;
  }

  /** Plugs, shows rates until a signal comes, and unplugs; returns the exit status. */
  int run(AgentInputs inputs, boolean json, PrintWriter out, PrintWriter err) {
    try (EndSignal signal = new EndSignal(out, err)) {
      int status = Fastvif.FAILED;
      try {
        status = run(inputs, json, signal, out, err);
      } catch (IOException broken) { // said before the signal's end, if there is one
        err.println("fastvif: " + broken.getMessage());
      }
      signal.ended(status);
      return status;
    }
  }

  private int run(
      AgentInputs inputs, boolean json, EndSignal signal, PrintWriter out, PrintWriter err)
      throws IOException {
    List<VifInput> plugged = new ArrayList<>();
    int status = 0;
    try {
      status = plug(inputs, json, plugged, signal, out, err);
      out.flush();
      err.flush();
      if (!plugged.isEmpty()) {
        Set<String> ids =
            plugged.stream()
                .map(vif -> vif.request().vif().id().orElse(""))
                .collect(Collectors.toSet());
        rates.show(() -> reports(ids, signal), signal);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      status = Fastvif.FAILED;
    } finally {
      // Also where the agent could not be asked for rates: it may be there again.
      if (!plugged.isEmpty()) {
        AgentInputs toUnplug = new AgentInputs(plugged, inputs.options());
        int unplugged =
            new AgentBatch(socket, Action.UNPLUG, signal)
                .run(toUnplug, json, new ArrayList<>(), out, err);
        status = Math.max(status, unplugged == Fastvif.DONE ? Fastvif.DONE : Fastvif.FAILED);
      }
    }
    return status;
  }

  /**
   * Where a signal ends it, it is not known which VIFs the agent has plugged or will: all count.
   */
  private int plug(
      AgentInputs inputs,
      boolean json,
      List<VifInput> plugged,
      EndSignal signal,
      PrintWriter out,
      PrintWriter err)
      throws IOException {
    try {
      return new AgentBatch(socket, Action.PLUG, signal).run(inputs, json, plugged, out, err);
    } catch (IOException broken) {
      if (!signal.isAsked()) {
        throw broken;
      }
      err.println("fastvif: " + broken.getMessage());
      plugged.clear();
      plugged.addAll(inputs.vifs());
      return Fastvif.FAILED;
    }
  }

  private List<PortReport> reports(Set<String> ids, EndSignal signal) throws IOException {
    try (AgentClient agent = AgentAccess.connect(socket)) {
      AgentAccess.endAt(signal, agent);
      String document = AgentAccess.text(agent, AgentStatusCommand.STATISTICS);
      return new AgentStatistics(JsonView.of(document))
          .ports().stream().filter(port -> ids.contains(port.port().vifId())).toList();
    }
  }
}
