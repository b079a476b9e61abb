package io.fastvif.cli;

import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.client.AgentResponse;
import io.fastvif.agent.client.JsonView;
import io.fastvif.agent.client.ShownText;
import io.fastvif.agent.text.ResultLine;
import io.fastvif.plan.Action;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Has an agent plug or unplug VIFs, and prints what became of each, in their order: what the
 * command prints that does it itself.
 */
final class AgentBatch {
  private final String socket;
  private final Action action;
  private final EndSignal signal;

  /**
   * @param signal after which a silent agent is waited for no more than seconds
   */
  AgentBatch(String socket, Action action, EndSignal signal) {
    this.socket = socket;
    this.action = action;
    this.signal = Objects.requireNonNull(signal);
  }

  /** What becomes of a VIF: a line for standard output, and one for standard error if it failed. */
  private record Result(String line, String error, boolean isWrong) {}

  /**
   * Runs it.
   *
   * @param printsLines whether lines of JSON go to standard output
   * @param done gets the VIFs that were plugged or unplugged
   * @return the exit status
   * @throws IOException if there is no agent, it refuses, or ends meanwhile
   */
  int run(
      AgentInputs inputs,
      boolean printsLines,
      List<VifInput> done,
      PrintWriter out,
      PrintWriter err)
      throws IOException {
    List<VifInput> vifs = inputs.vifs();
    IdentityHashMap<VifInput, WrongInputException> conflicts = Planner.conflicts(vifs);
    List<VifInput> sound = vifs.stream().filter(vif -> !conflicts.containsKey(vif)).toList();
    IdentityHashMap<VifInput, Result> results = new IdentityHashMap<>();
    conflicts.forEach(
        (vif, problem) ->
            results.put(
                vif,
                new Result(
                    ResultLine.ofWrong(vif.request().vif(), problem.getMessage()),
                    problem.getMessage(),
                    true)));
    Printer printer = new Printer(vifs, results, printsLines, done, out, err);
    try (AgentClient agent = AgentAccess.connect(socket)) {
      AgentAccess.endAt(signal, agent);
      for (AgentInputs.Part part : AgentInputs.parts(sound, inputs.options())) {
        ask(agent, part, sound, results, printer);
      }
      printer.print();
    } catch (IOException broken) {
      printer.print();
      throw broken;
    }
    return printer.status();
  }

  private void ask(
      AgentClient agent,
      AgentInputs.Part part,
      List<VifInput> sound,
      IdentityHashMap<VifInput, Result> results,
      Printer printer)
      throws IOException {
    String word = action.name().toLowerCase(Locale.ROOT);
    AgentResponse response =
        agent.send("POST", "/v1/batches?action=" + word + "&numbered=true", part.json());
    AgentAccess.require(agent, response);
    BufferedReader lines = response.lines();
    int answered = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      NumberedLine numbered = NumberedLine.of(line);
      results.put(sound.get(part.first() + numbered.element(part.count())), result(numbered));
      if (++answered > part.count()) {
        throw new IOException("the agent at " + socket + " answers more than it was asked");
      }
      printer.print();
    }
    if (answered < part.count()) {
      throw new IOException(
          "the agent at "
              + socket
              + " has ended its answer early: it is not known what became of "
              + (part.count() - answered)
              + " VIFs");
    }
  }

  private static Result result(NumberedLine line) throws IOException {
    JsonView result = JsonView.of(line.result());
    return new Result(line.result(), ShownText.of(result.at("error").text()), line.isWrong());
  }

  /** Prints results as soon as those before them are printed. */
  private static final class Printer {
    private final List<VifInput> vifs;
    private final IdentityHashMap<VifInput, Result> results;
    private final boolean printsLines;
    private final List<VifInput> done;
    private final PrintWriter out;
    private final PrintWriter err;
    private int printed;
    private boolean hasFailed;
    private boolean isAnySound;

    Printer(
        List<VifInput> vifs,
        IdentityHashMap<VifInput, Result> results,
        boolean printsLines,
        List<VifInput> done,
        PrintWriter out,
        PrintWriter err) {
      this.vifs = vifs;
      this.results = results;
      this.printsLines = printsLines;
      this.done = done;
      this.out = out;
      this.err = err;
    }

    void print() {
      while (printed < vifs.size() && results.containsKey(vifs.get(printed))) {
        VifInput vif = vifs.get(printed++);
        Result result = results.get(vif);
        if (printsLines) {
          out.println(result.line);
        }
        if (result.error.isEmpty()) {
          done.add(vif);
        } else {
          err.println("fastvif: " + result.error);
          hasFailed = true;
        }
        isAnySound |= !result.isWrong;
      }
    }

    int status() {
      if (!isAnySound && hasFailed) {
        return Fastvif.WRONG_INPUT;
      }
      return hasFailed ? Fastvif.FAILED : Fastvif.DONE;
    }
  }
}
