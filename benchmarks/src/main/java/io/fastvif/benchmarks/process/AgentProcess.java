package io.fastvif.benchmarks.process;

import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.client.AgentResponse;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code fastvif agent} as a process, with its socket, its state and its log in one folder. Ended
 * when closed; what it has plugged stays.
 */
public final class AgentProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final long POLL_NANOS = 1_000_000;
  private static final int OK = 200;

  private final Path folder;
  private final Process process;
  private final long startedNanos;

  private AgentProcess(Path folder, Process process, long startedNanos) {
    this.folder = folder;
    this.process = process;
    this.startedNanos = startedNanos;
  }

  /**
   * Starts it; does not wait until it answers.
   *
   * @param namespace the network namespace that it works in
   * @param folder for its files; one after the other may have the same
   * @param options beside those for socket and state
   */
  public static AgentProcess start(Netns namespace, Path folder, List<String> options) {
    List<String> arguments = new ArrayList<>(List.of("agent", "--socket", socket(folder)));
    arguments.addAll(List.of("--state", folder.resolve("state").toString()));
    arguments.addAll(options);
    ProcessBuilder builder =
        FastvifCommand.of(arguments)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log(folder).toFile()))
            .redirectErrorStream(true);
    long start = System.nanoTime();
    return new AgentProcess(folder, Child.start(namespace, builder), start);
  }

  private static Path log(Path folder) {
    return folder.resolve("agent.log");
  }

  /** Where the agent of that folder listens. */
  public static String socket(Path folder) {
    return folder.resolve("agent.sock").toString();
  }

  /** Where it listens. */
  public String socket() {
    return socket(folder);
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** A connection to it, for one thread. */
  public AgentClient connect() {
    return new AgentClient(socket(), PATIENCE);
  }

  /**
   * Waits until it answers.
   *
   * @return nanoseconds since its process was started
   * @throws IOException if it ends, or does not answer within two minutes
   */
  public long awaitAnswer() throws IOException {
    return await("/healthz");
  }

  /**
   * Waits until all that was declared is on the host.
   *
   * @return nanoseconds since its process was started
   * @throws IOException if it ends, or is not ready within two minutes
   */
  public long awaitReady() throws IOException {
    return await("/readyz");
  }

  private long await(String target) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (statusOf(target) != OK) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new IOException("the agent does not come to " + target + ": " + lastWords());
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    return System.nanoTime() - startedNanos;
  }

  /** The answer's status; 0 while there is none. */
  private int statusOf(String target) {
    try (AgentClient client = connect()) {
      AgentResponse response = client.send("GET", target);
      response.text();
      return response.status();
    } catch (IOException notYet) {
      return 0;
    }
  }

  private String lastWords() throws IOException {
    return Files.exists(log(folder))
        ? Files.readString(log(folder)).strip().lines().reduce("", (before, line) -> line)
        : "it has said nothing";
  }

  /** What it holds and has used by now. */
  public ProcessCost cost() throws IOException {
    return ProcessCost.of(pid());
  }

  /**
   * Has it end in order, by SIGTERM.
   *
   * @throws IOException if it does not, or not well
   */
  public void end() throws IOException {
    process.destroy();
    Child.await(process, PATIENCE);
    if (process.exitValue() != 0) {
      throw new IOException("the agent ended with " + process.exitValue() + ": " + lastWords());
    }
  }

  /** Kills it, by SIGKILL. */
  public void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    kill();
  }
}
