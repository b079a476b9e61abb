package io.fastvif.agent.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.agent.http.UnixHttp;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.LogLines;
import io.fastvif.testing.Mutator;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/**
 * Callers who send what is no HTTP, no JSON, half of it or far too much: each is answered or
 * closed, the agent does not grow, and who asks properly does not notice.
 *
 * <p>Runs for two seconds, with 300 connections at once; {@code -Dfastvif.fuzz-seconds=3600} for an
 * hour, {@code -Dfastvif.fuzz-seed} for the same one again, {@code
 * -Dfastvif.fuzz-connections=10000} for as many.
 */
class HttpFuzzTest {
  private static final long SECONDS = Long.getLong("fastvif.fuzz-seconds", 2);
  private static final long SEED = Long.getLong("fastvif.fuzz-seed", System.nanoTime());
  private static final int CONNECTIONS = Integer.getInteger("fastvif.fuzz-connections", 300);
  private static final int AT_ONCE = 50;
  private static final long MAX_GROWTH = 48L << 20;
  private static final long MAX_ANSWER_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final String VIF = ApiLab.tap("fuzz-1", "fuzz1", 1500);
  private static final List<String> DOCUMENTS =
      List.of(
          VIF,
          "{\"vif\":" + VIF + ",\"options\":{\"tap.multiqueue\":\"true\"},\"instance\":null}",
          "[" + VIF + ",{\"id\":\"fuzz-2\",\"action\":\"unplug\"},{\"place\":\"x\",\"vif\":{}}]",
          "{\"network\":\"blue\",\"port\":\"b6f9bd7a-ac5e-4b6f-9f3e-d3f6ac5e4b6f\","
              + "\"acceptable\":[\"tap\"],\"constraints\":{\"mtu\":1500}}",
          "{\"host_info\":{},\"vifs\":[" + VIF + "],\"as\":{\"VIFGeneric\":\"1.0\"}}");

  private static final List<String> LINES =
      List.of(
          "PUT /v1/vifs/fuzz-1",
          "DELETE /v1/vifs/fuzz-1",
          "POST /v1/batches?action=plug",
          "POST /v1/plans?action=unplug&numbered=true",
          "POST /v1/negotiations",
          "POST /v1/endpoints",
          "GET /v1/events?follow=false",
          "GET /v1/vifs?state=plugged",
          "GET /v1/vifs/%2e%2e",
          "DELETE /v1/endpoints/a/b/c",
          "HEAD /v1/openapi.json",
          "OPTIONS *",
          "GET http://x/v1/version");

  private static final List<String> HEADERS =
      List.of(
          "Host: x",
          "Content-Type: application/json",
          "Content-Type: text/plain",
          "Content-Length: 10",
          "Content-Length: -1",
          "Content-Length: 99999999999",
          "Transfer-Encoding: chunked",
          "Transfer-Encoding: gzip",
          "Expect: 100-continue",
          "Connection: close",
          "Connection: Upgrade",
          "Upgrade: h2c",
          "Request-Timeout: 0.01",
          "Last-Event-ID: x-1",
          "Accept: text/event-stream",
          "X: " + "y".repeat(20_000),
          "no colon",
          " folded");

  @TempDir Path folder;
  private final Random random = new Random(SEED);
  private final Mutator mutator = new Mutator(SEED);

