package io.fastvif.cli;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.agent.http.HttpServer;
import io.fastvif.agent.text.ResultLine;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.fastpath.ForwardingPorts;
import io.fastvif.forward.Idle;
import io.fastvif.plan.Action;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * {@code vhost-user serve}: plugs, forwards until it is told to end, and unplugs. An agent in
 * small.
 */
final class ServeCommand extends Command {
  private static final int MAX_THREADS = 256;
  private static final int MAX_SECONDS = 3600;

  private static final Option THREADS =
      Option.value("--threads", "N", "How many threads move frames; 1 by default.");
  private static final Option IDLE =
      Option.value(
          "--idle",
          "WAY",
          "What they do without frames: adaptive (the default; sleeps, naps or polls by the load),"
              + " busy_spin (a whole processor, the least latency) or kicks.");
  private static final Option INTERVAL =
      Option.value(
          "--interval", "SECONDS", "How often rates are shown; 1 by default, 0 for never.");
  private static final Option JSON =
      Option.flag("--json", "Print lines of JSON: one for each result, one for each interval.");

  ServeCommand() {
    super(
        "vhost-user serve",
        "Plug VIFs, forward the frames of their vhost-user ports, and unplug them on SIGTERM or"
            + " SIGINT. Started again after a SIGKILL, it takes its ports up again; started with"
            + " --take-over, it goes on with those of a running one, whose guests notice nothing.",
        "VIFs in os-vif's JSON, as for plug; - is standard input.",
        NETNS,
        PluginConfiguration.OPTION,
        PluginConfiguration.CONFIG,
        PluginConfiguration.CONFIG_DIR,
        THREADS,
        IDLE,
        INTERVAL,
        PortAccess.CONTROL,
        ServeHandOver.HAND_OVER,
        ServeHandOver.TAKE_OVER,
        AgentAccess.AGENT,
        JSON);
  }

  @Override
  @SuppressWarnings("try") // the control socket is there until the end
  int run(Arguments arguments, PrintWriter out, PrintWriter err) throws IOException {
    List<VifInput> inputs = VifInput.read(arguments.files());
    int interval = arguments.number(INTERVAL, 1, 0, MAX_SECONDS);
    boolean json = arguments.has(JSON);
    String agent = AgentAccess.chosen(arguments);
    if (agent != null) {
      List<Option> own =
          List.of(
              THREADS, IDLE, PortAccess.CONTROL, ServeHandOver.HAND_OVER, ServeHandOver.TAKE_OVER);
      if (own.stream().anyMatch(arguments::has)) {
        throw WrongInputException.of(
            own.stream().map(Option::name).collect(Collectors.joining(", "))
                + " are the agent's to say: expected none");
      }
      AgentInputs asked = AgentInputs.of(arguments, inputs, err);
      return new AgentServing(agent, new RateDisplay(interval, json, out, err))
          .run(asked, json, out, err);
    }
    HostConfiguration configuration = PluginConfiguration.of(arguments, err);
    Planner planner = new Planner(configuration);
    planner.requireOptions(inputs);
    int threads = arguments.number(THREADS, 1, 1, MAX_THREADS);
    Idle idle = idle(arguments);
    try (EndSignal signal = new EndSignal(out, err)) {
      int status;
      try (ForwardingPorts ports = ForwardingPorts.start(threads, idle);
          ServeHandOver handOver = ServeHandOver.begin(arguments, ports, signal, err);
          HttpServer control = PortAccess.serve(arguments, ports)) {
        status =
            Engines.with(
                arguments,
                configuration,
                options ->
                    serve(
                        options,
                        ports,
                        planner,
                        inputs,
                        signal,
                        handOver,
                        new RateDisplay(interval, json, out, err),
                        json,
                        out,
                        err));
      }
      signal.ended(status);
      return status;
    }
  }

  private static int serve(
      VifHostOptions options,
      ForwardingPorts ports,
      Planner planner,
      List<VifInput> inputs,
      EndSignal signal,
      ServeHandOver handOver,
      RateDisplay rates,
      boolean json,
      PrintWriter out,
      PrintWriter err) {
    try (VifHost host = Engines.open(options.withForwarder(ports))) {
      List<VifInput> plugged = new ArrayList<>();
      int status = execute(Action.PLUG, planner, host, inputs, plugged, json, out, err);
      if (!plugged.isEmpty()) {
        show(ports, signal, rates, err);
        if (handOver.isGiven()) {
          return status; // the VIFs are another process's to unplug
        }
        int unplugged =
            execute(Action.UNPLUG, planner, host, plugged, new ArrayList<>(), json, out, err);
        status = Math.max(status, unplugged == Fastvif.DONE ? Fastvif.DONE : Fastvif.FAILED);
      }
      return status;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return Fastvif.FAILED;
    }
  }

  private static Idle idle(Arguments arguments) {
    String given = arguments.value(IDLE);
    if (given == null) {
      return Idle.ADAPTIVE;
    }
    for (Idle idle : Idle.values()) {
      if (idle.name().toLowerCase(Locale.ROOT).equals(given)) {
        return idle;
      }
    }
    throw InvalidInputException.ofValue(
        IDLE.name(),
        given,
        "cannot be taken",
        "one of "
            + Arrays.stream(Idle.values())
                .map(idle -> idle.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", ")));
  }

  /** Plugs or unplugs all; adds those that were done to a list, and returns the exit status. */
  private static int execute(
      Action action,
      Planner planner,
      VifHost host,
      List<VifInput> inputs,
      List<VifInput> done,
      boolean json,
      PrintWriter out,
      PrintWriter err) {
    boolean isWrong = false;
    boolean isAnySound = false;
    boolean hasFailed = false;
    for (PlugCommand.Submitted vif : PlugCommand.submit(host, action, inputs)) {
      PlugResult result = vif.result() == null ? null : vif.result().join();
      WrongInputException problem = PlugCommand.problem(vif, result, planner);
      if (problem != null) {
        err.println("fastvif: " + problem.getMessage());
        isWrong = true;
        if (json) {
          out.println(ResultLine.ofWrong(vif.input().request().vif(), problem.getMessage()));
        }
        continue;
      }
      isAnySound = true;
      if (json) {
        out.println(ResultLine.of(vif.input().request().vif(), result));
      }
      if (result.outcome() == Outcome.FAILED) {
        err.println("fastvif: " + ResultLine.error(result.failure()));
        hasFailed = true;
      } else {
        done.add(vif.input());
      }
    }
    int status =
        isWrong && !isAnySound
            ? Fastvif.WRONG_INPUT
            : isWrong || hasFailed ? Fastvif.FAILED : Fastvif.DONE;
    out.flush();
    err.flush();
    return status;
  }

  private static void show(
      ForwardingPorts ports, EndSignal signal, RateDisplay rates, PrintWriter err)
      throws InterruptedException {
    ports.onFailure(
        failure -> {
          err.println("fastvif: an error of fastvif's own in forwarding; please report it");
          failure.printStackTrace(err);
          err.flush();
        });
    try {
      rates.show(ports::reports, signal);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // these ports are asked in this process
    }
  }
}
