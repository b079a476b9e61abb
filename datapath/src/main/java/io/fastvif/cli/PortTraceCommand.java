package io.fastvif.cli;

import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.client.AgentResponse;
import io.fastvif.agent.client.JsonView;
import io.fastvif.agent.client.ShownText;
import io.fastvif.agent.http.Response;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** {@code vhost-user trace PORT}. */
final class PortTraceCommand extends Command {
  /** Nothing may be said for long: a frontend speaks when it comes and when it goes. */
  private static final Duration PATIENCE = Duration.ofDays(365);

  private static final Option FOLLOW =
      Option.flag("--follow", "Go on with those that come, until SIGINT.");
  private static final Option JSON = Option.flag("--json", "Print a line of JSON for each.");

  PortTraceCommand() {
    super(
        "vhost-user trace",
        "Show the last 128 vhost-user messages of a port that the agent or vhost-user serve has"
            + " open, each decoded, with its answer and how long that took.",
        "The port: its VIF's id, or its name.",
        PortAccess.SOCKET,
        FOLLOW,
        JSON);
  }

  @Override
  String fileLabel() {
    return "PORT";
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) throws IOException {
    String port = PortAccess.port(arguments.files(), 1);
    boolean follows = arguments.has(FOLLOW);
    String target = PortAccess.target(port) + "/messages?follow=" + follows;
    try (AgentClient agent = new AgentClient(AgentAccess.named(arguments), PATIENCE);
        EndSignal signal = new EndSignal(out, err)) {
      AgentResponse response = agent.send("GET", target);
      PortAccess.require(agent, response, Response.JSON_LINES);
      signal.whenAsked(() -> agent.endWithin(Duration.ZERO, Duration.ZERO));
      try (BufferedReader lines = response.lines()) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          out.println(arguments.has(JSON) ? line : text(JsonView.of(line)));
          if (out.checkError()) { // which writes what waits
            break;
          }
        }
      } catch (IOException ended) {
        if (!signal.isAsked()) {
          throw ended;
        }
      }
      signal.ended(Fastvif.DONE);
      return Fastvif.DONE;
    }
  }

  private static String text(JsonView message) {
    return ShownText.of(
        String.format(
            Locale.ROOT,
            "%s %s = %s <%.0f us>",
            message.at("time").text(),
            message.at("request").text(),
            message.at("answer").text(),
            message.at("micros").fraction()));
  }
}
