package io.fastvif.ovsdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import io.fastvif.testing.LogLines;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is logged of a database that is not there, and of one that comes back. */
class OvsdbLogTest {
  private static final int ATTEMPTS = 3;

  @TempDir Path folder;

  @Test
  void aLostConnectionIsOneLineAndNotOneForEachAttempt() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    boolean[] refuses = {true};
    FakeOvsdbServer.Script script =
        (method, parameters) -> {
          if (!method.equals("get_schema")) {
            return "\"result\":[false,\"11111111-0000-0000-0000-000000000000\",{}],\"error\":null";
          }
          attempts.incrementAndGet();
          return refuses[0]
              ? "\"result\":null,\"error\":\"not yet\""
              : "\"result\":{\"name\":\"db\",\"version\":\"1.0.0\",\"tables\":{\"T\":"
                  + "{\"columns\":{\"name\":{\"type\":\"string\"}}}}},\"error\":null";
        };
    try (LogLines log = new LogLines("io.fastvif.ovsdb");
        FakeOvsdbServer server = new FakeOvsdbServer(folder.resolve("s"), 1000, script);
        OvsdbClient client =
            OvsdbClient.builder(OvsdbAddress.parse(server.address()), "db")
                .monitor("T", "name")
                .build()) {
      CompletableFuture<Boolean> first = new CompletableFuture<>();
      client.await(() -> true, Duration.ofSeconds(60), first::complete);
      Await.until("some attempts", () -> attempts.get() >= ATTEMPTS);
      refuses[0] = false;
      assertTrue(first.get(60, TimeUnit.SECONDS), client::problem);

      server.hangUp();
      Await.until("the loss is known", () -> log.lines().size() >= 3);
      CompletableFuture<Boolean> again = new CompletableFuture<>();
      client.await(() -> true, Duration.ofSeconds(60), again::complete);
      assertTrue(again.get(60, TimeUnit.SECONDS), client::problem);
      Await.until("it is connected again", () -> log.lines().size() >= 4);

      String lost = "WARNING no connection to Open vSwitch's database: " + server.address() + ": ";
      String back = "INFO connected to Open vSwitch's database again: " + server.address();
      List<String> lines = log.lines();
      assertEquals(4, lines.size(), lines::toString);
      assertEquals(lost + "no schema of db: not yet", lines.get(0));
      assertEquals(back, lines.get(1));
      assertTrue(lines.get(2).startsWith(lost), lines::toString);
      assertEquals(back, lines.get(3));
    }
  }
}
