package io.fastvif;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.EngineGroup;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifGeneric;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Hosts in many network namespaces on the threads of one group. */
class NamespaceGroupTest {
  private static final int SECONDS = 60;
  private static final int NAMESPACES = 50;
  private static final int THREADS = 4;
  private static final int OPERATIONS = 200;
  private static final int SEED = 20_261;
  private static final int IDLE_MILLIS = 700;
  private static final Path OWN = Path.of("/proc/thread-self/ns/net");

  private static PlugRequest tap(String name) {
    return new PlugRequest(
        "tap",
        VifGeneric.builder().id("id-" + name).plugin("tap").vifName(name).build(),
        Optional.empty());
  }

  private static PlugRequest bridged(String name) {
    return new PlugRequest(
        "bridged",
        VifBridge.builder()
            .id("id-" + name)
            .plugin("linux_bridge")
            .vifName(name)
            .bridgeName("br0")
            .network(Network.builder().shouldProvideBridge(true).build())
            .build(),
        Optional.empty());
  }

  private static VifHostOptions options(EngineGroup group) {
    return VifHostOptions.of(
            HostConfiguration.builder(Map.of()).option("linux_bridge.create_port", "veth").build())
        .withGroup(group);
  }

  private static Set<String> links(Netns namespace, String prefix) {
    Set<String> names = new TreeSet<>();
    LinkMessage link = new LinkMessage();
    try (RouteSocket route = RouteSocket.open(namespace)) {
      route.dump(route.link().dump(false), message -> names.add(link.wrap(message).name()));
    }
    names.removeIf(name -> !name.startsWith(prefix));
    return names;
  }

  private static Outcome outcome(CompletableFuture<PlugResult> result) throws Exception {
    PlugResult ended = result.get(SECONDS, TimeUnit.SECONDS);
    assertNotEquals(Outcome.FAILED, ended.outcome(), () -> "" + ended.failure());
    return ended.outcome();
  }

