package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** {@code agent} as a process, with its socket, its state and its log in one folder. */
public final class AgentProcess implements AutoCloseable {
  private static final int TIMEOUT_SECONDS = 240;

  private final Path folder;
  private final Process process;

  private AgentProcess(Path folder, Process process) {
    this.folder = folder;
    this.process = process;
  }

  /** Where the agent of that folder listens. */
  public static Path socket(Path folder) {
    return folder.resolve("agent.sock");
  }

  /**
   * Starts it in the network namespace of the calling thread; does not wait until it answers.
   *
   * @param environment variables that are added
   * @param options added to those for socket and state
   */
  static AgentProcess start(Path folder, Map<String, String> environment, String... options)
      throws IOException {
    return start(List.of(), folder, environment, options);
  }

  /**
   * The same by a command that becomes what follows it, such as {@code setpriv}.
   *
   * @param prefix that command
   */
  public static AgentProcess start(
      List<String> prefix, Path folder, Map<String, String> environment, String... options)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(ChildRun.command(ChildRun.classPath(), "agent"));
    command.addAll(
        List.of(
            "--socket", socket(folder).toString(), "--state", folder.resolve("state").toString()));
    command.addAll(List.of(options));
    return start(folder, environment, command);
  }

  /** Starts a command that becomes an agent. */
  static AgentProcess start(Path folder, Map<String, String> environment, List<String> command)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(new ArrayList<>(command))
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
    builder.environment().remove(AgentAccess.VARIABLE);
    builder.environment().putAll(environment);
    return new AgentProcess(folder, builder.start());
  }

  long pid() {
    return process.pid();
  }

  /** The processes that it has started; the agent itself where it was started by another. */
  public Stream<ProcessHandle> children() {
    return process.children();
  }

  public String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits until it says that; fails if it ends before. */
  public void await(String line) throws Exception {
    Await.until(line, () -> log().contains(line) || !process.isAlive());
    assertTrue(log().contains(line), this::logText);
  }

  /** What it has said, or why that cannot be read. */
  public String logText() {
    try {
      return log();
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }

  /** Waits until it answers. */
  public void awaitAnswering() throws Exception {
    await("the agent answers at ");
  }

  /** Sends a signal, such as HUP. */
  public void signal(String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /** Waits for its end; returns its exit status. */
  public int end() throws Exception {
    assertTrue(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS), this::logText);
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