  @KernelTest
  void whateverIsSentOthersAreAnswered() throws Exception {
    try (LogLines log = new LogLines("io.fastvif.agent");
        ApiLab lab = new ApiLab(folder, null);
        UnixHttp sound = lab.connect()) {
      ask(sound);
      play(lab, sound, System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS) / 4);
      long before = used();
      int threads = Thread.activeCount();
      play(lab, sound, System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS));
      Await.until("only the sound one is left", () -> lab.connections() == 1);
      ask(sound);
      assertTrue(used() - before < MAX_GROWTH, () -> "grown by " + (used() - before));
      assertTrue(Thread.activeCount() <= threads + 8, "threads");
      assertEquals(0, lab.internalErrors(), () -> SEED + ": errors of the agent's own");
      assertEquals(List.of(), log.lines(), () -> SEED + ": what nobody has foreseen");
    }
  }

  private static long used() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  private void play(ApiLab lab, UnixHttp sound, long until) throws Exception {
    List<UnixHttp> open = new ArrayList<>();
    do {
      UnixHttp client = lab.connect();
      open.add(client);
      try {
        client.send(request());
        if (random.nextInt(3) == 0) {
          client.shutdownOutput();
        }
      } catch (IOException closed) {
        // refused before all of it was sent
      }
      if (random.nextInt(10) == 0) {
        ask(sound);
      }
      if (open.size() > AT_ONCE) {
        end(open.remove(random.nextInt(open.size())));
      }
    } while (System.nanoTime() - until < 0);
    for (UnixHttp client : open) {
      end(client);
    }
  }

  /** What answers there are must be HTTP. */
  private void end(UnixHttp client) throws IOException {
    try (client) {
      if (random.nextBoolean() && client.hasAnswer()) {
        int first = client.read();
        assertTrue(first < 0 || first == 'H', () -> SEED + ": answered " + (char) first);
      }
    } catch (SocketException reset) {
      // ended without all that was sent being read
    }
  }

  private static void ask(UnixHttp sound) throws IOException {
    long start = System.nanoTime();
    UnixHttp.Answer answer = sound.ask("GET", "/v1/vifs/unknown", "");
    assertEquals(404, answer.status());
    assertTrue(System.nanoTime() - start < MAX_ANSWER_NANOS, "answered in time");
  }

  private byte[] request() {
    StringBuilder head = new StringBuilder(LINES.get(random.nextInt(LINES.size())));
    head.append(" HTTP/1.").append(random.nextInt(20) == 0 ? "9" : "1").append("\r\n");
    boolean isSound = random.nextInt(3) > 0;
    byte[] body = mutator.next(DOCUMENTS);
    if (isSound) {
      head.append("Host: x\r\nContent-Length: ").append(body.length).append("\r\n");
    }
    for (int n = random.nextInt(isSound ? 2 : 5); n > 0; n--) {
      head.append(HEADERS.get(random.nextInt(HEADERS.size()))).append("\r\n");
    }
    head.append("\r\n");
    byte[] start = head.toString().getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[start.length + body.length];
    System.arraycopy(start, 0, all, 0, start.length);
    System.arraycopy(body, 0, all, start.length, body.length);
    switch (random.nextInt(6)) {
      case 0 -> all[random.nextInt(all.length)] = (byte) random.nextInt();
      case 1 -> all = Arrays.copyOf(all, random.nextInt(all.length));
      default -> {
        // as it is
      }
    }
    return all;
  }

  @KernelTest
  void manyConnectionsCostLittleAndKeepNobodyOut() throws Exception {
    try (ApiLab lab = new ApiLab(folder, null);
        UnixHttp sound = lab.connect()) {
      ask(sound);
      List<UnixHttp> many = new ArrayList<>();
      long before = used();
      for (int i = 0; i < CONNECTIONS; i++) {
        UnixHttp client = connect(lab);
        many.add(client);
        switch (i % 3) {
          case 0 -> client.send("GET /v1/version HTTP/1.1\r\nHost");
          case 1 -> client.send(UnixHttp.request("GET", "/v1/version", ""));
          default -> {
            // says nothing
          }
        }
        if (i % 100 == 0) {
          ask(sound);
        }
      }
      ask(sound);
      long each = (used() - before) / CONNECTIONS;
      assertTrue(each < 150_000, () -> each + " bytes for each connection and its client");
      for (UnixHttp client : many) {
        client.close();
      }
      Await.until("only the sound one is left", () -> lab.connections() == 1);
      ask(sound);
    }
  }

  /** The queue of those who wait to be accepted may be full for a moment. */
  private static UnixHttp connect(ApiLab lab) throws Exception {
    UnixHttp[] client = new UnixHttp[1];
    Await.until(
        "there is room to wait",
        () -> {
          try {
            client[0] = lab.connect();
          } catch (SocketException full) {
            return false;
          }
          return true;
        });
    return client[0];
  }
}
