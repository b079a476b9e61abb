package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.ovsdb.FakeOvsdbServer;
import io.fastvif.ovsdb.OvsdbRemotes;
import io.fastvif.plan.Action;
import io.fastvif.plan.OvsChange;
import io.fastvif.plan.OvsPort;
import io.fastvif.plan.OvsStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the engine makes transactions of plans, against a database that a test refuses them with. */
class OvsTransactionsTest {
  private static final String BRIDGE = "00000000-0000-0001-0000-000000000001";
  private static final String ROOT = "00000000-0000-0002-0000-000000000001";

  @TempDir Path folder;

  /** The names of the ports of each transaction that the server was sent. */
  private final List<List<String>> transactions = new CopyOnWriteArrayList<>();

  private volatile boolean silent;

  /** Until it is counted down, no transaction is answered. */
  private volatile CountDownLatch submitted = new CountDownLatch(0);

  private interface Refusal {
    /** The results that refuse a transaction that adds these ports; null to commit it. */
    String refuse(List<String> ports, List<?> operations);
  }

  private FakeOvsdbServer server(Refusal refusal) throws Exception {
    String schema =
        Files.readString(Path.of("/usr/share/openvswitch/vswitch.ovsschema")).replace('\n', ' ');
    return new FakeOvsdbServer(
        folder.resolve("s"),
        1 << 20,
        (method, parameters) ->
            switch (method) {
              case "get_schema" -> "\"result\":" + schema + ",\"error\":null";
              case "monitor_cond_since" ->
                  "\"result\":[false,\""
                      + BRIDGE
                      + "\",{\"Open_vSwitch\":{\""
                      + ROOT
                      + "\":{\"initial\":{\"next_cfg\":1,\"cur_cfg\":1}}},\"Bridge\":{\""
                      + BRIDGE
                      + "\":{\"initial\":{\"name\":\"br-int\",\"datapath_type\":\"netdev\","
                      + "\"ports\":[\"set\",[]]}}}}],\"error\":null";
              case "transact" -> transact(parameters, refusal);
              default -> "\"result\":[],\"error\":null";
            });
  }

