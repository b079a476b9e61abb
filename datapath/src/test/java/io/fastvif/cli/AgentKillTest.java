package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.VifOperation;
import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.client.AgentResponse;
import io.fastvif.agent.client.JsonView;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Bridge;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.netns.Netns;
import io.fastvif.testing.Await;
import io.fastvif.testing.ComparableState;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;

/**
 * The agent is killed at random moments while clients plug, change and unplug. The host has what
 * was acknowledged: each time, of all that nothing was under way with; at the end, when what was
 * under way has been repeated, exactly that.
 */
class AgentKillTest {
  private static final int KILLS = Integer.getInteger("fastvif.kills", 6);
  private static final long SEED = Long.getLong("fastvif.seed", System.nanoTime());
  private static final int VIFS = 100;
  private static final int CLIENTS = 8;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String FOREIGN = "foreign";
  private static final int FOREIGN_MTU = 1300;
  private static final long OTHERS_MAC = 0x020000000010L;

  @TempDir Path folder;

  private final List<ChurnVif> vifs = IntStream.range(0, VIFS).mapToObj(ChurnVif::new).toList();
  private final ChurnGate gate = new ChurnGate(CLIENTS);
  private final LongAdder answers = new LongAdder();
  private final HostStateReader reader = new HostStateReader();
  private int underWay;

  /** A link as far as it is looked at after each kill. */
  private record Link(int mtu, String bridge) {}

