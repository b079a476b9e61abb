package io.fastvif.openstack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.cli.AgentProcess;
import io.fastvif.openstack.NovaProcess.Place;
import io.fastvif.testing.Await;
import io.fastvif.testing.ComparableState;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Nova and an agent that ends, hangs, comes back, or does not let it in. */
class NovaAgentTest {
  private static final int LIMIT_SECONDS = 15;

  @TempDir Path folder;

  private String conf(String more) {
    return "[fastvif]\nagent_socket = %s\ntime_limit = %d\ntakes_over = ovs, linux_bridge, noop, %s"
            .formatted(AgentProcess.socket(folder), LIMIT_SECONDS, "vhostuser_fp\n")
        + more;
  }

  private AgentProcess agent(String... options) throws Exception {
    List<String> all = new ArrayList<>(List.of("--socket-group=nova"));
    all.addAll(List.of(options));
    Files.deleteIfExists(folder.resolve("log")); // of the agent before
    return AgentProcess.start(List.of(), folder, Map.of(), all.toArray(String[]::new));
  }

  private static void assertIn(String text, String part) {
    assertTrue(text.contains(part), () -> text + " lacks " + part);
  }

  /** A plug that must fail, for that reason. */
  private static void assertRefused(NovaProcess nova, int number, String reason) throws Exception {
    String error = nova.failed("plug", "vhostuser-fp", number);
    assertIn(error, reason);
    assertIn(error, "c0de000" + number);
  }

  @KernelTest
  void whateverTheAgentDoesNovaIsToldAndTheHostIsWhole() throws Exception {
    NovaProcess.require();
    NovaProcess.prepare(folder);
    HostStateReader reader = new HostStateReader();
    ComparableState comparable = new ComparableState(reader.readSettled(), true);
    String wrong = "[os_vif_linux_bridge]\nnetwork_device_mtu = 70000\n";
    String sockets = "SOCKETS=" + folder;
    try (NovaProcess nova =
        NovaProcess.start(folder, "nova", Place.BEFORE_OS_VIF, conf(wrong), Map.of(), sockets)) {
      Path socket = AgentProcess.socket(folder);
      assertRefused(nova, 1, "no agent answers at " + socket + ": No such file");
      try (AgentProcess agent = agent("--socket-mode=0600", "--read-users=nova")) {
        agent.awaitAnswering();
        assertRefused(nova, 1, "the user nova may not ask the agent at");
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
        assertRefused(nova, 1, "user nova (group nova) is allowed to read only");
      }
      HostState before;
      try (AgentProcess agent = agent("--change-users=nova")) {
        agent.awaitAnswering();
        nova.done("plug", "vhostuser-fp", 1); // the connection was to the agent before
        nova.done("unplug", "vhostuser-fp", 1); // and the network's bridge stays
        before = comparable.of(reader.readSettled());
        nova.done("plug", "vhostuser-fp", 1);
        assertIn(String.valueOf(nova.done("xml", "vhostuser-fp", 1)), "vhuc0de0001-00");
        assertFalse(before.differences(comparable.of(reader.read())).isEmpty());
        nova.done("unplug", "vhostuser-fp", 1);
        assertIn(nova.failed("plug", "bridge", 2), "linux_bridge.network_device_mtu: \"70000\"");
        agent.signal("STOP");
        assertRefused(nova, 3, "has not answered within " + LIMIT_SECONDS + " s");
        agent.signal("CONT");
        nova.done("unplug", "vhostuser-fp", 3);
        assertSame(before, reader, comparable);
        agent.signal("STOP");
        Thread killer = Thread.ofPlatform().start(() -> killOnceAsked(agent, nova));
        assertRefused(nova, 4, "the agent has ended before it answered");
        killer.join();
      }
      try (AgentProcess agent = agent("--change-users=nova")) {
        agent.awaitAnswering();
        nova.done("unplug", "vhostuser-fp", 4);
        assertSame(before, reader, comparable);
      }
      String log = nova.log();
      assertEquals(1, log.split("No such file", -1).length - 1, log); // os-vif's one line of it
    }
  }

  private static void killOnceAsked(AgentProcess agent, NovaProcess nova) {
    try {
      Await.until("Nova waits for the agent", nova::isWaitingForAnswer);
    } catch (Exception late) {
      throw new AssertionError(late);
    } finally {
      agent.close();
    }
  }

  private static void assertSame(
      HostState before, HostStateReader reader, ComparableState comparable) {
    List<String> differences = before.differences(comparable.of(reader.readSettled()));
    assertEquals("", String.join("\n", differences));
  }

  @KernelTest
  void manyAtOnceAndForkedProcessesShareAPlugin() throws Exception {
    NovaProcess.require();
    NovaProcess.prepare(folder);
    try (OvsHost ovs = OvsHost.database(folder.resolve("ovs"), OvsHost.SCHEMA);
        AgentProcess agent =
            agent(
                "--change-users=nova",
                "-oovs.ovsdb_connection=" + ovs.address(),
                "--limit=user-connections=20")) {
      agent.awaitAnswering();
      HostStateReader reader = new HostStateReader();
      String os = "[os_vif_ovs]\novsdb_connection = " + ovs.address() + "\n";
      for (String variable : List.of("EVENTLET=1", "EVENTLET=0")) {
        try (NovaProcess nova =
            NovaProcess.start(folder, "nova", Place.AFTER_OS_VIF, conf(os), Map.of(), variable)) {
          many(nova, "plug");
          assertEquals(24, links(reader, "link qvo"));
          many(nova, "plug");
          assertEquals(
              24, ovs.list("Port", "name").stream().filter(p -> p.startsWith("qvo")).count());
          nova.done("fork", "ovs-hybrid", 1);
          many(nova, "unplug");
          assertEquals(0, links(reader, "link qvo"));
          assertEquals(
              0, ovs.list("Port", "name").stream().filter(p -> p.startsWith("qvo")).count());
          assertFalse(nova.log().contains("fastvif"), nova.log());
        }
      }
    }
  }

  private static void many(NovaProcess nova, String action) throws Exception {
    Map<String, Object> answer =
        nova.ask(
            "{\"do\":\"many\",\"each\":\"%s\",\"kind\":\"ovs-hybrid\",\"count\":24,\"at_once\":16}"
                .formatted(action));
    assertEquals(null, answer.get("error"));
  }

  private static long links(HostStateReader reader, String prefix) {
    return reader.read().objects().keySet().stream()
        .filter(name -> name.startsWith(prefix))
        .count();
  }
}
