package io.fastvif.benchmarks.soak;

import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.client.AgentResponse;
import io.fastvif.agent.client.JsonView;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * A client of the agent: plugs, changes and unplugs VIFs that it has claimed, one or a batch, and
 * asks again for what it was not answered because the agent went away.
 */
final class AgentWorker implements Runnable {
  private static final int MAX_BATCH = 24;
  private static final long ANSWERED_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(120);
  private static final long PAUSE_NANOS = 5_000_000;

  private final List<AgentVif> vifs;
  private final SplittableRandom random;
  private final AgentLife life;
  private final Gate gate;
  private final BooleanSupplier stopped;
  private final Violations violations;
  private final ConcurrentHistogram micros;
  private long repeated;

  AgentWorker(
      List<AgentVif> vifs,
      SplittableRandom random,
      AgentLife life,
      Gate gate,
      BooleanSupplier stopped,
      Violations violations,
      ConcurrentHistogram micros) {
    this.vifs = vifs;
    this.random = random;
    this.life = life;
    this.gate = gate;
    this.stopped = stopped;
    this.violations = violations;
    this.micros = micros;
  }

  /** How often something was asked for again. Of the thread, or after its end. */
  long repeated() {
    return repeated;
  }

  @Override
  public void run() {
    try (AgentClient agent = life.connect()) {
      while (!stopped.getAsBoolean()) {
        gate.enter();
        try {
          round(agent);
        } finally {
          gate.leave();
        }
      }
    } catch (Exception | AssertionError thrown) {
      violations.unexpected(Thread.currentThread().getName(), thrown);
    }
  }

  private void round(AgentClient agent) throws IOException {
    Map<AgentVif, AgentVif.Shape> wanted = new LinkedHashMap<>();
    int count = random.nextInt(3) == 0 ? 1 + random.nextInt(MAX_BATCH) : 1;
    try {
      for (int tries = 2 * count; tries > 0 && wanted.size() < count; tries--) {
        AgentVif vif = vifs.get(random.nextInt(vifs.size()));
        if (vif.claim()) {
          wanted.put(vif, vif.draw(random));
        }
      }
      long begun = System.nanoTime();
      boolean isRepeated = false;
      Map<AgentVif, AgentVif.Shape> left = new LinkedHashMap<>(wanted);
      while (!left.isEmpty() && violations.isEmpty()) {
        try {
          ask(agent, left);
        } catch (IOException gone) {
          agent.close();
          left.keySet().forEach(vif -> vif.trace().add("not answered", gone.getMessage()));
        }
        if (!left.isEmpty()) {
          repeated++;
          isRepeated = true;
          LockSupport.parkNanos(PAUSE_NANOS);
        }
        if (System.nanoTime() - begun > ANSWERED_WITHIN_NANOS) {
          violations.add(
              Violation.of(Violation.Rule.ANSWERED_ONCE, "" + left, "an answer", "none in 120 s"));
        }
      }
      if (!isRepeated) {
        micros.recordValue(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begun));
      }
    } finally {
      wanted.keySet().forEach(AgentVif::release);
    }
  }

  private void ask(AgentClient agent, Map<AgentVif, AgentVif.Shape> left) throws IOException {
    int before = life.number();
    if (left.size() == 1) {
      one(agent, left, before);
      return;
    }
    List<AgentVif> asked = new ArrayList<>(left.keySet());
    List<String> requests = asked.stream().map(vif -> vif.request(left.get(vif))).toList();
    asked.forEach(vif -> vif.trace().add("asked in a batch", left.get(vif)));
    AgentResponse response =
        agent.send("POST", "/v1/batches?numbered=true", "[" + String.join(",", requests) + "]");
    if (!response.isSuccess()) {
      refused("" + asked, response);
      return;
    }
    BufferedReader lines = response.lines();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      JsonView numbered = JsonView.of(line);
      AgentVif vif = asked.get((int) numbered.at("element").number());
      if (numbered.at("result", "error").text().isEmpty()) {
        done(vif, left, before);
      } else if (!isEnding(line)) {
        violations.add(failure(vif, line));
      }
    }
  }

  private void one(AgentClient agent, Map<AgentVif, AgentVif.Shape> left, int before)
      throws IOException {
    AgentVif vif = left.keySet().iterator().next();
    AgentVif.Shape shape = left.get(vif);
    String target = "/v1/vifs/" + vif.id();
    vif.trace().add("asked", shape);
    AgentResponse response =
        shape == null
            ? agent.send("DELETE", target)
            : agent.send("PUT", target, vif.request(shape));
    if (response.isSuccess()) {
      response.text();
      done(vif, left, before);
    } else {
      refused(vif.toString(), response);
    }
  }

  private void done(AgentVif vif, Map<AgentVif, AgentVif.Shape> left, int before) {
    AgentVif.Shape shape = left.get(vif);
    vif.acknowledge(shape);
    left.remove(vif);
    life.answered(before, shape != null);
  }

  /** An agent that ends says so, and is asked again when the next one is there. */
  private void refused(String what, AgentResponse response) throws IOException {
    String text = response.text();
    if (!isEnding(text)) {
      violations.add(
          Violation.of(Violation.Rule.OUTCOME, what, "success", response.status() + " " + text));
    }
  }

  private static boolean isEnding(String answer) {
    return answer.contains("the agent ends") || answer.contains("is closed");
  }

  private static Violation failure(AgentVif vif, String found) {
    return new Violation(
        Violation.Rule.OUTCOME, vif.toString(), "success", found, vif.trace().lines());
  }
}
