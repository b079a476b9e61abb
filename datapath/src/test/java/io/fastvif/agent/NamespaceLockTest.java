package io.fastvif.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.HeldException;
import io.fastvif.config.HostConfiguration;
import io.fastvif.netns.Netns;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.LogLines;
import io.fastvif.testing.Peer;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** One agent for a network namespace, however many state folders there are. */
class NamespaceLockTest {
  private static final String HOLD =
      "import os, socket, sys; os.setuid(int(sys.argv[1]));"
          + " s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM);"
          + " s.bind('\\0"
          + NamespaceLock.NAME
          + "'); print('bound', flush=True); sys.stdin.read()";

  private static final int NOBODY = 65534;

  @TempDir Path folder;

  private AgentOptions options(String name) {
    return AgentOptions.of(
            AgentSocket.at(folder.resolve(name + ".sock")),
            folder.resolve(name),
            HostConfiguration.byDefault())
        .withLeases(folder.resolve("leases"));
  }

  @KernelTest
  void theSecondAgentOfANamespaceSaysSoAndMakesNothing() throws Exception {
    try (Netns other = Netns.createPrivate();
        Agent first = Agent.open(options("one"))) {
      String message =
          assertThrows(HeldException.class, () -> Agent.open(options("two"))).getMessage();
      String pid = "(process " + ProcessHandle.current().pid() + ")";
      assertTrue(
          message.startsWith("another agent keeps the VIFs of this network namespace: java " + pid),
          message);
      assertFalse(Files.exists(folder.resolve("two")));
      assertFalse(Files.exists(folder.resolve("two.sock")));
      Agent.open(options("elsewhere").withNamespace(other)).close();
      assertEquals(List.of(), first.keeper().list());
    }
    Agent.open(options("two")).close();
  }

  /** Has another process take the name. */
  private static Process hold(int user) throws Exception {
    String python = Peer.require("python3", "python3").path().toString();
    List<String> command = List.of(python, "-c", HOLD, Integer.toString(user));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader out = process.inputReader();
    assertEquals("bound", out.readLine());
    return process;
  }

  @KernelTest
  void theNameIsFreeWhenItsProcessIsKilled() throws Exception {
    Process holder = hold(0);
    try {
      String message =
          assertThrows(HeldException.class, () -> NamespaceLock.take(null)).getMessage();
      assertTrue(message.contains("(process " + holder.pid() + ")"), message);
    } finally {
      holder.destroyForcibly().waitFor();
    }
    NamespaceLock.take(null).close();
  }

  /** Nobody without rights is to keep an agent from starting. */
  @KernelTest
  void whatAnotherUserHoldsIsNoAgent() throws Exception {
    Process holder = hold(NOBODY);
    try (LogLines lines = new LogLines("io.fastvif.agent")) {
      NamespaceLock.take(null).close();
      assertTrue(
          lines
              .lines()
              .getFirst()
              .contains("(process " + holder.pid() + ") has the name @fastvif/agent"),
          lines.lines()::toString);
    } finally {
      holder.destroyForcibly().waitFor();
    }
  }
}
