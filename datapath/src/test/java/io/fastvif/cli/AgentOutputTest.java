package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.agent.Agent;
import io.fastvif.agent.AgentOptions;
import io.fastvif.agent.AgentSocket;
import io.fastvif.config.HostConfiguration;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.plugin.fastpath.FastPathVifs;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifGeneric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;

/** What the command prints with an agent and without: the same, and the same exit status. */
class AgentOutputTest {
  private static final String FIRST = "11111111-0000-4000-8000-000000000001";
  private static final String SECOND = "11111111-0000-4000-8000-000000000002";
  private static final String THIRD = "11111111-0000-4000-8000-000000000003";

  private static final int SECONDS = 60;

  @TempDir Path folder;

  private Path socket() {
    return folder.resolve("agent.sock");
  }

  private Agent agent() throws IOException {
    return Agent.open(
        AgentOptions.of(
                AgentSocket.at(socket()), folder.resolve("state"), HostConfiguration.byDefault())
            .withLeases(folder.resolve("leases")));
  }

  private String file(String name, String json) throws IOException {
    return Files.writeString(folder.resolve(name), json).toString();
  }

  private CommandRun asked(String command, String... rest) {
    return run(command, rest, "--agent=" + socket());
  }

  private static CommandRun run(String command, String[] rest, String... more) {
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(List.of(more));
    words.addAll(List.of(rest));
    return CommandRun.of(words.toArray(String[]::new));
  }

  /**
   * An index is drawn anew for each link, and so is an address that nobody gave; a list is in the
   * order in which the links came to be, which is no VIF's matter.
   */
  private static CommandRun comparable(String command, CommandRun run) {
    String out = run.out();
    if (command.equals("list")) {
      out = out.lines().sorted().collect(Collectors.joining("\n"));
    }
    return new CommandRun(
        run.status(),
        out.replaceAll("\"index\":\\d+", "\"index\":0")
            .replaceAll("\"address\":\"[0-9a-f:]+\"", "\"address\":\"\""),
        run.err());
  }

  /** Runs without an agent and with it, each on an empty host; compares line by line. */
  private void assertSame(int status, String[]... commands) {
    List<CommandRun> alone =
        Arrays.stream(commands).map(words -> run(words[0], rest(words))).toList();
    for (int i = 0; i < commands.length; i++) {
      String name = commands[i][0];
      CommandRun withAgent = comparable(name, asked(name, rest(commands[i])));
      assertEquals(comparable(name, alone.get(i)), withAgent, String.join(" ", commands[i]));
    }
    assertEquals(status, alone.getFirst().status(), alone.getFirst()::toString);
  }

  private static String[] rest(String[] words) {
    return Arrays.copyOfRange(words, 1, words.length);
  }

  private static String[] words(String... words) {
    return words;
  }

  @KernelTest
  void plugsListsAndUnplugs() throws Exception {
    String two =
        file(
            "two.json",
            Vifs.json(
                Vifs.bridged(FIRST, "tapone", "none0", 1400), Vifs.tap(SECOND, "taptwo").build()));
    String options = "linux_bridge.create_port=tap";
    try (Agent agent = agent()) {
      assertSame(
          Fastvif.DONE,
          words("plug", "-o", options, two),
          words("list"),
          words("list", "--json"),
          words("plan", "--unplug", two),
          words("unplug", "-o", options, two),
          words("unplug", two),
          words("list"));
      assertEquals(0, agent.keeper().statistics().declared());
    }
  }

