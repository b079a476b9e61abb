package io.fastvif.ovsdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.ovsdb.TransactionOutcome.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The client against a server that says what no real one can be made to say. */
class OvsdbClientTest {
  private static final String SCHEMA =
      """
      "result":{"name":"db","version":"1.0.0","tables":{"T":{"columns":{
        "name":{"type":"string"},
        "opt":{"type":{"key":"integer","min":0,"max":1}},
        "set":{"type":{"key":"string","min":0,"max":"unlimited"}},
        "map":{"type":{"key":"string","value":"string","min":0,"max":"unlimited"}}}}}},"error":null
      """;
  private static final String ROW = "00000000-0000-0001-0000-000000000002";
  private static final String COLUMNS =
      "{\"name\":\"a\",\"opt\":7,\"set\":[\"set\",[\"x\",\"y\"]],"
          + "\"map\":[\"map\",[[\"k\",\"v\"],[\"l\",\"w\"]]]}";

  @TempDir Path folder;

  private final Map<UUID, OvsdbRow> rows = new TreeMap<>();
  private final RowListener listener =
      new RowListener() {
        @Override
        public void cleared() {
          rows.clear();
        }

        @Override
        public void changed(String table, OvsdbRow before, OvsdbRow after) {
          if (after == null) {
            rows.remove(before.uuid());
          } else {
            rows.put(after.uuid(), after);
          }
        }
      };

  private OvsdbClient client(FakeOvsdbServer server) {
    return client(server, Duration.ofMinutes(1));
  }

