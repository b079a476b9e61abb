package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.agent.systemd.NotifySocket;
import io.fastvif.netns.Netns;
import io.fastvif.plugin.fastpath.FastPathVifs;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vif.VhostUserMode;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** The agent as a process: what its supervisor and its signals make of it. */
class AgentProcessTest {
  private static final int SECONDS = 120;
  private static final int TERMINATED = 143;

  @TempDir Path folder;

  @KernelTest
  void tellsItsSupervisorWhatItDoesAndEndsInOrder() throws Exception {
    Path config = Files.writeString(folder.resolve("a.conf"), "[os_vif_linux_bridge]\n");
    // Of this test's network namespace: what is not read yet does not keep the agent waiting.
    Files.writeString(Path.of("/proc/sys/net/unix/max_dgram_qlen"), "1000");
    try (NotifySocket manager = new NotifySocket(folder.resolve("notify").toString(), SECONDS)) {
      Map<String, String> environment = new HashMap<>(manager.environment());
      environment.put("WATCHDOG_USEC", "1000000");
      try (AgentProcess agent =
          AgentProcess.start(folder, environment, "--config", config.toString())) {
        assertEquals("READY=1\nSTATUS=0 VIFs declared", manager.next());
        assertEquals("WATCHDOG=1", manager.next());
        ChildRun status = ChildRun.asRoot("agent", "status", "--socket", socket());
        assertEquals(Fastvif.DONE, status.status(), status::toString);
        assertTrue(status.out().contains("process " + agent.pid() + ","), status.out());

        Files.writeString(config, "[os_vif_linux_bridge]\nnetwork_device_mtu = 9000\n");
        agent.signal("HUP");
        assertTrue(skipWatchdog(manager).startsWith("RELOADING=1\nMONOTONIC_USEC="));
        assertEquals("READY=1\nSTATUS=0 VIFs declared", skipWatchdog(manager));
        agent.await("the configuration was read again");

        Files.writeString(config, "[os_vif_linux_bridge]\nnetwork_device_mtu = many\n");
        agent.signal("HUP");
        agent.await("the configuration stays as it was, because the new one is wrong: " + config);
        assertTrue(skipWatchdog(manager).startsWith("RELOADING=1"));
        assertTrue(skipWatchdog(manager).startsWith("READY=1"));

        Files.writeString(config, "[os_vif_ovs]\novsdb_connection = unix:/nonexistent/db\n");
        agent.signal("HUP");
        agent.await("ovs.ovsdb_connection has changed, which takes a start of the agent");
        assertTrue(skipWatchdog(manager).startsWith("RELOADING=1"));
        assertTrue(skipWatchdog(manager).startsWith("READY=1"));

        agent.signal("TERM");
        assertEquals("STOPPING=1\nSTATUS=ending", skipWatchdog(manager));
        assertEquals(Fastvif.DONE, agent.end(), agent.log());
      }
    }
    assertFalse(Files.exists(AgentProcess.socket(folder)));
  }

  /** Nobody writes into the pipe that the file has become: reading it has no end. */
  @KernelTest
  void endsWhileItReadsAConfigurationWithoutEnd() throws Exception {
    Path config = Files.writeString(folder.resolve("a.conf"), "[os_vif_linux_bridge]\n");
    try (AgentProcess agent = AgentProcess.start(folder, Map.of(), "--config", config.toString())) {
      agent.awaitAnswering();
      Files.delete(config);
      Peer.require("mkfifo", "coreutils").run(config.toString());
      Await.until(
          "it is told while it reads",
          () -> {
            agent.signal("HUP"); // two that follow closely may come as one
            return agent.log().contains("the configuration is still being read");
          });
      agent.signal("TERM");
      assertEquals(Fastvif.DONE, agent.end(), agent.log());
    }
  }

  private String socket() {
    return AgentProcess.socket(folder).toString();
  }

  private static String skipWatchdog(NotifySocket manager) {
    String message = manager.next();
    for (int i = 0; i < SECONDS && message.equals("WATCHDOG=1"); i++) {
      message = manager.next();
    }
    return message;
  }

  /** The second in a namespace, on a socket or on a state says so and changes nothing. */
  @KernelTest
  void thereIsOneAgentForANamespaceASocketAndAState() throws Exception {
    try (AgentProcess agent = AgentProcess.start(folder, Map.of());
        Netns other = Netns.createPrivate()) {
      agent.awaitAnswering();
      String otherNamespace =
          "/proc/" + ProcessHandle.current().pid() + "/fd/" + other.descriptor();
      ChildRun sameNamespace =
          ChildRun.asRoot(
              "agent",
              "--socket",
              folder.resolve("other.sock").toString(),
              "--state",
              folder.resolve("other").toString());
      assertEquals(Fastvif.FAILED, sameNamespace.status(), sameNamespace::toString);
      assertTrue(
          sameNamespace.err().contains("java (process " + agent.pid() + ")"), sameNamespace.err());
      assertEquals(1, sameNamespace.err().lines().count(), sameNamespace.err());
      assertFalse(Files.exists(folder.resolve("other")));
      ChildRun sameState =
          ChildRun.asRoot(
              "agent",
              "--netns",
              otherNamespace,
              "--socket",
              folder.resolve("other.sock").toString(),
              "--state",
              folder.resolve("state").toString());
      assertEquals(Fastvif.FAILED, sameState.status(), sameState::toString);
      assertTrue(sameState.err().contains(folder.resolve("state").toString()), sameState.err());
      assertEquals(1, sameState.err().lines().count(), sameState.err());
      assertFalse(Files.exists(folder.resolve("other.sock")));
      ChildRun sameSocket =
          ChildRun.asRoot(
              "agent",
              "--netns",
              otherNamespace,
              "--socket",
              socket(),
              "--state",
              folder.resolve("other").toString());
      assertEquals(Fastvif.FAILED, sameSocket.status(), sameSocket::toString);
      assertTrue(sameSocket.err().contains("another agent answers at"), sameSocket.err());
      assertEquals(1, sameSocket.err().lines().count(), sameSocket.err());
      ChildRun status = ChildRun.asRoot("agent", "status", "--socket", socket());
      assertEquals(Fastvif.DONE, status.status(), status::toString);
      agent.signal("STOP"); // so that it cannot have ended before it is told the second time
      agent.signal("TERM");
      agent.signal("INT");
      agent.signal("CONT");
      assertEquals(TERMINATED, agent.end(), agent.log());
    }
  }

