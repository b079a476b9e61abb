package io.fastvif.cli;

import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.client.AgentResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;

/**
 * A client that plugs, changes and unplugs VIFs of its own at random, and repeats what it was not
 * answered when the agent is there again.
 */
final class ChurnClient implements Runnable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String socket;
  private final List<ChurnVif> vifs;
  private final SplittableRandom random;
  private final ChurnGate gate;
  private final LongAdder answers;

  ChurnClient(
      String socket,
      List<ChurnVif> vifs,
      SplittableRandom random,
      ChurnGate gate,
      LongAdder answers) {
    this.socket = socket;
    this.vifs = vifs;
    this.random = random;
    this.gate = gate;
    this.answers = answers;
  }

  @Override
  public void run() {
    try (AgentClient agent = new AgentClient(socket, PATIENCE)) {
      while (gate.pass(false)) {
        ChurnVif vif = vifs.get(random.nextInt(vifs.size()));
        vif.begin(vif.draw(random));
        while (vif.isPending()) {
          ask(agent, vif);
        }
      }
    } catch (Exception | AssertionError wrong) {
      gate.failed(wrong);
    }
  }

  private void ask(AgentClient agent, ChurnVif vif) throws IOException, InterruptedException {
    String target = "/v1/vifs/" + vif.id();
    try {
      AgentResponse response =
          vif.asked() == null
              ? agent.send("DELETE", target)
              : agent.send("PUT", target, vif.body(vif.asked()));
      String answer = response.text();
      if (!response.isSuccess()) {
        throw new AssertionError(vif + ": " + response.status() + " " + answer);
      }
      vif.end();
      answers.increment();
    } catch (IOException killed) {
      agent.close();
      gate.pass(true);
    }
  }
}
