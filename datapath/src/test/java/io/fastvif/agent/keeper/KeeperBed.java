package io.fastvif.agent.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.agent.AgentEvent;
import io.fastvif.agent.KeptVif;
import io.fastvif.agent.VifState;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import io.fastvif.plan.LinkState;
import io.fastvif.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A host and its keeper, in the network namespace of the thread that opens them. */
final class KeeperBed implements AutoCloseable {
  private static final int SECONDS = 60;

  final VifHost host;
  final HostKeeper keeper;
  private final Path state;
  private final List<AgentEvent> events = new CopyOnWriteArrayList<>();

  private KeeperBed(Path state, VifHost host, HostKeeper keeper) {
    this.state = state;
    this.host = host;
    this.keeper = keeper;
    keeper.subscribe(events::add);
  }

  /** With options by default, and short pauses. */
  static KeeperBed open(Path state) throws Exception {
    return open(state, Map.of(), options -> options, StoreDisk.real());
  }

  /**
   * Opens them, and waits until the start is over.
   *
   * @param configuration the host's options
   * @param changed changes the keeper's
   */
  static KeeperBed open(
      Path state,
      Map<String, String> configuration,
      UnaryOperator<KeeperOptions> changed,
      StoreDisk disk)
      throws Exception {
    HostConfiguration.Builder builder = HostConfiguration.builder(Map.of());
    configuration.forEach(builder::option);
    VifHost host = VifHost.open(VifHostOptions.of(builder.build()));
    try {
      KeeperOptions options =
          KeeperOptions.of(state)
              .withPauses(Duration.ofMillis(50), Duration.ofMillis(400), Duration.ofSeconds(20));
      KeeperBed bed =
          new KeeperBed(state, host, HostKeeper.open(host, changed.apply(options), disk));
      Await.until("the start", () -> bed.keeper.unreadiness().isEmpty());
      return bed;
    } catch (Exception | Error failed) {
      host.close();
      throw failed;
    }
  }

  static PlugResult done(CompletableFuture<PlugResult> result) throws Exception {
    return result.get(SECONDS, TimeUnit.SECONDS);
  }

  /** Plugs, which must not fail. */
  void plug(PlugRequest request) throws Exception {
    assertNull(done(keeper.plug(request, Map.of())).failure());
  }

  /** Unplugs, which must do something. */
  void unplug(String id) throws Exception {
    assertEquals(Outcome.UNPLUGGED, done(keeper.unplug(id)).outcome());
  }

  LinkState link(String name) {
    return host.snapshot().link(name).orElseThrow();
  }

  boolean hasLink(String name) {
    return host.snapshot().link(name).isPresent();
  }

  KeptVif vif(String id) {
    return keeper.find(id).orElseThrow();
  }

  void awaitState(String id, VifState wanted) throws Exception {
    Await.until(id + " " + wanted, () -> vif(id).state() == wanted);
    awaitTold();
  }

  /** Waits until a VIF was brought back so often. */
  void awaitRepairs(String id, long count) throws Exception {
    Await.until(
        "repair " + count + " of " + id,
        () -> vif(id).repairs() >= count && vif(id).state() == VifState.PLUGGED);
    awaitTold();
    assertEquals(count, vif(id).repairs());
  }

  /** What a VIF's new state brings with it, such as its event, is done before this is answered. */
  private void awaitTold() throws Exception {
    assertEquals(Outcome.UNCHANGED, done(keeper.unplug("nobody's")).outcome());
  }

  /** The events of a VIF, in order. */
  List<AgentEvent.Kind> kinds(String id) {
    return events.stream().filter(event -> event.vifId().equals(id)).map(AgentEvent::kind).toList();
  }

  List<AgentEvent> events() {
    return List.copyOf(events);
  }

  /** The ids of what is on disk, and whether they are to be unplugged. */
  List<String> onDisk() throws IOException {
    return onDisk(state).values().stream()
        .map(vif -> vif.declaration().id() + (vif.isToUnplug() ? " to unplug" : ""))
        .toList();
  }

  /** What is on disk, by id, whether a keeper is there or not. */
  static Map<String, StoredVif> onDisk(Path state) throws IOException {
    Map<String, StoredVif> vifs = new TreeMap<>();
    List<String> problems = new ArrayList<>();
    VifLog.replay(Files.readAllBytes(state.resolve("vifs.log")), vifs, problems);
    assertEquals(List.of(), problems);
    return vifs;
  }

  /** All that is kept, each with its state. */
  List<String> shown() {
    return keeper.list().stream().map(vif -> vif.id() + " " + vif.state()).toList();
  }

  @Override
  public void close() {
    keeper.close();
    host.close();
  }
}
