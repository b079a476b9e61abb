package io.fastvif.cli;

import io.fastvif.agent.api.PortRoutes;
import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.client.AgentResponse;
import io.fastvif.agent.http.HttpOptions;
import io.fastvif.agent.http.HttpServer;
import io.fastvif.fastpath.ForwardingPorts;
import io.fastvif.files.HostPath;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** How commands look at the ports of an agent, or of {@code vhost-user serve --control}. */
final class PortAccess {
  static final Option CONTROL =
      Option.value(
          "--control",
          "SOCKET",
          "Answer vhost-user capture, stats and trace on this socket, to root and this user.");

  static final Option SOCKET =
      Option.value(
          "--socket",
          "SOCKET",
          "Where the agent listens, or vhost-user serve with its --control: "
              + AgentClient.DEFAULT_SOCKET
              + ", unless the variable "
              + AgentAccess.VARIABLE
              + " says otherwise.");

  private PortAccess() {}

  /** Answers on the socket of {@link #CONTROL}; null if it is not given. */
  static HttpServer serve(Arguments arguments, ForwardingPorts ports) {
    String path = arguments.value(CONTROL);
    if (path == null) {
      return null;
    }
    try {
      return HttpServer.listen(
          HttpOptions.byDefault(),
          HostPath.of(path),
          PosixFilePermissions.fromString("rw-------"),
          null,
          PortRoutes.of(ports));
    } catch (IOException refused) {
      throw WrongInputException.of(CONTROL.name() + ": " + path + ": " + refused.getMessage());
    }
  }

  /** The one port that a command is about. */
  static String port(List<String> words, int most) {
    if (words.isEmpty() || words.size() > most) {
      throw WrongInputException.of(
          "one port is looked at at a time, not "
              + words.size()
              + ": expected a VIF's id or the"
              + " port's name");
    }
    return words.getFirst();
  }

  /** A part of a path or query. */
  static String escaped(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Where a port is found. */
  static String target(String port) {
    return "/v1/ports/" + escaped(port);
  }

  /**
   * Lets an answer of that type pass.
   *
   * @throws IOException with the reason if it is another
   */
  static void require(AgentClient agent, AgentResponse response, String type) throws IOException {
    if (!response.isSuccess() || !response.contentType().equals(type)) {
      AgentAccess.require(agent, response);
      throw new IOException("what listens at " + agent.socket() + " answers, but not with " + type);
    }
  }
}