  @KernelTest
  void whatIsWrongAndWhatFailsIsSaidInTheSameWords() throws Exception {
    Vif named = VifGeneric.builder().id(FIRST).plugin("none-of-that-name").build();
    Vif sound = Vifs.tap(SECOND, "taptwo").build();
    String wrong = file("wrong.json", Vifs.json(named));
    String mixed = file("mixed.json", Vifs.json(named, sound));
    String twice = file("twice.json", Vifs.json(sound, Vifs.tap(SECOND, "tapother").build()));
    String taken = file("taken.json", Vifs.json(Vifs.tap(THIRD, "dummy0").build()));
    String bridged = file("bridged.json", Vifs.json(Vifs.bridged(FIRST, "tapone", "none0", 1400)));
    Peer.require("ip", "iproute2").run("link add dummy0 type bridge");
    try (Agent agent = agent()) {
      assertSame(Fastvif.WRONG_INPUT, words("plug", wrong), words("unplug", wrong));
      assertSame(Fastvif.FAILED, words("plug", mixed), words("unplug", mixed));
      assertSame(Fastvif.WRONG_INPUT, words("plug", twice));
      assertSame(Fastvif.FAILED, words("plug", taken), words("unplug", taken));
      assertSame(Fastvif.WRONG_INPUT, words("plug", "/nonexistent.json"));
      assertSame(Fastvif.WRONG_INPUT, words("plug", "-o", "tap.nothing=1", mixed));
      assertSame(
          Fastvif.WRONG_INPUT,
          words("plug", "-o", "linux_bridge.network_device_mtu=many", bridged));
      assertSame(Fastvif.WRONG_INPUT, words("plan", mixed), words("plan", "--json", mixed));
      assertEquals(0, agent.keeper().statistics().declared());
    }
  }

  @KernelTest
  void plansAndNegotiates() throws Exception {
    String vifs = Vifs.sample("3.0.0/bridge-none.json").toString();
    String hostInfo = folder.resolve("host-info.json").toString();
    Files.writeString(Path.of(hostInfo), CommandRun.of("host-info").out());
    String odd = file("odd.json", "{\"x\":");
    try (Agent agent = agent()) {
      assertSame(
          Fastvif.DONE,
          words("plan", vifs),
          words("plan", "--json", vifs),
          words("plan", "--unplug", vifs),
          words("host-info"),
          words("host-info", "--json"),
          words("host-info", "--json", "--permit", "VIFBridge", "VIFGeneric"),
          words("negotiate", "--host-info", hostInfo),
          words("negotiate", "--host-info", hostInfo, "--as", "VIFBridge=1.0", vifs));
      assertSame(Fastvif.DONE, words("plan", "-o", "linux_bridge.create_port=tap", many()));
      assertEquals(
          CommandRun.of("negotiate", "--host-info", odd), asked("negotiate", "--host-info", odd));
      assertTrue(agent.unreadiness().isEmpty(), agent.unreadiness()::toString);
    }
  }

  /** More VIFs than go in one batch, on one bridge, which the first of them makes. */
  private String many() throws IOException {
    Vif[] vifs =
        IntStream.range(0, 1_100)
            .mapToObj(n -> Vifs.bridged(new UUID(n, n).toString(), "tap" + n, "br-new", 1450))
            .toArray(Vif[]::new);
    return file("many.json", Vifs.json(vifs));
  }

  @KernelTest
  void saysWhatIsTheAgentsToSayAndWhereNoneIs() throws Exception {
    String one = file("one.json", Vifs.json(Vifs.tap(FIRST, "tapone").build()));
    CommandRun absent = asked("plug", one).expect(Fastvif.FAILED);
    assertEquals("", absent.out());
    assertTrue(
        absent.err().startsWith("fastvif: the agent at " + socket() + " is not there: "),
        absent.err());
    assertEquals(1, absent.err().lines().count(), absent.err());
    try (Agent agent = agent()) {
      for (String[] wrong :
          new String[][] {
            {"plug", "--netns", "x", one},
            {"plug", "-o", "ovs.ovsdb_connection=tcp:127.0.0.1:1", one},
            {"list", "--netns", "x"},
            {"vhost-user serve", "--threads", "2", one},
          }) {
        List<String> words = new ArrayList<>(List.of(wrong[0].split(" ", -1)));
        words.addAll(List.of(rest(wrong)));
        words.add("--agent=" + socket());
        CommandRun run = CommandRun.of(words.toArray(String[]::new)).expect(Fastvif.WRONG_INPUT);
        assertTrue(run.err().contains("the agent's to say"), run.err());
      }
      assertTrue(
          CommandRun.of("plug", "--agent=x", one)
              .expect(Fastvif.WRONG_INPUT)
              .err()
              .contains("\"x\""));
      assertEquals(0, agent.keeper().statistics().declared());
    }
  }

