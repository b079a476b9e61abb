package io.fastvif.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.engine.EngineGroup;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.netns.Netns;
import io.fastvif.observe.HostMonitor;
import io.fastvif.ovsdb.FakeOvsdbServer;
import io.fastvif.ovsdb.OvsdbAddress;
import io.fastvif.ovsdb.OvsdbClient;
import io.fastvif.ovsdb.OvsdbTransaction;
import io.fastvif.ovsdb.TransactionOutcome;
import io.fastvif.testing.Await;
import io.fastvif.testing.LogLines;
import io.fastvif.trace.Tracing;
import io.fastvif.vhostuser.session.TestBackend;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vif.VifGeneric;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Flight Recorder has of what fastvif did. */
class EventsTest {
  /** What a namespace without a name is called. */
  private static final Pattern NUMBER = Pattern.compile("net:\\[[0-9]+\\]");

  /** More events than the monitor's buffer takes in, each of 2 KiB and more there. */
  private static final int CHANGES_TO_LOSE = 20_000;

  private static final List<String> NAMES =
      List.of(
          "Plug",
          "Unplug",
          "Change",
          "Unplanned",
          "Batch",
          "Resync",
          "OvsdbTransaction",
          "VhostUserSession",
          "VhostUserMessage");

  @TempDir Path folder;

  private interface Work {
    void run() throws Exception;
  }

  private List<RecordedEvent> recorded(Work work) throws Exception {
    Path file = folder.resolve("recording.jfr");
    try (Recording recording = new Recording()) {
      NAMES.forEach(name -> recording.enable("io.fastvif." + name).withThreshold(Duration.ZERO));
      recording.start();
      work.run();
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file).stream()
        .filter(event -> event.getEventType().getName().startsWith("io.fastvif."))
        .toList();
  }