  private OvsdbClient client(FakeOvsdbServer server, Duration probe) {
    return OvsdbClient.builder(OvsdbAddress.parse(server.address()), "db")
        .monitor("T", "name", "opt", "set", "map", "missing")
        .listener(listener)
        .probe(probe)
        .build();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertTrue(latch.await(60, TimeUnit.SECONDS));
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  private static void await(OvsdbClient client, BooleanSupplier condition) throws Exception {
    CompletableFuture<Boolean> met = new CompletableFuture<>();
    client.await(condition, Duration.ofMinutes(1), met::complete);
    assertTrue(met.get(60, TimeUnit.SECONDS), client::problem);
  }

  private String row() {
    OvsdbRow row = rows.get(UUID.fromString(ROW));
    return row == null
        ? "none"
        : row.get("name").text()
            + " "
            + row.get("opt").number()
            + " "
            + row.get("set")
            + " "
            + new TreeMap<>(row.get("map").texts());
  }

  private static String unknownMethod() {
    return "\"result\":null,\"error\":\"unknown method\"";
  }

  private static String monitored(String method) {
    return switch (method) {
      case "monitor" -> "\"result\":{\"T\":{\"%s\":{\"new\":%s}}},\"error\":null";
      case "monitor_cond" -> "\"result\":{\"T\":{\"%s\":{\"initial\":%s}}},\"error\":null";
      default ->
          "\"result\":[false,\"11111111-0000-0000-0000-000000000000\","
              + "{\"T\":{\"%s\":{\"initial\":%s}}}],\"error\":null";
    };
  }

  @ParameterizedTest
  @CsvSource({
    "monitor_cond_since, 1000",
    "monitor_cond_since, 1",
    "monitor_cond, 7",
    "monitor, 5",
  })
  void fallsBackToTheWayToMonitorThatTheServerHas(String supported, int piece) throws Exception {
    boolean differences = !supported.equals("monitor");
    try (FakeOvsdbServer server =
            new FakeOvsdbServer(
                folder.resolve("s"),
                piece,
                (method, parameters) ->
                    switch (method) {
                      case "get_schema" -> SCHEMA;
                      case "echo" -> "\"result\":[],\"error\":null";
                      default ->
                          method.equals(supported)
                              ? monitored(method).formatted(ROW, COLUMNS)
                              : unknownMethod();
                    });
        OvsdbClient client = client(server)) {
      await(client, () -> true);
      assertEquals("get_schema", server.nextHeard());
      assertEquals("monitor_cond_since", server.nextHeard());
      assertEquals("a OptionalLong[7] Atoms[atoms=[x, y]] {k=v, l=w}", client.read(this::row));
      String update =
          differences
              ? "{\"T\":{\"%s\":{\"modify\":{\"opt\":[\"set\",[]],\"set\":[\"set\",[\"x\",\"z\"]],"
                  + "\"map\":[\"map\",[[\"k\",\"v\"],[\"l\",\"new\"],[\"m\",\"u\"]]]}}}}"
              : "{\"T\":{\"%s\":{\"old\":{},\"new\":{\"name\":\"a\",\"opt\":[\"set\",[]],"
                  + "\"set\":[\"set\",[\"y\",\"z\"]],"
                  + "\"map\":[\"map\",[[\"l\",\"new\"],[\"m\",\"u\"]]]}}}}";
      server.say(notification(supported, update));
      await(client, () -> row().endsWith("{l=new, m=u}"));
      assertEquals("a OptionalLong.empty Atoms[atoms=[y, z]] {l=new, m=u}", client.read(this::row));
      server.say(
          notification(
              supported,
              differences
                  ? "{\"T\":{\"%s\":{\"delete\":null}}}"
                  : "{\"T\":{\"%s\":{\"old\":{\"name\":\"a\"}}}}"));
      await(client, () -> row().equals("none"));
    }
  }

  private static String notification(String supported, String update) {
    String name =
        switch (supported) {
          case "monitor" -> "update";
          case "monitor_cond" -> "update2";
          default -> "update3";
        };
    String last = name.equals("update3") ? "\"22222222-0000-0000-0000-000000000000\"," : "";
    return "{\"id\":null,\"method\":\"%s\",\"params\":[\"fastvif\",%s%s]}"
        .formatted(name, last, update.formatted(ROW));
  }

  @Test
  void asksOnlyForWhatCameSinceItsLastTransaction() throws Exception {
    AtomicReference<Object> since = new AtomicReference<>();
    try (FakeOvsdbServer server =
            new FakeOvsdbServer(
                folder.resolve("s"),
                100,
                (method, parameters) -> {
                  if (method.equals("get_schema")) {
                    return SCHEMA;
                  }
                  boolean first = since.getAndSet(parameters.getLast()) == null;
                  return first
                      ? monitored(method).formatted(ROW, COLUMNS)
                      : "\"result\":[true,\"33333333-0000-0000-0000-000000000000\",{\"T\":{\""
                          + ROW
                          + "\":{\"modify\":{\"name\":\"b\"}}}}],\"error\":null";
                });
        OvsdbClient client = client(server)) {
      await(client, () -> true);
      assertEquals("00000000-0000-0000-0000-000000000000", since.get());
      server.hangUp();
      await(client, () -> row().startsWith("b "));
      assertEquals("11111111-0000-0000-0000-000000000000", since.get());
      assertEquals("b OptionalLong[7] Atoms[atoms=[x, y]] {k=v, l=w}", client.read(this::row));
    }
  }

  @Test
  void answersTheServersEchoAndGivesUpOneThatDoesNotAnswerItsOwn() throws Exception {
    try (FakeOvsdbServer server =
            new FakeOvsdbServer(
                folder.resolve("s"),
                100,
                (method, parameters) ->
                    switch (method) {
                      case "get_schema" -> SCHEMA;
                      case "monitor_cond_since" -> monitored(method).formatted(ROW, COLUMNS);
                      default -> null;
                    });
        OvsdbClient client = client(server, Duration.ofSeconds(2))) {
      await(client, () -> true);
      server.say("{\"id\":\"echo\",\"method\":\"echo\",\"params\":[1,\"two\"]}");
      assertEquals("get_schema", server.nextHeard());
      assertEquals("monitor_cond_since", server.nextHeard());
      assertEquals("answer echo [1, two]", server.nextHeard());
      assertEquals("echo", server.nextHeard());
      assertEquals("get_schema", server.nextHeard(), "the connection is opened again");
    }
  }

  @Test
  void severalServersAreSeparatedByCommasAsForOvsVsctl() {
    String text = "unix:/a,b,tcp:127.0.0.1:6641,ssl:[::1]:6642";
    OvsdbRemotes remotes = OvsdbRemotes.parse(text.replace(",ssl", ", ssl"));
    assertEquals(3, remotes.addresses().size());
    assertEquals(text, remotes.toString());
    assertTrue(remotes.usesTls());
    assertFalse(OvsdbRemotes.parse("unix:/a").usesTls());
    String id = "cid:11111111-0000-4000-8000-000000000000";
    String cluster = id + ",tcp:127.0.0.1:6640";
    assertEquals(cluster, OvsdbRemotes.parse(cluster).toString());
    for (String wrong : new String[] {"", ",", "unix:/a,tcp:", "cid:1", id}) {
      assertThrows(IllegalArgumentException.class, () -> OvsdbRemotes.parse(wrong), wrong);
    }
  }

  @Test
  void transactionsInFlightAtDisconnectAreUnknown() throws Exception {
    CountDownLatch mayConnect = new CountDownLatch(1);
    try (FakeOvsdbServer server =
            new FakeOvsdbServer(
                folder.resolve("s"),
                100,
                (method, parameters) ->
                    switch (method) {
                      case "get_schema" -> {
                        awaitQuietly(mayConnect);
                        yield SCHEMA;
                      }
                      case "monitor_cond_since" -> monitored(method).formatted(ROW, COLUMNS);
                      default -> null;
                    });
        OvsdbClient client = client(server)) {
      CompletableFuture<TransactionOutcome> early = new CompletableFuture<>();
      client.transact(new OvsdbTransaction("db"), Duration.ofSeconds(9), early::complete);
      assertEquals(Kind.NOT_SENT, early.get(60, TimeUnit.SECONDS).kind());
      mayConnect.countDown();
      await(client, () -> true);
      CompletableFuture<TransactionOutcome> late = new CompletableFuture<>();
      client.transact(new OvsdbTransaction("db"), Duration.ofSeconds(2), late::complete);
      assertEquals("the database did not answer in time", late.get(60, TimeUnit.SECONDS).message());
      CompletableFuture<TransactionOutcome> lost = new CompletableFuture<>();
      client.transact(new OvsdbTransaction("db"), Duration.ofMinutes(2), lost::complete);
      assertEquals("get_schema", server.nextHeard());
      assertEquals("monitor_cond_since", server.nextHeard());
      assertEquals("transact", server.nextHeard());
      assertEquals("transact", server.nextHeard());
      server.hangUp();
      assertEquals(Kind.UNKNOWN, lost.get(60, TimeUnit.SECONDS).kind());
    }
  }

  @Test
  void malformedMessagesEndTheConnection() throws Exception {
    for (String wrong :
        List.of(
            "nonsense",
            "{\"id\":null,\"method\":\"update3\",\"params\":[\"fastvif\",\"x\",{\"T\":{\"no-uuid\":{}}}]}",
            "{\"id\":null,\"method\":\"update3\",\"params\":[\"fastvif\",\"x\",[]]}",
            "{\"id\":null,\"method\":\"update3\",\"params\":[\"fastvif\",\"x\",{\"T\":{\""
                + "00000000-0000-0009-0000-000000000009\":{\"modify\":{\"name\":\"b\"}}}}]}",
            "{\"id\":1.}")) {
      try (FakeOvsdbServer server =
              new FakeOvsdbServer(
                  folder.resolve("s" + wrong.hashCode()),
                  100,
                  (method, parameters) ->
                      method.equals("get_schema")
                          ? SCHEMA
                          : monitored(method).formatted(ROW, COLUMNS));
          OvsdbClient client = client(server)) {
        await(client, () -> true);
        assertEquals("get_schema", server.nextHeard());
        assertEquals("monitor_cond_since", server.nextHeard());
        server.say(wrong);
        assertEquals("get_schema", server.nextHeard(), wrong);
        await(client, () -> true);
      }
    }
  }

  @Test
  void closeAnswersWaitingTransactions() throws Exception {
    CompletableFuture<Boolean> met = new CompletableFuture<>();
    OvsdbClient client =
        OvsdbClient.builder(OvsdbAddress.parse("unix:" + folder.resolve("none")), "db")
            .listener(listener)
            .build();
    client.await(() -> true, Duration.ofMinutes(5), met::complete);
    CompletableFuture<Boolean> early = new CompletableFuture<>();
    client.await(() -> true, Duration.ofMillis(30), early::complete);
    assertFalse(early.get(60, TimeUnit.SECONDS));
    assertFalse(met.isDone());
    client.close();
    assertFalse(met.get(60, TimeUnit.SECONDS));
    assertThrows(
        IllegalStateException.class,
        () -> client.await(() -> true, Duration.ofMillis(30), early::complete));
  }

  @ParameterizedTest
  @CsvSource({
    "unix:/run/db.sock, unix:/run/db.sock",
    "tcp:127.0.0.1:6641, tcp:127.0.0.1:6641",
    "tcp:127.0.0.1, tcp:127.0.0.1:6640",
    "ssl:[2001:db8::1]:6640, ssl:[2001:db8::1]:6640",
    "ssl:[2001:db8::1], ssl:[2001:db8::1]:6640",
  })
  void readsAddresses(String text, String shown) {
    assertEquals(shown, OvsdbAddress.parse(text).toString());
  }
}
