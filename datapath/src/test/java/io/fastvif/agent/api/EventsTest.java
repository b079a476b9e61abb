package io.fastvif.agent.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.agent.AgentEvent;
import io.fastvif.agent.http.HttpOptions;
import io.fastvif.agent.http.HttpServer;
import io.fastvif.agent.http.UnixHttp;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsTest {
  private static final String EVENTS = "/v1/events";
  private static final int MANY = 20_000;
  private static final String SERVER_SENT = "Accept: text/event-stream";

  @TempDir Path folder;

  private static void plug(ApiLab lab, int number) throws IOException {
    String id = "vif-" + number;
    lab.askWell("PUT", "/v1/vifs/{id}", "/v1/vifs/" + id, ApiLab.tap(id, "tap" + number, 1500));
  }

  private static Map<String, Object> next(UnixHttp reader) throws IOException {
    String chunk = new String(reader.chunk(), StandardCharsets.UTF_8);
    return JsonValue.object(JsonValue.of(chunk.lines().findFirst().orElseThrow()));
  }

  /** The ids of all events that are kept. */
  private static List<String> ids(ApiLab lab, String query, String... headers) throws IOException {
    List<String> ids = new ArrayList<>();
    String lines = lab.ask("GET", EVENTS, EVENTS + query, "", headers).body();
    for (String line : lines.lines().toList()) {
      ids.add((String) JsonValue.object(JsonValue.of(line)).get("event"));
    }
    return ids;
  }

  @KernelTest
  void whatHappensIsToldAtOnce() throws Exception {
    try (ApiLab lab = new ApiLab(folder, null);
        UnixHttp reader = lab.connect();
        UnixHttp ofAnother = lab.connect()) {
      reader.send(UnixHttp.request("GET", EVENTS, ""));
      reader.head();
      ofAnother.send(UnixHttp.request("GET", EVENTS + "?id=vif-2", ""));
      ofAnother.head();
      plug(lab, 1);
      Map<String, Object> event = next(reader);
      assertEquals("plugged", event.get("kind"));
      assertEquals("vif-1", event.get("id"));
      assertEquals(1L, event.get("number"));
      plug(lab, 2);
      assertEquals("vif-2", next(ofAnother).get("id"));
      assertEquals("vif-2", next(reader).get("id"));
    }
  }

  @KernelTest
  void whoComesLaterGoesOnWhereItWas() throws Exception {
    try (ApiLab lab = new ApiLab(folder, null)) {
      for (int i = 0; i < 5; i++) {
        plug(lab, i);
      }
      List<String> all = ids(lab, "?follow=false");
      assertEquals(5, all.size());
      assertEquals(all.subList(2, 5), ids(lab, "?follow=false", "Last-Event-ID: " + all.get(1)));
      assertEquals(all.subList(3, 5), ids(lab, "?follow=false&after=3"));
      assertEquals(List.of(), ids(lab, "?follow=false&after=" + all.get(4)));
      String restarted =
          lab.ask("GET", EVENTS, EVENTS + "?follow=false", "", "Last-Event-ID: other-3").body();
      assertTrue(restarted.startsWith("{\"kind\":\"restarted\"}\n{\"event\":\""), restarted);
      assertEquals(6, restarted.lines().count());
      String asEvents = lab.ask("GET", EVENTS, EVENTS + "?follow=false", "", SERVER_SENT).body();
      assertTrue(asEvents.startsWith("id: " + all.getFirst() + "\nevent: plugged\ndata: {"));
      assertEquals(400, lab.ask("GET", EVENTS, EVENTS + "?after=x", "").status());
    }
  }

  /** A reader that does not read: the agent keeps its place and nothing else. */
  @Test
  void whoIsTooSlowIsToldHowManyItHasMissed() throws Exception {
    AtomicReference<Consumer<AgentEvent>> flood = new AtomicReference<>();
    EventRing ring =
        new EventRing(
            told -> {
              flood.set(told);
              return () -> {};
            },
            100);
    Path socket = folder.resolve("agent.sock");
    try (HttpServer server =
            HttpServer.listen(
                HttpOptions.byDefault(),
                socket,
                PosixFilePermissions.fromString("rw-------"),
                null,
                List.of(EventRoute.of(ring, "run")));
        UnixHttp slow = UnixHttp.to(socket)) {
      slow.send(UnixHttp.request("GET", EVENTS, ""));
      slow.head();
      for (int i = 1; i <= MANY; i++) {
        flood
            .get()
            .accept(
                new AgentEvent(
                    i, Instant.EPOCH, AgentEvent.Kind.DRIFTED, "vif-" + i, "x".repeat(100)));
      }
      assertEquals(1, server.statistics().underWay());
      long expected = 1;
      long lost = 0;
      while (expected <= MANY) {
        for (String line : new String(slow.chunk(), StandardCharsets.UTF_8).lines().toList()) {
          Map<String, Object> event = JsonValue.object(JsonValue.of(line));
          if ("lost".equals(event.get("kind"))) {
            lost += (Long) event.get("count");
            expected += (Long) event.get("count");
          } else {
            assertEquals(expected, event.get("number"));
            expected++;
          }
        }
      }
      assertTrue(lost > 0 && lost < MANY, lost + " are lost");
    }
  }

  /** Of an agent of which nothing is heard nobody knows whether it is alive. */
  @Test
  void aReaderOfServerSentEventsHearsOfTheAgentWhenNothingHappens() throws Exception {
    EventRing ring = new EventRing(told -> () -> {}, 100);
    Path socket = folder.resolve("agent.sock");
    try (HttpServer server =
        HttpServer.listen(
            HttpOptions.byDefault(),
            socket,
            PosixFilePermissions.fromString("rw-------"),
            null,
            List.of(EventRoute.of(ring, "run", Duration.ofMillis(20))))) {
      try (UnixHttp reader = UnixHttp.to(socket)) {
        reader.send(UnixHttp.request("GET", EVENTS, "", SERVER_SENT));
        reader.head();
        for (int i = 0; i < 3; i++) {
          assertEquals(":\n\n", new String(reader.chunk(), StandardCharsets.UTF_8));
        }
      }
      Await.until("it is gone", () -> server.statistics().underWay() == 0);
    }
  }
}
