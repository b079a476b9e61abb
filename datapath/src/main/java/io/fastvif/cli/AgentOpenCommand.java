package io.fastvif.cli;

import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.client.LoopbackProxy;
import java.io.IOException;
import java.io.PrintWriter;

/** {@code agent open}: the agent's page for a browser of this machine. */
final class AgentOpenCommand extends Command {
  AgentOpenCommand() {
    super(
        "agent open",
        "Open a port of 127.0.0.1 on which a browser sees the agent's page as this user would, and"
            + " print its URL, which has a secret in it. Ended by SIGINT or SIGTERM.",
        null,
        AgentAccess.SOCKET);
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err)
      throws IOException, InterruptedException {
    String socket = AgentAccess.named(arguments);
    try (AgentClient agent = AgentAccess.connectShortly(socket)) {
      AgentAccess.text(agent, AgentStatusCommand.STATISTICS); // says here what is wrong, if it is
    }
    try (EndSignal signal = new EndSignal(out, err);
        LoopbackProxy proxy = LoopbackProxy.open(socket)) {
      out.println(proxy.url());
      out.flush();
      signal.await();
      signal.ended(Fastvif.DONE);
      return Fastvif.DONE;
    }
  }
}
