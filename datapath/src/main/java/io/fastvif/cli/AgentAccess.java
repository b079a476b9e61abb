package io.fastvif.cli;

import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.client.AgentResponse;
import io.fastvif.agent.client.JsonView;
import io.fastvif.agent.client.ShownText;
import io.fastvif.agent.http.Problem;
import io.fastvif.agent.http.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** Which agent a command asks, and what it makes of refusals. */
final class AgentAccess {
  /** Names the agent's socket, or with 1 the usual one, for all commands; 0 or false is none. */
  static final String VARIABLE = "FASTVIF_AGENT";

  static final Option AGENT =
      Option.attached(
          "--agent",
          "SOCKET",
          "Let the agent that listens there do it; without =SOCKET the one at "
              + AgentClient.DEFAULT_SOCKET
              + ". The variable "
              + VARIABLE
              + " does the same.");

  static final Option SOCKET =
      Option.value(
          "--socket",
          "SOCKET",
          "Where the agent listens: "
              + AgentClient.DEFAULT_SOCKET
              + ", unless the variable "
              + VARIABLE
              + " says otherwise.");

  private static final String PROBLEM = Problem.CONTENT_TYPE;
  private static final Set<String> TYPES = Set.of(Response.JSON, Response.JSON_LINES);

  /** Of the variable: without an agent. */
  private static final Set<String> OFF = Set.of("", "0", "false");

  /** For what an agent says of itself, which waits for nothing. */
  private static final Duration SHORT_PATIENCE = Duration.ofSeconds(5);

  /** How long an agent may be silent to a command that is told to end. */
  private static final Duration LAST_SILENCE = Duration.ofSeconds(5);

  /** How long such a command goes on where lines come: less than {@link EndSignal} does. */
  private static final Duration LAST_LINES = Duration.ofSeconds(40);

  private AgentAccess() {}

  /**
   * The socket of the agent that is to do what was asked for; null if the command is to do it.
   *
   * @throws WrongInputException if the variable has a value that it does not take
   */
  static String chosen(Arguments arguments) {
    if (arguments.has(AGENT)) {
      String given = arguments.value(AGENT);
      return given.isEmpty() ? AgentClient.DEFAULT_SOCKET : path(AGENT.name(), given);
    }
    return ofEnvironment(ProcessText.environment());
  }

  /** The socket of the agent that a command is about. */
  static String named(Arguments arguments) {
    String given = arguments.value(SOCKET);
    if (given != null) {
      return path(SOCKET.name(), given);
    }
    String ofEnvironment = ofEnvironment(ProcessText.environment());
    return ofEnvironment == null ? AgentClient.DEFAULT_SOCKET : ofEnvironment;
  }

  static String ofEnvironment(Map<String, String> environment) {
    String value = environment.getOrDefault(VARIABLE, "");
    if (OFF.contains(value)) {
      return null;
    }
    return value.equals("1") ? AgentClient.DEFAULT_SOCKET : path(VARIABLE, value);
  }

  private static String path(String where, String given) {
    if (!given.contains("/")) {
      throw WrongInputException.of(
          where + ": \"" + given + "\" is not a socket's path: expected one with a slash");
    }
    return given;
  }

  /** A connection on which an agent is asked only about itself. */
  static AgentClient connectShortly(String socket) {
    return new AgentClient(socket, SHORT_PATIENCE);
  }

  /** Has a signal leave a silent agent no more than seconds for what it was asked. */
  static void endAt(EndSignal signal, AgentClient agent) {
    signal.whenAsked(() -> agent.endWithin(LAST_SILENCE, LAST_LINES));
  }

  /** A connection to that agent. */
  static AgentClient connect(String socket) {
    return new AgentClient(socket, AgentClient.DEFAULT_PATIENCE);
  }

  /**
   * The body of a successful answer.
   *
   * @throws IOException with the agent's reason if it is none
   */
  static String text(AgentClient agent, String target) throws IOException {
    AgentResponse response = agent.send("GET", target);
    require(agent, response);
    return response.text();
  }

  /**
   * Lets successful answers pass.
   *
   * @throws IOException with the agent's reason if it is none
   */
  static void require(AgentClient agent, AgentResponse response) throws IOException {
    if (response.isSuccess()) {
      if (!TYPES.contains(response.contentType())) {
        throw new IOException(notAnAgent(agent, response));
      }
      return;
    }
    if (!response.contentType().equals(PROBLEM)) {
      throw new IOException(notAnAgent(agent, response));
    }
    throw new IOException("the agent at " + agent.socket() + " refuses: " + reason(response));
  }

  private static String notAnAgent(AgentClient agent, AgentResponse response) {
    return "what listens at "
        + agent.socket()
        + " answers, but not as an agent: HTTP status "
        + response.status()
        + (response.contentType().isEmpty()
            ? " without a type"
            : " with " + ShownText.of(response.contentType()));
  }

  /** Why the agent does not do what it was asked, in one line. */
  private static String reason(AgentResponse response) throws IOException {
    JsonView problem = JsonView.of(response.text());
    String detail = problem.at("detail").text();
    return ShownText.of(detail.isEmpty() ? problem.at("title").text() : detail);
  }
}
