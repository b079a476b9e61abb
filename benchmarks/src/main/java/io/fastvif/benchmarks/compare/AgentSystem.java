package io.fastvif.benchmarks.compare;

import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.client.AgentResponse;
import io.fastvif.benchmarks.process.AgentProcess;
import io.fastvif.netns.Netns;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The agent as a process, and this JVM its client: many VIFs are a batch, single ones a {@code PUT}
 * each on a connection that stays open. What is sent is text before it is measured, as it is in a
 * client that is no Java program; answers are read to their end.
 */
final class AgentSystem implements MeasuredSystem {
  /** The agent's plugin makes what the other systems make. */
  static final List<String> VETH = List.of("-o", "linux_bridge.create_port=veth");

  /** A body may have 16 MiB. */
  private static final int MAX_BATCH = 2000;

  private final Resources resources;
  private final List<String> options;

  AgentSystem(Resources resources, List<String> options) {
    this.resources = resources;
    this.options = options;
  }

  @Override
  public String name() {
    return "agent";
  }

  @Override
  public Optional<String> missing() {
    return Optional.empty();
  }

  @Override
  public String version() {
    return new FastvifSystem("none").version();
  }

  @Override
  public AgentSession open(Netns namespace, List<BenchVif> vifs, Limits limits) throws IOException {
    Path folder = Files.createTempDirectory(resources.folder(), "agent");
    return new AgentSession(AgentProcess.start(namespace, folder, options), vifs);
  }

  /** An agent that answers. */
  static final class AgentSession implements Session {
    private final AgentProcess agent;
    private final List<BenchVif> vifs;
    private final AgentClient client;

    /** Waits until the agent answers, and ends it when closed. */
    AgentSession(AgentProcess agent, List<BenchVif> vifs) throws IOException {
      this.agent = agent;
      this.vifs = vifs;
      client = agent.connect();
      agent.awaitAnswer();
    }

    AgentProcess agent() {
      return agent;
    }

    @Override
    public long plug(int from, int to) throws IOException {
      return batch("plug", from, to);
    }

    @Override
    public long unplug(int from, int to) throws IOException {
      return batch("unplug", from, to);
    }

    private long batch(String action, int from, int to) throws IOException {
      List<String> bodies = new ArrayList<>();
      for (int i = from; i < to; i += MAX_BATCH) {
        bodies.add(BenchVif.json(vifs.subList(i, Math.min(to, i + MAX_BATCH))));
      }
      long start = System.nanoTime();
      int done = 0;
      for (String body : bodies) {
        AgentResponse response = client.send("POST", "/v1/batches?action=" + action, body);
        BufferedReader lines = response.lines();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (!line.contains("\"error\":null")) {
            throw new IOException("the agent: " + line);
          }
          done++;
        }
      }
      long nanos = System.nanoTime() - start;
      if (done != to - from) {
        throw new IOException(done + " results for " + (to - from) + " VIFs");
      }
      return nanos;
    }

    @Override
    public long[] latencies(int from, int to, long intervalNanos) throws IOException {
      List<BenchVif> all = vifs.subList(from, to);
      List<String> targets = all.stream().map(AgentSession::target).toList();
      List<String> bodies = all.stream().map(vif -> BenchVif.json(vif)).toList();
      long[] nanos = new long[to - from];
      long start = System.nanoTime();
      for (int i = 0; i < nanos.length; i++) {
        Pace.await(start + i * intervalNanos);
        long begun = System.nanoTime();
        AgentResponse response = client.send("PUT", targets.get(i), bodies.get(i));
        String answer = response.text();
        nanos[i] = System.nanoTime() - begun;
        if (!response.isSuccess()) {
          throw new IOException("the agent: " + answer);
        }
      }
      return nanos;
    }

    /** Where a VIF is plugged. */
    static String target(BenchVif vif) {
      return "/v1/vifs/" + vif.vif().id().get();
    }

    /** The text of a document. */
    String text(String target) throws IOException {
      AgentResponse response = client.send("GET", target);
      String text = response.text();
      if (!response.isSuccess()) {
        throw new IOException("the agent: " + text);
      }
      return text;
    }

    @Override
    public void close() {
      try {
        client.close();
      } catch (IOException closedAlready) {
        // and so it should be
      } finally {
        agent.close();
      }
    }
  }
}
