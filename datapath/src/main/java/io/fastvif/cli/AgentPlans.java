package io.fastvif.cli;

import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.client.AgentResponse;
import io.fastvif.agent.client.JsonView;
import io.fastvif.agent.client.ShownText;
import io.fastvif.agent.text.PlanText;
import io.fastvif.plan.Action;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;

/** Has an agent plan, and prints what the command prints that plans itself. */
final class AgentPlans {
  private final String socket;
  private final Action action;

  AgentPlans(String socket, Action action) {
    this.socket = socket;
    this.action = action;
  }

  /** Returns the exit status. */
  int run(AgentInputs inputs, boolean json, PrintWriter out, PrintWriter err) throws IOException {
    IdentityHashMap<VifInput, WrongInputException> conflicts = Planner.conflicts(inputs.vifs());
    List<VifInput> sound =
        inputs.vifs().stream().filter(vif -> !conflicts.containsKey(vif)).toList();
    IdentityHashMap<VifInput, NumberedLine> plans = new IdentityHashMap<>();
    try (AgentClient agent = AgentAccess.connect(socket)) {
      if (!sound.isEmpty()) { // whole, or what is planned for one would not know of another
        ask(agent, AgentInputs.whole(sound, inputs.options()), sound, plans);
      }
    }
    int status = Fastvif.DONE;
    for (VifInput vif : inputs.vifs()) {
      String problem =
          conflicts.containsKey(vif)
              ? conflicts.get(vif).getMessage()
              : print(plans.get(vif), json, out);
      if (!problem.isEmpty()) {
        err.println("fastvif: " + problem);
        status = Fastvif.WRONG_INPUT;
      }
    }
    return status;
  }

  private void ask(
      AgentClient agent,
      AgentInputs.Part part,
      List<VifInput> sound,
      IdentityHashMap<VifInput, NumberedLine> plans)
      throws IOException {
    String word = action.name().toLowerCase(Locale.ROOT);
    AgentResponse response =
        agent.send("POST", "/v1/plans?action=" + word + "&numbered=true", part.json());
    AgentAccess.require(agent, response);
    BufferedReader lines = response.lines();
    int answered = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      NumberedLine plan = NumberedLine.of(line);
      plans.put(sound.get(plan.element(part.count())), plan);
      if (++answered > part.count()) {
        throw new IOException("the agent at " + socket + " answers more than it was asked");
      }
    }
    if (answered < part.count()) {
      throw new IOException("the agent at " + socket + " has ended its answer early");
    }
  }

  /** Prints a plan; returns what is wrong with the VIF, empty if nothing is. */
  private static String print(NumberedLine plan, boolean json, PrintWriter out) throws IOException {
    JsonView view = JsonView.of(plan.result());
    if (plan.isWrong()) {
      return ShownText.of(view.at("error").text());
    }
    if (json) {
      out.println(plan.result());
    } else {
      List<PlanText.ShownStep> steps =
          view.at("steps").elements().stream().map(AgentPlans::step).toList();
      out.print(
          PlanText.text(
              ShownText.of(view.at("id").text()),
              ShownText.of(view.at("name").text()),
              steps,
              view.at("notes").texts().stream().map(ShownText::of).toList()));
    }
    return "";
  }

  private static PlanText.ShownStep step(JsonView step) {
    return new PlanText.ShownStep(
        ShownText.of(step.at("step").text()),
        step.at("undo").isThere() ? ShownText.of(step.at("undo").text()) : null,
        step.at("shared").isTrue(),
        step.at("only_if_created").isTrue());
  }
}