  private static List<String> threads(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith(prefix))
        .sorted()
        .toList();
  }

  /** The sockets and namespaces that this process has open; another test's may close meanwhile. */
  private static Set<String> descriptors() throws IOException {
    Set<String> found = new TreeSet<>();
    try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path each : open) {
        try {
          String target = Files.readSymbolicLink(each).toString();
          if (target.startsWith("socket:") || target.startsWith("net:")) {
            found.add(each.getFileName() + " " + target);
          }
        } catch (NoSuchFileException closed) {
          // it is not open any more
        }
      }
    }
    return found;
  }

  private static int descriptorsBeyond(Set<String> before) throws IOException {
    Set<String> found = descriptors();
    found.removeAll(before);
    return found.size();
  }

  private static void close(List<? extends AutoCloseable> all) throws Exception {
    for (AutoCloseable each : all) {
      each.close();
    }
  }

  /** What one thread did last to each of its VIFs, and how it ended. */
  private static final class Actor {
    private final Random random;
    private final int number;
    private final List<VifHost> hosts;
    private final Map<String, Boolean> wanted;
    private final List<CompletableFuture<PlugResult>> results = new ArrayList<>();

    Actor(int number, List<VifHost> hosts, Map<String, Boolean> wanted) {
      this.number = number;
      this.hosts = hosts;
      this.wanted = wanted;
      random = new Random(SEED + number);
    }

    void act() {
      for (int i = 0; i < OPERATIONS; i++) {
        int host = random.nextInt(hosts.size());
        boolean isTap = random.nextBoolean();
        String name = (isTap ? "tap" : "veth") + number;
        PlugRequest request = isTap ? tap(name) : bridged(name);
        boolean plugs = random.nextInt(3) > 0;
        results.add(plugs ? hosts.get(host).plug(request) : hosts.get(host).unplug(request));
        wanted.put(host + " " + name, plugs);
      }
    }
  }

  @KernelTest
  void whatWasAcknowledgedLastIsTheKernelsInEveryNamespace() throws Exception {
    List<Netns> namespaces = new ArrayList<>();
    List<VifHost> hosts = new ArrayList<>();
    Set<String> before = descriptors();
    Path here = Files.readSymbolicLink(OWN);
    try (EngineGroup group = EngineGroup.open("random")) {
      for (int i = 0; i < NAMESPACES; i++) {
        namespaces.add(Netns.createPrivate());
        hosts.add(VifHost.open(options(group).withNamespace(namespaces.get(i))));
      }
      Map<String, Boolean> wanted = new ConcurrentHashMap<>();
      List<Actor> actors = new ArrayList<>();
      List<Thread> running = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Actor actor = new Actor(i, hosts, wanted);
        actors.add(actor);
        running.add(Thread.ofPlatform().start(actor::act));
      }
      for (Thread each : running) {
        each.join();
      }
      for (Actor actor : actors) {
        for (CompletableFuture<PlugResult> result : actor.results) {
          outcome(result);
        }
      }
      for (int i = 0; i < NAMESPACES; i++) {
        Set<String> expected = new TreeSet<>();
        for (int actor = 0; actor < THREADS; actor++) {
          for (String name : List.of("tap" + actor, "veth" + actor)) {
            if (wanted.getOrDefault(i + " " + name, false)) {
              expected.add(name);
            }
          }
        }
        Set<String> found = links(namespaces.get(i), "tap");
        found.addAll(links(namespaces.get(i), "veth"));
        assertEquals(expected, found, "namespace " + i);
      }
      assertEquals(here, Files.readSymbolicLink(OWN));
      assertEquals(Set.of(), links(Netns.current(), "tap"));
      Map<String, Long> roles = new ConcurrentHashMap<>();
      threads("fastvif-random-")
          .forEach(name -> roles.merge(name.replaceAll("[0-9]+$", ""), 1L, Long::sum));
      assertEquals(1, roles.remove("fastvif-random-"));
      assertTrue(roles.getOrDefault("fastvif-random-planning-", 0L) <= 4, roles::toString);
      assertTrue(roles.getOrDefault("fastvif-random-deletions-", 0L) <= 16, roles::toString);
      assertTrue(roles.getOrDefault("fastvif-random-slow-", 0L) <= 8, roles::toString);
    }
    close(hosts);
    close(namespaces);
    Await.until("descriptors are given back", () -> descriptorsBeyond(before) <= 1);
  }

  /** What the group's threads have waited, in times. */
  private static long waits(String prefix) throws IOException {
    long waits = 0;
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path task : tasks) {
        try {
          if (Files.readString(task.resolve("comm")).startsWith(prefix)) {
            for (String line : Files.readAllLines(task.resolve("status"))) {
              if (line.startsWith("voluntary_ctxt_switches:")) {
                waits += Long.parseLong(line.substring(line.indexOf(':') + 1).strip());
              }
            }
          }
        } catch (IOException ended) {
          if (Files.exists(task)) {
            throw ended;
          }
        }
      }
    }
    return waits;
  }

  private static boolean isQuiet(String prefix) throws Exception {
    long before = waits(prefix);
    assertTrue(before > 0, "no thread is called " + prefix);
    TimeUnit.MILLISECONDS.sleep(IDLE_MILLIS);
    return waits(prefix) == before;
  }

  @KernelTest
  void idleHostsWakeNobodyAndEachCostsTheSameDescriptors() throws Exception {
    List<Netns> namespaces = new ArrayList<>();
    Set<String> before = descriptors();
    try (EngineGroup group = EngineGroup.open("idle")) {
      List<Integer> descriptors = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        for (int host = 0; host < 5; host++) {
          Netns namespace = Netns.createPrivate();
          namespaces.add(namespace);
          VifHost opened = VifHost.open(options(group).withNamespace(namespace));
          assertEquals(Outcome.PLUGGED, outcome(opened.plug(tap("tap0"))));
          assertEquals(Outcome.UNPLUGGED, outcome(opened.unplug(tap("tap0"))));
        }
        Await.until("no thread of the group wakes", () -> isQuiet("fastvif-idle-1"));
        descriptors.add(descriptorsBeyond(before));
      }
      assertEquals(1, threads("fastvif-idle-1").size());
      int each = (descriptors.get(1) - descriptors.get(0)) / 5;
      assertEquals(7, each, descriptors::toString); // one of them is the test's own
      assertEquals(descriptors.get(1) + 5 * each, descriptors.get(2), descriptors::toString);
    } finally {
      close(namespaces);
    }
  }

  @KernelTest
  void aHostWhoseNamespaceVanishesEndsAloneAndNamesIt() throws Exception {
    String name = "fastvif-group-" + ProcessHandle.current().pid();
    try (EngineGroup group = EngineGroup.open("gone");
        Netns stays = Netns.createPrivate();
        VifHost other = VifHost.open(options(group).withNamespace(stays))) {
      try (Netns named = Netns.create(name);
          VifHost host = VifHost.open(options(group).withNamespace(named))) {
        assertEquals(name, host.statistics().namespace());
        assertEquals(Outcome.PLUGGED, outcome(host.plug(tap("tap0"))));
        Netns.delete(name); // it lives on while the host has sockets in it
        assertThrows(SystemCallException.class, () -> Netns.named(name));
        assertEquals(Outcome.UNPLUGGED, outcome(host.unplug(tap("tap0"))));
        assertEquals(2, group.size());
      }
      assertEquals(1, group.size());
      assertEquals(Outcome.PLUGGED, outcome(other.plug(bridged("veth0"))));
      assertTrue(other.statistics().namespace().startsWith("net:["));
      Netns closed = Netns.createPrivate();
      closed.close();
      assertThrows(
          IllegalStateException.class, () -> VifHost.open(options(group).withNamespace(closed)));
      assertEquals(1, group.size());
      assertEquals(Outcome.UNPLUGGED, outcome(other.unplug(bridged("veth0"))));
    }
  }

  @KernelTest
  void withoutANamespaceItIsThatOfTheThreadThatOpensTheHost() throws Exception {
    try (EngineGroup group = EngineGroup.open("here");
        VifHost host = VifHost.open(options(group));
        Netns here = Netns.current()) {
      assertEquals(Outcome.PLUGGED, outcome(host.plug(tap("tap0"))));
      assertEquals(Set.of("tap0"), links(here, "tap"));
    }
  }
}