  @KernelTest
  void wrongOptionsAreRefusedBeforeAnythingIsMade() throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("a.conf"), "[os_vif_linux_bridge]\nnetwork_device_mtu = many\n");
    String state = folder.resolve("state").toString();
    for (String[] wrong :
        new String[][] {
          {"--socket-mode", "999", "--socket-mode: \"999\" is no mode"},
          {"--forward-cpus", "0,x", "--forward-cpus: \"x\" is no processor's number"},
          {"--forward-cpus", "1,1", "--forward-cpus: \"1\" is named twice"},
          {"--orphans", "eat", "--orphans: \"eat\" is unknown"},
          {"--change-groups", "a,", "--change-groups: \"a,\" names somebody without a name"},
          {"--config", config.toString(), config + ": linux_bridge.network_device_mtu: \"many\""},
          {"--netns", "/nonexistent/netns", "is not a network namespace"},
        }) {
      CommandRun run =
          CommandRun.of("agent", "--socket", socket(), "--state", state, wrong[0], wrong[1]);
      assertEquals(Fastvif.WRONG_INPUT, run.status(), run::toString);
      assertTrue(run.err().contains(wrong[2]), run.err());
    }
    Path file = Files.writeString(folder.resolve("file"), "");
    ChildRun noFolder = ChildRun.asRoot("agent", "--socket", socket(), "--state", file.toString());
    assertEquals(Fastvif.FAILED, noFolder.status(), noFolder::toString);
    assertEquals("fastvif: " + file + ": is there, and is not a folder\n", noFolder.err());
    ChildRun unknown =
        ChildRun.asRoot(
            "agent", "--socket", socket(), "--state", state, "--read-users", "no-such-user");
    assertEquals(Fastvif.WRONG_INPUT, unknown.status(), unknown::toString);
    assertTrue(unknown.err().contains("read-users: \"no-such-user\" is no user"), unknown.err());
    // In a process of its own: an agent that begins takes over what its process logs.
    ChildRun absent =
        ChildRun.asRoot("agent", "--socket", socket(), "--state", state, "--forward-cpus", "1023");
    assertEquals(Fastvif.WRONG_INPUT, absent.status(), absent::toString);
    assertTrue(
        absent.err().contains("--forward-cpus: \"1023\" is no processor that"), absent.err());
    assertFalse(Files.exists(AgentProcess.socket(folder)));
  }

  /** With the launcher's options: no thread of fastvif wakes, with VIFs and with a port. */
  @KernelTest
  void wakesNobodyAtRest() throws Exception {
    List<String> command =
        ChildRun.command(ServeProcess.JVM_OPTIONS, ChildRun.classPath(), "agent");
    command.addAll(List.of("--socket", socket(), "--state", folder.resolve("state").toString()));
    String vifs =
        Files.writeString(
                folder.resolve("vifs.json"),
                Vifs.json(
                    Vifs.tap("11111111-0000-4000-8000-000000000001", "tapone").build(),
                    FastPathVifs.bridged(folder, 1, VhostUserMode.CLIENT)))
            .toString();
    try (AgentProcess agent = AgentProcess.start(folder, Map.of(), command)) {
      agent.awaitAnswering();
      CommandRun.of("plug", "--agent=" + socket(), vifs).expect(Fastvif.DONE);
      // Nothing comes from the host: the taps would get the kernel's own frames.
      Peer.require("ip", "iproute2").run("link set br-fp down");
      ThreadWaits.assertQuiet(agent.pid());
      agent.signal("INT");
      assertEquals(Fastvif.DONE, agent.end(), agent.log());
    }
  }

  /** The page is to be had at the URL that is printed, until the command is told to end. */
  @KernelTest
  void opensThePageForABrowser() throws Exception {
    Peer.require("ip", "iproute2").run("link set lo up");
    Path own = Files.createDirectories(folder.resolve("open"));
    try (AgentProcess agent = AgentProcess.start(folder, Map.of())) {
      agent.awaitAnswering();
      List<String> command =
          ChildRun.command(ChildRun.classPath(), "agent", "open", "--socket", socket());
      try (AgentProcess open = AgentProcess.start(own, Map.of(), command)) {
        Path out = own.resolve("out");
        Await.until("the URL", () -> Files.readString(out).endsWith("/\n"));
        URI url = URI.create(Files.readString(out).strip());
        assertTrue(read(url).contains("<html"), url::toString);
        assertTrue(read(url.resolve("v1/vifs")).contains("\"vifs\":[]"), url::toString);
        assertThrows(IOException.class, () -> read(url.resolve("/v1/vifs")));
        open.signal("TERM");
        assertEquals(Fastvif.DONE, open.end(), open.log());
      }
      agent.signal("TERM");
      assertEquals(Fastvif.DONE, agent.end(), agent.log());
    }
  }

  private static String read(URI url) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
    try (InputStream in = connection.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      connection.disconnect(); // or this process keeps it for a while
    }
  }
}
