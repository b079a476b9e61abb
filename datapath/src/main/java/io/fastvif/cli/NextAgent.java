package io.fastvif.cli;

import io.fastvif.agent.systemd.ListeningSockets;
import io.fastvif.trace.Log;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Starts the agent of the next version, by this one's own command line: the files that it names are
 * those of the version that is installed now. It is a child, so that it is in the service's control
 * group, and has the socket of this one, if the service manager listened on it, as its standard
 * input. As long as it has not taken the ports over, this one goes on.
 */
final class NextAgent {
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
  private static final String HAND_OVER = "--hand-over";
  private static final String TAKE_OVER = "--take-over";

  /** Of the service manager, for this process alone. */
  private static final List<String> OWN =
      List.of("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "WATCHDOG_PID");

  private Process process;

  /** Starts it, if none is on its way. */
  synchronized void start() {
    if (process != null && process.isAlive()) {
      Log.warning(NextAgent.class, "the next agent is on its way already: " + process.pid());
      return;
    }
    try {
      ProcessBuilder builder = new ProcessBuilder(command()).inheritIO();
      builder.environment().keySet().removeAll(OWN);
      ListeningSockets.passOn(() -> process = builder.start());
      Process started = process;
      Log.info(NextAgent.class, "the next agent is process " + started.pid());
      CompletableFuture<Void> unused = started.onExit().thenAccept(NextAgent::ended);
    } catch (IOException failed) {
      Log.warning(
          NextAgent.class,
          "the next agent does not start, and this one goes on: " + failed.getMessage());
    }
  }

  private static void ended(Process process) {
    Log.warning(
        NextAgent.class,
        "the next agent has ended with status "
            + process.exitValue()
            + " before it had the ports; this one goes on");
  }

  private static List<String> command() throws IOException {
    String line = Files.readString(COMMAND_LINE, StandardCharsets.UTF_8);
    List<String> command = new ArrayList<>();
    String[] words = line.split("\0", -1);
    for (int i = 0; i < words.length - 1; i++) { // one ends each of them
      String word = words[i];
      boolean isOption = word.equals(HAND_OVER) || word.startsWith(HAND_OVER + "=");
      command.add(isOption ? TAKE_OVER + word.substring(HAND_OVER.length()) : word);
    }
    return command;
  }
}
