package io.fastvif.benchmarks.soak;

import io.fastvif.agent.client.AgentClient;
import io.fastvif.benchmarks.process.AgentProcess;
import io.fastvif.benchmarks.process.ProcessCost;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The agent and those that come after it. The main thread ends and starts it; clients only know the
 * socket, and count what they were answered for the agent that they were answered by.
 */
final class AgentLife implements AutoCloseable {
  /** Longer than an agent may be silent while it is well. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private final AgentHost host;

  /** Of no agent. */
  static final int NONE = -1;

  private final Path folder;
  private AgentProcess agent;
  private int number;
  private int ready;
  private long plugs;
  private long unplugs;

  /** Answers of which it is not known which agent gave them. */
  private long unclear;

  private long ended;
  private long killed;

  /**
   * What clients were told by the agent that is alive.
   *
   * @param unclear how many more it may have been that the agent counts
   */
  record Answered(long plugs, long unplugs, long unclear) {}

  AgentLife(AgentHost host, Path folder) throws IOException {
    this.host = host;
    this.folder = folder;
    agent = start();
    agent.awaitReady();
  }

  private AgentProcess start() {
    List<String> options =
        host.ovs() == null
            ? List.of()
            : List.of("-o", "ovs.ovsdb_connection=" + host.ovs().address());
    return AgentProcess.start(host.namespace(), folder, options);
  }

  /** A connection to whichever agent is alive, for one thread. */
  AgentClient connect() {
    return new AgentClient(AgentProcess.socket(folder), PATIENCE);
  }

  /** Ends the agent, in order or not, and starts the next one, which clients wait for. */
  void restart(boolean isKilled) throws IOException {
    synchronized (this) {
      ready = NONE;
    }
    if (isKilled) {
      agent.kill();
      killed++;
    } else {
      agent.awaitAnswer(); // a Java program that has not begun yet ends as Java has it
      agent.end();
      ended++;
    }
    agent.close();
    synchronized (this) {
      number++;
      plugs = 0;
      unplugs = 0;
      unclear = 0;
    }
    agent = start();
  }

  void awaitReady() throws IOException {
    agent.awaitReady();
    synchronized (this) {
      ready = number;
    }
  }

  /** Which agent is known to have brought all back; {@link #NONE} while the next one is coming. */
  synchronized int ready() {
    return ready;
  }

  /** Ends it for good, in order. */
  void end() throws IOException {
    agent.end();
  }

  ProcessCost cost() throws IOException {
    return agent.cost();
  }

  long ended() {
    return ended;
  }

  long killed() {
    return killed;
  }

  /** Which agent is alive, or coming. */
  synchronized int number() {
    return number;
  }

  /**
   * Counts an answer.
   *
   * @param before {@link #number()} before the request was sent
   */
  synchronized void answered(int before, boolean isPlug) {
    if (before != number) {
      unclear++;
    } else if (isPlug) {
      plugs++;
    } else {
      unplugs++;
    }
  }

  synchronized Answered answered() {
    return new Answered(plugs, unplugs, unclear);
  }

  @Override
  public void close() {
    agent.close();
  }
}