  /** Options of plugins are for what is planned from then on; what takes a start is named. */
  @KernelTest
  void anotherConfigurationIsTakenAsFarAsItCanBe() throws Exception {
    Path networks = Files.writeString(folder.resolve("networks.json"), "{\"networks\":{}}");
    String vifs = file("vifs.json", Vifs.json(Vifs.bridged(FIRST, "tapone", "none0", 1400)));
    AgentOptions options =
        AgentOptions.of(
                AgentSocket.at(socket()), folder.resolve("state"), HostConfiguration.byDefault())
            .withLeases(folder.resolve("leases"))
            .withNetworks(networks);
    try (Agent agent = Agent.open(options)) {
      assertFalse(asked("plan", vifs).expect(Fastvif.DONE).out().contains("tap tapone"));
      HostConfiguration other =
          HostConfiguration.builder(Map.of())
              .option("linux_bridge.create_port", "tap")
              .option("ovs.ovsdb_connection", "tcp:127.0.0.1:1")
              .build();
      Files.writeString(networks, "{}");
      assertEquals(List.of("ovs.ovsdb_connection", networks.toString()), agent.reload(other));
      assertTrue(asked("plan", vifs).expect(Fastvif.DONE).out().contains("create tap tapone"));
      HostConfiguration wrong =
          HostConfiguration.builder(Map.of()).option("linux_bridge.create_port", "odd").build();
      assertThrows(InvalidInputException.class, () -> agent.reload(wrong));
      assertTrue(asked("plan", vifs).expect(Fastvif.DONE).out().contains("create tap tapone"));
    }
  }

  /** By way of the variable, as a process: the agent's forwarder serves the port meanwhile. */
  @KernelTest
  void servesByTheAgentsForwarder() throws Exception {
    Path vifs =
        Files.writeString(
            folder.resolve("vifs.json"),
            VersionedObjectWriter.write(FastPathVifs.bridged(folder, 1, VhostUserMode.CLIENT)));
    try (Agent agent = agent();
        ServeProcess serve =
            ServeProcess.start(folder, "serve", vifs, "--json", "--agent=" + socket())) {
      serve.await("\"connected\":false");
      assertTrue(Files.exists(FastPathVifs.socket(folder, 1)));
      assertEquals(1, agent.keeper().statistics().declared());
      CommandRun status = CommandRun.of("agent", "status", "--socket", socket().toString());
      assertTrue(status.expect(Fastvif.DONE).out().contains("vhu1 waiting"), status.out());
      CommandRun top = CommandRun.of("top", "--once", "--socket", socket().toString());
      assertTrue(top.expect(Fastvif.DONE).out().contains("1 plugged"), top.out());
      assertTrue(top.out().lines().anyMatch(line -> line.startsWith("vhu1 ")), top.out());
      assertEquals(Fastvif.DONE, serve.terminate(), serve.text());
      Await.until("it is unplugged", () -> agent.keeper().statistics().declared() == 0);
    }
    assertFalse(Files.exists(FastPathVifs.socket(folder, 1)));
    assertFalse(Files.exists(socket()));
  }

  @KernelTest
  void topGoesOnWithTheNextAgent() throws Exception {
    List<String> command =
        ChildRun.command(ChildRun.classPath(), "top", "--socket", socket().toString());
    Path own = Files.createDirectories(folder.resolve("top"));
    Path out = own.resolve("out");
    try (Agent first = agent();
        AgentProcess top = AgentProcess.start(own, Map.of(), command)) {
      Await.until("it is shown", () -> Files.readString(out).contains("VIFs"));
      assertTrue(first.close(Duration.ofSeconds(SECONDS)));
      Await.until("it is away", () -> Files.readString(out).contains("the agent is away"));
      try (Agent next = agent()) {
        Await.until(
            "it is shown again",
            () -> {
              String shown = Files.readString(out);
              return shown.substring(shown.lastIndexOf("the agent is away")).contains("VIFs");
            });
        Await.until("it is ready", () -> next.unreadiness().isEmpty());
      }
      top.signal("INT");
      assertEquals(Fastvif.DONE, top.end(), top::logText);
    }
  }
}