  @KernelTest
  void theHostHasWhatWasAcknowledged() throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    String seed = "-Dfastvif.seed=" + SEED;
    makeHostOfOthers();
    HostState before = reader.readSettled();
    List<Thread> clients = startClients(random);
    AgentProcess agent = startAgent();
    try {
      for (int i = 0; i < KILLS; i++) {
        gate.open();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20 + random.nextInt(380)));
        gate.check();
        agent.close(); // SIGKILL
        gate.close();
        underWay += (int) vifs.stream().filter(ChurnVif::isPending).count();
        String where = "kill " + i + ", " + seed;
        assertAcknowledged(where);
        agent = startAgent();
        if (random.nextBoolean()) { // otherwise clients repeat what they asked for meanwhile
          awaitReady();
          assertAcknowledged("back after " + where);
          assertDeclared(where);
        }
      }
      gate.openForTheLastTime();
      for (Thread client : clients) {
        client.join(PATIENCE);
      }
      gate.check();
      awaitReady();
      vifs.forEach(vif -> assertTrue(!vif.isPending(), vif::toString));
      assertDeclared(seed);
      ComparableState comparable = new ComparableState(before, true);
      HostState wanted = comparable.of(pluggedByTheLibrary());
      assertEquals(
          List.of(), wanted.differences(comparable.of(reader.readSettled())), "at last, " + seed);
      unplugAll();
      assertEquals(
          List.of(),
          comparable.of(before).differences(comparable.of(reader.readSettled())),
          "all is unplugged, " + seed);
      assertEquals(List.of(), declarations());
      System.out.printf(
          "agent: killed %d times, %d operations answered, %d under way when it was; %s%n",
          KILLS, answers.sum(), underWay, seed);
      assertTrue(underWay > 0, "each kill came when nothing was under way");
    } finally {
      agent.close();
      gate.openForTheLastTime();
      clients.forEach(Thread::interrupt);
    }
  }

  /** Bridges for the VIFs, each with somebody's port, without which they would have no carrier. */
  private static void makeHostOfOthers() {
    try (RouteSocket other = RouteSocket.open()) {
      for (String bridge : ChurnVif.BRIDGES) {
        long number = ChurnVif.BRIDGES.indexOf(bridge);
        other.execute(
            other
                .link()
                .create(bridge)
                .kind(new Bridge().forwardDelay(0).multicastSnooping(false))
                .address(OTHERS_MAC | number));
        other.execute(other.link().set(bridge).up());
        String port = FOREIGN + number;
        int index = other.indexOf(bridge);
        String far = "far" + number;
        other.execute(
            other
                .link()
                .create(port)
                .address(OTHERS_MAC | number + 2)
                .kind(new Veth().peerName(far).peerAddress(OTHERS_MAC | number + 4)));
        other.execute(other.link().set(port).alias("somebody's").mtu(FOREIGN_MTU).master(index));
        other.execute(other.link().set(port).up());
        other.execute(other.link().set(far).up());
      }
    }
  }

  private List<Thread> startClients(SplittableRandom random) {
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      int client = i;
      List<ChurnVif> own =
          IntStream.range(0, VIFS)
              .filter(n -> n / 2 % CLIENTS == client)
              .mapToObj(vifs::get)
              .toList();
      clients.add(
          Thread.ofPlatform()
              .name("churn-" + i)
              .daemon()
              .start(new ChurnClient(socket(), own, random.split(), gate, answers)));
    }
    return clients;
  }

  private String socket() {
    return AgentProcess.socket(folder).toString();
  }

  private AgentProcess startAgent() throws Exception {
    AgentProcess agent = AgentProcess.start(folder, Map.of());
    Await.until(
        "an answer",
        () -> {
          assertTrue(agent.isAlive(), agent::logText);
          return status("/healthz") == 200;
        });
    return agent;
  }

  private void awaitReady() throws Exception {
    Await.until("all that was declared", () -> status("/readyz") == 200);
  }

  /** The answer's status; 0 while there is none. */
  private int status(String target) {
    try (AgentClient client = new AgentClient(socket(), PATIENCE)) {
      return client.send("GET", target).status();
    } catch (IOException notYet) {
      return 0;
    }
  }

  /** Of what nothing was under way with, the host has what was acknowledged, dead agent or not. */
  private void assertAcknowledged(String where) {
    Map<String, Link> links = links();
    for (ChurnVif vif : vifs) {
      if (vif.isPending()) {
        continue;
      }
      ChurnVif.Shape shape = vif.acknowledged();
      for (String name : vif.names()) {
        Link wanted =
            shape != null && shape.name().equals(name)
                ? new Link(shape.mtu(), shape.bridge())
                : null;
        assertEquals(wanted, links.get(name), () -> name + " of " + vif + ", " + where);
      }
    }
    for (String bridge : ChurnVif.BRIDGES) {
      Link others = links.get(FOREIGN + ChurnVif.BRIDGES.indexOf(bridge));
      assertEquals(new Link(FOREIGN_MTU, bridge), others, where);
    }
  }

  private static Map<String, Link> links() {
    Map<Integer, String> names = new TreeMap<>();
    Map<String, Link> links = new TreeMap<>();
    LinkMessage link = new LinkMessage();
    try (RouteSocket socket = RouteSocket.open()) {
      socket.dump(
          socket.link().dump(false), message -> names.put(link.wrap(message).index(), link.name()));
      socket.dump(
          socket.link().dump(false),
          message -> {
            link.wrap(message);
            String bridge = link.master() == 0 ? "" : names.get(link.master());
            links.put(link.name(), new Link(link.mtu(), bridge));
          });
    }
    return links;
  }

  /** What the agent has declared is what was acknowledged, or asked for. */
  private void assertDeclared(String where) throws IOException {
    Map<String, String> states = new TreeMap<>();
    Map<String, String> problems = new TreeMap<>();
    try (AgentClient client = new AgentClient(socket(), PATIENCE)) {
      AgentResponse response = client.send("GET", "/v1/vifs");
      JsonView.of(response.text())
          .at("vifs")
          .elements()
          .forEach(
              vif -> {
                states.put(vif.at("id").text(), vif.at("state").text());
                problems.put(vif.at("id").text(), vif.at("problem").text());
              });
    }
    for (ChurnVif vif : vifs) {
      String state = states.getOrDefault(vif.id(), "none");
      boolean isPluggedNow = state.equals("plugged");
      boolean mayBePlugged = vif.acknowledged() != null || (vif.isPending() && vif.asked() != null);
      boolean mayBeGone = vif.acknowledged() == null || (vif.isPending() && vif.asked() == null);
      boolean isGone = state.equals("none") || (vif.isPending() && state.equals("orphan"));
      assertTrue(
          (isPluggedNow && mayBePlugged) || (isGone && mayBeGone),
          () -> vif + " is " + state + ": " + problems.get(vif.id()) + ", " + where);
    }
    assertTrue(states.size() <= VIFS, states::toString);
  }

  /** What a host looks like on which the library has plugged what was last acknowledged. */
  private HostState pluggedByTheLibrary() throws Exception {
    try (Netns namespace = Netns.createPrivate()) {
      return namespace.call(
          () -> {
            makeHostOfOthers();
            try (VifHost host = VifHost.open(VifHostOptions.byDefault())) {
              for (ChurnVif vif : vifs) {
                if (vif.acknowledged() != null) {
                  VifOperation plug =
                      VifOperation.plug(vif.request(vif.acknowledged())).with(ChurnVif.OPTIONS);
                  assertEquals(null, host.submit(plug).get().failure());
                }
              }
            }
            return reader.readSettled();
          });
    }
  }

  private void unplugAll() throws IOException {
    try (AgentClient client = new AgentClient(socket(), PATIENCE)) {
      String all =
          String.join(",", vifs.stream().map(vif -> "{\"id\":\"" + vif.id() + "\"}").toList());
      AgentResponse response = client.send("POST", "/v1/batches?action=unplug", "[" + all + "]");
      List<String> lines = response.lines().lines().toList();
      assertEquals(VIFS, lines.size());
      lines.forEach(line -> assertTrue(line.contains("\"error\":null"), line));
    }
  }

  /** The ids that the agent's log ends with. */
  private List<String> declarations() throws IOException {
    Set<String> declared = new TreeSet<>();
    Iterator<String> lines = Files.readAllLines(folder.resolve("state/vifs.log")).iterator();
    while (lines.hasNext()) {
      String record = lines.next();
      String body = lines.next();
      if (record.startsWith("put ")) {
        declared.add(body.replaceAll(".*\"id\":\"([^\"]*)\".*", "$1"));
        lines.next(); // the VIF itself
      } else if (record.startsWith("remove ")) {
        declared.remove(body);
      }
    }
    return List.copyOf(declared);
  }
}