  private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
    return events.stream()
        .filter(event -> event.getEventType().getName().equals("io.fastvif." + name))
        .toList();
  }

  private static PlugRequest tap(String id, String name) {
    VifGeneric vif = VifGeneric.builder().id(id).plugin("tap").vifName(name).build();
    return new PlugRequest("test", vif, Optional.empty());
  }

  @Test
  void operationsSendsAndReadingsAreRecorded() throws Exception {
    String id = "4d2e1f6a-0000-4000-8000-000000000001";
    List<RecordedEvent> events =
        recorded(
            () -> {
              try (Netns namespace = Netns.createPrivate();
                  VifHost host =
                      VifHost.open(
                          VifHostOptions.byDefault()
                              .withNamespace(namespace)
                              .withLeases(folder.resolve("leases")))) {
                PlugResult plugged = host.plug(tap(id, "tap0")).join();
                assertEquals(Outcome.PLUGGED, plugged.outcome(), plugged::toString);
                PlugResult refused = host.plug(tap("other", "tap0")).join();
                assertEquals(Outcome.FAILED, refused.outcome());
                assertEquals(Outcome.UNPLUGGED, host.unplug(tap(id, "tap0")).join().outcome());
              }
            });

    RecordedEvent plug = named(events, "Plug").getFirst();
    assertEquals(id, plug.getString("vifId"));
    assertEquals("tap0", plug.getString("device"));
    assertEquals("PLUGGED", plug.getString("outcome"));
    assertEquals("", plug.getString("failedStep"));
    assertEquals("", plug.getString("errno"));
    assertEquals(0, plug.getInt("leftBehind"));
    assertTrue(plug.getDuration().toNanos() > 0);
    assertEquals(1, named(events, "Unplug").size());
    assertEquals("UNPLUGGED", named(events, "Unplug").getFirst().getString("outcome"));
    List<RecordedEvent> failed =
        events.stream()
            .filter(e -> e.hasField("outcome") && e.getString("outcome").equals("FAILED"))
            .toList();
    assertEquals(1, failed.size(), events::toString);
    assertEquals("other", failed.getFirst().getString("vifId"));
    assertFalse(failed.getFirst().getString("failedStep").isEmpty(), failed::toString);
    assertFalse(failed.getFirst().getString("detail").isEmpty(), failed::toString);

    RecordedEvent batch = named(events, "Batch").getFirst();
    assertEquals(1, batch.getInt("plans"));
    assertEquals(1, batch.getInt("messages"));
    RecordedEvent resync = named(events, "Resync").getFirst();
    assertEquals("nothing was known", resync.getString("reason"));
    assertEquals(1, resync.getInt("links"), "a new namespace has lo");
    Set<String> names =
        events.stream().map(event -> event.getString("namespace")).collect(Collectors.toSet());
    assertEquals(1, names.size(), events::toString);
    assertTrue(NUMBER.matcher(names.iterator().next()).matches(), events::toString);
  }

  /** By an engine of a group as by one with a thread of its own. */
  @Test
  void aNamespaceIsCalledAsItWasGiven() throws Exception {
    String name = "fastvif-events-" + ProcessHandle.current().pid();
    try (EngineGroup group = EngineGroup.open("events");
        Netns named = Netns.create(name);
        Netns byPath = Netns.of(Path.of("/run/netns", name));
        Netns unnamed = Netns.createPrivate()) {
      assertEquals(name, named.name());
      assertEquals("/run/netns/" + name, byPath.name());
      for (Netns given : List.of(named, byPath, unnamed)) {
        VifHostOptions options =
            VifHostOptions.byDefault().withNamespace(given).withLeases(folder.resolve("leases"));
        for (VifHostOptions each : List.of(options, options.withGroup(group))) {
          List<RecordedEvent> events =
              recorded(
                  () -> {
                    try (VifHost host = VifHost.open(each)) {
                      assertEquals(given.name(), host.statistics().namespace());
                      host.plug(tap("id", "tap0")).join();
                      host.unplug("id").join();
                    }
                  });
          assertEquals(1, named(events, "Unplug").size());
          for (RecordedEvent event : events) {
            assertEquals(given.name(), event.getString("namespace"), event::toString);
          }
        }
      }
    } finally {
      Netns.delete(name);
    }
  }

  @Test
  void aReadingBecauseEventsWereLostSaysSoAndIsOneLine() throws Exception {
    List<String> lines = new ArrayList<>();
    List<RecordedEvent> events =
        recorded(
            () -> {
              try (LogLines log = new LogLines("io.fastvif.observe");
                  Netns namespace = Netns.createPrivate();
                  RouteSocket somebody = RouteSocket.open(namespace);
                  PlugEngine engine =
                      PlugEngine.builder().namespace(namespace).monitorHost().build().start()) {
                somebody.execute(somebody.link().create("v0").kind(new Veth().peerName("v1")));
                int index = engine.snapshot().link("v0").orElseThrow().index();
                for (int i = 0; i < CHANGES_TO_LOSE; i++) {
                  somebody.execute(somebody.link().set(index).mtu(1400 + i % 2));
                }
                somebody.execute(somebody.link().set(index).mtu(1234));
                for (int i = 0; i < 3; i++) {
                  assertEquals(1234, engine.snapshot().link("v0").orElseThrow().mtu());
                }
                lines.addAll(log.lines());
              }
            });
    assertEquals(
        List.of("nothing was known", "events were lost"),
        named(events, "Resync").stream().map(event -> event.getString("reason")).toList());
    RecordedEvent resync = named(events, "Resync").getLast();
    assertTrue(NUMBER.matcher(resync.getString("namespace")).matches(), resync::toString);
    assertEquals(3, resync.getInt("links"), "lo and both ends");
    assertEquals(
        List.of(
            "INFO in "
                + resync.getString("namespace")
                + ": events of the kernel were lost, and the whole host is read again"),
        lines);
  }

  @Test
  void aReadingThatWasAskedForIsNotTakenForALoss() throws Exception {
    List<RecordedEvent> events =
        recorded(
            () -> {
              try (Netns namespace = Netns.createPrivate();
                  HostMonitor monitor = namespace.visit(() -> HostMonitor.open())) {
                for (int i = 0; i < 2; i++) {
                  monitor.snapshot();
                  monitor.refresh();
                }
                monitor.snapshot();
              }
            });
    assertEquals(
        List.of("nothing was known", "it was asked for", "it was asked for"),
        named(events, "Resync").stream().map(event -> event.getString("reason")).toList());
  }

  @Test
  @SuppressWarnings("try") // the namespace's name ends with the block
  void transactionsAndSessionsAreRecorded() throws Exception {
    FakeOvsdbServer.Script script =
        (method, parameters) -> "\"result\":null,\"error\":\"unknown method\"";
    String socket = folder.resolve("v").toString();
    List<RecordedEvent> events =
        recorded(
            () -> {
              try (Tracing.Scope scope = Tracing.in("tenant", null);
                  FakeOvsdbServer server = new FakeOvsdbServer(folder.resolve("s"), 9, script);
                  OvsdbClient client =
                      OvsdbClient.builder(OvsdbAddress.parse(server.address()), "db").build()) {
                CompletableFuture<TransactionOutcome> answer = new CompletableFuture<>();
                client.transact(
                    new OvsdbTransaction("db"), Duration.ofMinutes(1), answer::complete);
                answer.get(60, TimeUnit.SECONDS);
              }
              try (Tracing.Scope scope = Tracing.in("tenant", null);
                  TestBackend backend = TestBackend.listen(socket, 2)) {
                try (VhostUserFrontend probe = VhostUserFrontend.connect(socket, 20_000)) {
                  probe.getFeatures();
                }
                Await.until("the session has ended", () -> backend.endedSessions() == 1);
              }
            });

    RecordedEvent transaction = named(events, "OvsdbTransaction").getFirst();
    assertEquals("tenant", transaction.getString("namespace"));
    assertEquals(0, transaction.getInt("operations"));
    assertEquals("NOT_SENT", transaction.getString("outcome"));
    assertEquals("not connected yet", transaction.getString("error"));
    RecordedEvent session = named(events, "VhostUserSession").getFirst();
    assertEquals("tenant", session.getString("namespace"));
    assertFalse(session.getBoolean("owner"));
    assertFalse(session.getBoolean("failed"));
    assertEquals("the frontend has closed the connection", session.getString("reason"));
  }

  @Test
  void eachIsDescribedForWhoeverLooksAtIt() {
    List<EventType> types =
        List.of(
                PlugEvent.class,
                UnplugEvent.class,
                ChangeEvent.class,
                UnplannedEvent.class,
                BatchEvent.class,
                ResyncEvent.class,
                OvsdbTransactionEvent.class,
                VhostUserSessionEvent.class,
                VhostUserMessageEvent.class)
            .stream()
            .map(EventType::getEventType)
            .toList();
    assertTrue(FlightRecorder.isAvailable());
    assertEquals(
        NAMES.stream().map(name -> "io.fastvif." + name).toList(),
        types.stream().map(EventType::getName).toList());
    for (EventType type : types) {
      assertEquals(List.of("fastvif"), type.getCategoryNames());
      assertFalse(type.getLabel().isEmpty() || type.getDescription().isEmpty(), type::getName);
      type.getFields().stream()
          .filter(
              field -> !List.of("startTime", "duration", "eventThread").contains(field.getName()))
          .forEach(
              field ->
                  assertTrue(
                      field.getLabel() != null && field.getDescription() != null,
                      () -> type.getName() + "." + field.getName()));
    }
  }
}
