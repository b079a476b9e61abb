package io.fastvif.ovsdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.trace.Protocol;
import io.fastvif.trace.TracedExchange;
import io.fastvif.trace.Tracing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a trace says of a client's transactions. */
class OvsdbTraceTest {
  private static final String SCHEMA =
      """
      "result":{"name":"db","version":"1.0.0",
        "tables":{"T":{"columns":{"name":{"type":"string"}}}}},"error":null
      """;

  @TempDir Path folder;

  private final BlockingQueue<TracedExchange> traced = new LinkedBlockingQueue<>();

  @SuppressWarnings("try") // it ends with the block
  private OvsdbClient client(FakeOvsdbServer server) {
    try (Tracing.Scope scope = Tracing.begin(traced::add)) {
      return OvsdbClient.builder(OvsdbAddress.parse(server.address()), "db")
          .monitor("T", "name")
          .build();
    }
  }

  private static void transact(OvsdbClient client) throws Exception {
    OvsdbTransaction transaction = new OvsdbTransaction("db");
    transaction.insert("T", "row1", Map.of("name", OvsdbValue.of("a")));
    CompletableFuture<TransactionOutcome> answered = new CompletableFuture<>();
    client.transact(transaction, Duration.ofMinutes(1), answered::complete);
    answered.get(60, TimeUnit.SECONDS);
  }

  @Test
  void transactionsAreShownWithTheirAnswers() throws Exception {
    String[] answer = {"\"result\":[{\"uuid\":[\"uuid\",\"0\"]}],\"error\":null"};
    CountDownLatch mayConnect = new CountDownLatch(1);
    FakeOvsdbServer.Script script =
        (method, parameters) ->
            switch (method) {
              case "get_schema" -> {
                try {
                  assertTrue(mayConnect.await(60, TimeUnit.SECONDS));
                } catch (InterruptedException interrupted) {
                  throw new AssertionError(interrupted);
                }
                yield SCHEMA;
              }
              case "transact" -> answer[0];
              default ->
                  "\"result\":[false,\"11111111-0000-0000-0000-000000000000\",{}],\"error\":null";
            };
    try (FakeOvsdbServer server = new FakeOvsdbServer(folder.resolve("s"), 1000, script);
        OvsdbClient client = client(server)) {
      transact(client); // before it is connected
      mayConnect.countDown();
      CompletableFuture<Boolean> current = new CompletableFuture<>();
      client.await(() -> true, Duration.ofMinutes(1), current::complete);
      assertEquals(true, current.get(60, TimeUnit.SECONDS), client::problem);
      transact(client);
      answer[0] = "\"result\":[{\"error\":\"constraint violation\",\"details\":\"no\"}]";
      transact(client);
    }
    String request =
        "transact [\"db\",{\"op\":\"insert\",\"table\":\"T\",\"uuid-name\":\"row1\","
            + "\"row\":{\"name\":\"a\"}}]";
    List<TracedExchange> all = List.copyOf(traced);
    assertEquals(List.of(request, request, request), all.stream().map(e -> e.request()).toList());
    assertEquals(
        List.of(
            "not sent: not connected yet",
            "committed",
            "refused: operation 0: constraint violation: no"),
        all.stream().map(TracedExchange::answer).toList());
    assertEquals(List.of(true, false, true), all.stream().map(TracedExchange::failed).toList());
    assertEquals(Protocol.OVSDB, all.getFirst().protocol());
  }
}
