package io.fastvif.ovsdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.ovsdb.TransactionOutcome.Kind;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A fault of the server, the network or a caller ends what it belongs to, and not the client. */
@Timeout(120)
class OvsdbFaultsTest {
  private static final String SCHEMA =
      "\"result\":{\"name\":\"db\",\"version\":\"1.0.0\",\"tables\":{\"T\":{\"columns\":{"
          + "\"name\":{\"type\":\"string\"}}}}},\"error\":null";
  private static final String EMPTY =
      "\"result\":[false,\"11111111-0000-0000-0000-000000000000\",{}],\"error\":null";

  /** While nothing happens, a thread may not take more: one that spins takes all of it. */
  private static final long IDLE_NANOS = 500_000_000L;

  @TempDir Path folder;

  private FakeOvsdbServer server(String answerToTransact) throws Exception {
    return new FakeOvsdbServer(
        folder.resolve("s"),
        1000,
        (method, parameters) ->
            switch (method) {
              case "get_schema" -> SCHEMA;
              case "monitor_cond_since" -> EMPTY;
              case "transact" -> answerToTransact;
              default -> "\"result\":[],\"error\":null";
            });
  }

  private static OvsdbClient client(String address) {
    return OvsdbClient.builder(OvsdbAddress.parse(address), "db").monitor("T", "name").build();
  }

  private static void awaitCurrent(OvsdbClient client) throws Exception {
    CompletableFuture<Boolean> met = new CompletableFuture<>();
    client.await(() -> true, Duration.ofSeconds(30), met::complete);
    assertTrue(met.get(60, TimeUnit.SECONDS), client::problem);
  }

  private static TransactionOutcome transact(OvsdbClient client, Duration limit) throws Exception {
    CompletableFuture<TransactionOutcome> outcome = new CompletableFuture<>();
    client.transact(new OvsdbTransaction("db"), limit, outcome::complete);
    return outcome.get(60, TimeUnit.SECONDS);
  }

  @Test
  void aMalformedAnswerToTransactLeavesNobodyWaiting() throws Exception {
    try (FakeOvsdbServer server = server("\"result\":\"no array\",\"error\":null");
        OvsdbClient client = client(server.address())) {
      awaitCurrent(client);
      TransactionOutcome outcome = transact(client, Duration.ofMinutes(10));
      assertEquals(Kind.UNKNOWN, outcome.kind());
      assertTrue(outcome.message().contains("not an array"), outcome.message());
      awaitCurrent(client);
    }
  }

  @Test
  void errorsOfCallersDoNotEndTheClient() throws Exception {
    try (FakeOvsdbServer server = server("\"result\":[],\"error\":null");
        OvsdbClient client = client(server.address())) {
      AtomicInteger calls = new AtomicInteger();
      client.await(
          () -> {
            calls.incrementAndGet();
            throw new NoClassDefFoundError("condition");
          },
          Duration.ofMillis(300),
          met -> {
            calls.incrementAndGet();
            throw new AssertionError("handler");
          });
      awaitCurrent(client);
      client.transact(
          new OvsdbTransaction("db"),
          Duration.ofSeconds(30),
          outcome -> {
            calls.incrementAndGet();
            throw new StackOverflowError("handler");
          });
      assertEquals(Kind.COMMITTED, transact(client, Duration.ofSeconds(30)).kind());
      assertTrue(calls.get() >= 2, () -> "" + calls);
      assertTrue(client.isCurrent());
    }
  }

  @Test
  void aServerThatAnswersNothingButEchoIsNotWaitedForForEver() throws Exception {
    try (FakeOvsdbServer server = server(null);
        OvsdbClient client = client(server.address())) {
      awaitCurrent(client);
      TransactionOutcome outcome = transact(client, Duration.ofMillis(200));
      assertEquals(Kind.UNKNOWN, outcome.kind());
      assertEquals("the database did not answer in time", outcome.message());
    }
  }

  private static long cpuNanos(String thread) {
    var threads = ManagementFactory.getThreadMXBean();
    for (var info : threads.dumpAllThreads(false, false)) {
      if (info.getThreadName().equals(thread)) {
        return threads.getThreadCpuTime(info.getThreadId());
      }
    }
    throw new AssertionError("no thread " + thread);
  }

  @Test
  void aSilentTlsServerIsWaitedForWithoutSpinning() throws Exception {
    Certificates.make(folder);
    TlsCredentials credentials =
        TlsCredentials.read(
            folder.resolve("client.key"), folder.resolve("client.crt"), folder.resolve("ca.crt"));
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        OvsdbClient client =
            OvsdbClient.builder(OvsdbAddress.parse("ssl:127.0.0.1:" + silent.getLocalPort()), "db")
                .tls(credentials)
                .build()) {
      CompletableFuture<Boolean> met = new CompletableFuture<>();
      client.await(() -> true, Duration.ofSeconds(2), met::complete);
      try (Socket accepted = silent.accept()) {
        accepted.getInputStream().read(); // the handshake has begun
        long before = cpuNanos("fastvif-ovsdb");
        assertFalse(met.get(60, TimeUnit.SECONDS));
        long taken = cpuNanos("fastvif-ovsdb") - before;
        assertTrue(taken < IDLE_NANOS, () -> taken + " ns of processor time while it waits");
      }
    }
  }

  @Test
  void wrongCaFailsAtOnce() throws Exception {
    Certificates.make(folder);
    TlsCredentials ours =
        TlsCredentials.read(
            folder.resolve("client.key"),
            folder.resolve("client.crt"),
            folder.resolve("other.crt"));
    TlsCredentials theirs =
        TlsCredentials.read(
            folder.resolve("server.key"), folder.resolve("server.crt"), folder.resolve("ca.crt"));
    ServerSocket server =
        theirs
            .context()
            .getServerSocketFactory()
            .createServerSocket(0, 5, InetAddress.getLoopbackAddress());
    try (OvsdbClient client =
        OvsdbClient.builder(OvsdbAddress.parse("ssl:127.0.0.1:" + server.getLocalPort()), "db")
            .tls(ours)
            .build()) {
      Thread accepting =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    while (!server.isClosed()) {
                      try (Socket accepted = server.accept()) {
                        accepted.getInputStream().read();
                      } catch (IOException ended) {
                        // the client does not trust it, or the test is over
                      }
                    }
                  });
      CompletableFuture<Boolean> met = new CompletableFuture<>();
      client.await(() -> true, Duration.ofMinutes(10), met::complete);
      assertFalse(met.get(60, TimeUnit.SECONDS));
      assertTrue(client.isHopeless());
      assertTrue(client.problem().contains("PKIX"), client::problem);
      server.close();
      accepting.join();
    } finally {
      server.close();
    }
  }

  /** Nothing can happen before the next attempt, two seconds away in the end. */
  @Test
  void withoutAServerTheClientSleeps() throws Exception {
    try (OvsdbClient client = client("unix:" + folder.resolve("none"))) {
      CompletableFuture<Boolean> met = new CompletableFuture<>();
      client.await(() -> true, Duration.ofSeconds(2), met::complete);
      assertFalse(met.get(60, TimeUnit.SECONDS));
      assertTrue(client.turns() < 40, () -> client.turns() + " turns in 2 s");
    }
  }
}