  private String transact(List<?> parameters, Refusal refusal) {
    List<String> ports = new ArrayList<>();
    List<?> operations = parameters.subList(1, parameters.size());
    for (Object operation : operations) {
      if (operation instanceof Map<?, ?> insert
          && insert.get("op").equals("insert")
          && insert.get("table").equals("Port")) {
        ports.add(((Map<?, ?>) insert.get("row")).get("name").toString());
      }
    }
    transactions.add(ports);
    if (silent) {
      return null;
    }
    try {
      assertTrue(submitted.await(60, TimeUnit.SECONDS));
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
    String refused = refusal.refuse(ports, operations);
    return "\"result\":" + (refused == null ? "[]" : refused) + ",\"error\":null";
  }

  private static PlugPlan plan(String name) {
    OvsPort port =
        new OvsPort(name, "", Map.of(), Map.of(), OptionalInt.empty(), OvsPort.Creation.NONE);
    return new PlugPlan(
        name,
        name,
        Action.PLUG,
        List.of(name),
        null,
        List.of(
            PlannedStep.own(
                new OvsStep.ChangeOvs(List.of(new OvsChange.AddPort("br-int", port))), null)),
        List.of());
  }

  private List<PlugResult> plug(FakeOvsdbServer server, String... names) throws Exception {
    return plug(server, Duration.ofMinutes(1), names);
  }

  private List<PlugResult> plug(FakeOvsdbServer server, Duration limit, String... names)
      throws Exception {
    OvsSettings settings = new OvsSettings(OvsdbRemotes.parse(server.address()), null, limit);
    FakeKernel kernel = new FakeKernel();
    try (PlugEngine engine =
        PlugEngine.builder().transport(() -> kernel).ovs(settings).build().start()) {
      assertTrue(engine.snapshot().ovs().isKnown()); // connected, so that all go together
      List<CompletableFuture<PlugResult>> stages = new ArrayList<>();
      for (String name : names) {
        stages.add(engine.submit(plan(name)).orElseThrow().toCompletableFuture());
      }
      submitted.countDown();
      List<PlugResult> results = new ArrayList<>();
      for (CompletableFuture<PlugResult> stage : stages) {
        results.add(stage.get(60, TimeUnit.SECONDS));
      }
      return results;
    }
  }

  @Test
  void statisticsTellWhetherTheDatabaseIsConnected() throws Exception {
    FakeOvsdbServer server = server((ports, operations) -> null);
    OvsSettings settings =
        new OvsSettings(OvsdbRemotes.parse(server.address()), null, Duration.ofMinutes(1));
    FakeKernel kernel = new FakeKernel();
    try (server;
        PlugEngine engine =
            PlugEngine.builder().transport(() -> kernel).ovs(settings).build().start()) {
      assertTrue(engine.snapshot().ovs().isKnown());
      assertTrue(engine.statistics().ovsConnected());
      server.close();
      Await.until("the connection is lost", () -> !engine.statistics().ovsConnected());
    }
  }

  /** Its connection is fine, so only the plan's own limit ends the wait. */
  @Test
  void aServerThatAnswersNothingButEchoIsGivenUp() throws Exception {
    silent = true;
    try (FakeOvsdbServer server = server((ports, operations) -> null)) {
      PlugResult result = plug(server, Duration.ofSeconds(4), "tap0").getFirst();
      assertEquals(Outcome.FAILED, result.outcome());
      assertTrue(
          result.failure().message().contains("did not answer in time"),
          result.failure().message());
    }
  }

  /** No JSON can be made of it. */
  @Test
  void halfASurrogatePairInANameFailsThatPlanAlone() throws Exception {
    try (FakeOvsdbServer server = server((ports, operations) -> null)) {
      List<PlugResult> results = plug(server, "tap0", "tap\ud8001", "tap2");
      assertEquals(
          List.of(Outcome.PLUGGED, Outcome.FAILED, Outcome.PLUGGED),
          results.stream().map(PlugResult::outcome).toList());
      String message = results.get(1).failure().message();
      assertTrue(message.contains("surrogate"), message);
    }
  }

  @Test
  void whatGathersWhileOneIsUnderWayIsOneTransaction() throws Exception {
    String[] names = new String[300];
    for (int i = 0; i < names.length; i++) {
      names[i] = "tap" + i;
    }
    submitted = new CountDownLatch(1);
    try (FakeOvsdbServer server = server((ports, operations) -> null)) {
      for (PlugResult result : plug(server, names)) {
        assertEquals(Outcome.PLUGGED, result.outcome());
      }
    }
    assertEquals(300, transactions.stream().mapToInt(List::size).sum());
    assertTrue(transactions.size() < 30, () -> transactions.size() + " transactions");
  }

  @Test
  void theOneThatAnOperationOfItsOwnIsRefusedForIsTakenOut() throws Exception {
    try (FakeOvsdbServer server =
        server(
            (ports, operations) -> {
              if (!ports.contains("bad")) {
                return null;
              }
              StringBuilder results = new StringBuilder("[");
              for (Object operation : operations) {
                if (operation instanceof Map<?, ?> insert
                    && insert.get("row") instanceof Map<?, ?> row
                    && "bad".equals(row.get("name"))) {
                  return results
                      + "{\"error\":\"constraint violation\",\"details\":\"no such name\"}]";
                }
                results.append("{},");
              }
              return null;
            })) {
      List<PlugResult> results = plug(server, "a", "bad", "c");
      assertEquals(
          List.of(Outcome.PLUGGED, Outcome.FAILED, Outcome.PLUGGED),
          results.stream().map(PlugResult::outcome).toList());
      assertTrue(
          results.get(1).failure().message().endsWith("constraint violation: no such name"),
          () -> results.get(1).failure().message());
    }
  }

  @Test
  void theOneThatATransactionAsAWholeIsRefusedForIsFound() throws Exception {
    String[] names = new String[40];
    for (int i = 0; i < names.length; i++) {
      names[i] = i == 17 ? "bad" : "tap" + i;
    }
    submitted = new CountDownLatch(1);
    try (FakeOvsdbServer server =
        server(
            (ports, operations) ->
                ports.contains("bad")
                    ? "["
                        + "{},".repeat(operations.size())
                        + "{\"error\":\"constraint violation\",\"details\":\"index\"}]"
                    : null)) {
      List<PlugResult> results = plug(server, names);
      for (int i = 0; i < names.length; i++) {
        assertEquals(
            i == 17 ? Outcome.FAILED : Outcome.PLUGGED, results.get(i).outcome(), names[i]);
      }
    }
    assertTrue(transactions.size() < 60, () -> transactions.size() + " transactions");
  }

  @Test
  void anAssumptionThatNeverHoldsIsGivenUp() throws Exception {
    try (FakeOvsdbServer server =
        server(
            (ports, operations) -> {
              StringBuilder results = new StringBuilder("[");
              for (Object operation : operations) {
                if (operation instanceof Map<?, ?> wait && wait.get("op").equals("wait")) {
                  return results + "{\"error\":\"timed out\",\"details\":\"\"}]";
                }
                results.append("{},");
              }
              return null;
            })) {
      PlugResult result = plug(server, "a").getFirst();
      assertEquals(Outcome.FAILED, result.outcome());
      assertTrue(result.failure().message().endsWith("timed out"), result.failure()::message);
    }
  }
}
