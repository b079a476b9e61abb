package io.fastvif.agent.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import io.fastvif.testing.LogLines;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What callers cannot have, and that others do not notice. */
class BoundsTest {
  private static final HttpOptions DEFAULT = HttpOptions.byDefault();

  @TempDir Path folder;

  private HttpLab lab(Bounds bounds) throws IOException {
    return new HttpLab(folder, DEFAULT.with(bounds));
  }

  /** One that gives its callers little time. */
  private HttpLab impatientLab() throws IOException {
    return new HttpLab(folder, DEFAULT.with(HttpLab.SHORT));
  }

  @Test
  void whatIsTooLongIsRefusedBeforeItIsRead() throws Exception {
    try (HttpLab lab = lab(Bounds.DEFAULT.withBodies(1000, 10_000))) {
      try (UnixHttp client = lab.connect()) {
        assertEquals("1000", client.ask("POST", "/body", "x".repeat(1000)).body());
        UnixHttp.Answer answer = client.ask("POST", "/body", "x".repeat(1001));
        assertEquals(413, answer.status());
        assertEquals("close", answer.header("Connection"));
        assertTrue(client.isEnded());
      }
      try (UnixHttp client = lab.connect()) {
        client.send("POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
        client.send("3e8\r\n" + "x".repeat(1000) + "\r\n1\r\nx\r\n");
        assertEquals(413, client.answer().status());
      }
      try (UnixHttp client = lab.connect()) {
        client.send("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n");
        client.send("Expect: 100-continue\r\n\r\n");
        assertEquals(413, client.answer().status(), "without the body");
      }
      try (UnixHttp client = lab.connect()) {
        assertEquals(414, client.ask("GET", "/" + "x".repeat(9000), "").status());
      }
      try (UnixHttp client = lab.connect()) {
        assertEquals(431, client.ask("GET", "/small", "", "X: " + "x".repeat(20_000)).status());
      }
      assertEquals(1, lab.handled.get());
      assertEquals(200, lab.status());
    }
  }

  @Test
  void whoWaitsWithTheBodyIsToldToGoOn() throws Exception {
    try (HttpLab lab = lab(Bounds.DEFAULT);
        UnixHttp client = lab.connect()) {
      client.send("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n");
      client.send("Expect: 100-continue\r\n\r\n");
      assertEquals("HTTP/1.1 100 Continue\r\n\r\n", client.text(25));
      client.send("abc");
      assertEquals("3", client.answer().body());
    }
  }

  @Test
  void allBodiesTogetherAreBounded() throws Exception {
    try (HttpLab lab = lab(Bounds.DEFAULT.withBodies(8192, 16_384))) {
      List<UnixHttp> clients = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        UnixHttp client = lab.connect();
        clients.add(client);
        client.send(UnixHttp.request("POST", "/later", "x".repeat(8000)));
      }
      Await.until("two are handled", () -> lab.server.statistics().underWay() == 2);
      try (UnixHttp client = lab.connect()) {
        UnixHttp.Answer answer = client.ask("POST", "/body", "x".repeat(8000));
        assertEquals(503, answer.status());
        assertEquals("1", answer.header("Retry-After"));
      }
      lab.later.complete(Response.json(200, "{}"));
      for (UnixHttp client : clients) {
        assertEquals(200, client.answer().status());
        assertEquals("8000", client.ask("POST", "/body", "x".repeat(8000)).body());
        client.close();
      }
    }
  }

  @Test
  void whoIsHalfThereIsClosed() throws Exception {
    try (HttpLab lab = impatientLab();
        UnixHttp silent = lab.connect();
        UnixHttp slowHead = lab.connect();
        UnixHttp slowBody = lab.connect();
        UnixHttp idle = lab.connect()) {
      slowHead.send("GET /small HTTP/1.1\r\nHo");
      slowBody.send("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
      assertEquals(200, idle.ask("GET", "/small", "").status());
      idle.send("G");
      assertTrue(silent.isEnded());
      assertTrue(slowHead.isEnded());
      assertEquals(408, slowBody.answer().status());
      assertTrue(slowBody.isEnded());
      assertTrue(idle.isEnded(), "the second head is as slow");
      assertEquals(0, lab.handled.get());
      assertEquals(200, lab.status());
      assertEquals(3, lab.server.statistics().timedOut());
    }
  }

  @Test
  void whoDoesNotReadItsAnswerIsClosed() throws Exception {
    try (HttpLab lab = impatientLab();
        UnixHttp large = lab.connect();
        UnixHttp stream = lab.connect();
        UnixHttp sound = lab.connect()) {
      large.send(UnixHttp.request("GET", "/large", ""));
      stream.send(UnixHttp.request("GET", "/stream", ""));
      Response.Sink sink = lab.stream.get();
      AtomicInteger written = new AtomicInteger();
      Runnable fill =
          () -> {
            while (sink.isWritable()) {
              sink.write(new byte[1000]);
              written.addAndGet(1000);
            }
          };
      sink.whenWritable(fill);
      sink.execute(fill);
      assertEquals(8 << 20, sound.ask("GET", "/large", "").bytes().length);
      Await.until("the slow ones are counted", () -> lab.server.statistics().timedOut() == 2);
      Await.until("the stream is told", sink::isClosed);
      assertTrue(written.get() < 2_000_000, () -> written + " bytes for who does not read");
      // They are closed after that; the sound one may have been idle for too long by now.
      Await.until("they are closed", () -> lab.server.statistics().connections() <= 1);
      assertEquals(200, lab.status());
    }
  }

  @Test
  void whoSendsTooMuchAheadIsClosedAfterItsAnswers() throws Exception {
    Bounds bounds = Bounds.DEFAULT;
    try (HttpLab lab = lab(bounds);
        UnixHttp client = lab.connect()) {
      client.send(UnixHttp.request("GET", "/later", ""));
      StringBuilder ahead = new StringBuilder();
      for (int i = 0; i < 1000; i++) {
        ahead.append("GET /small HTTP/1.1\r\nHost: x\r\n\r\n");
      }
      client.send(ahead.toString());
      Await.until("it was too much", () -> lab.server.statistics().refused() == 1);
      lab.later.complete(Response.json(200, "{}"));
      for (int i = 0; i < 1 + bounds.pipelined(); i++) {
        assertEquals(200, client.answer().status());
      }
      assertTrue(client.isEnded());
      assertEquals(1 + bounds.pipelined(), lab.server.statistics().requests());
    }
  }

  @Test
  void requestsUnderWayAreBounded() throws Exception {
    try (HttpLab lab = lab(Bounds.DEFAULT.withRequests(2));
        UnixHttp one = lab.connect();
        UnixHttp two = lab.connect();
        UnixHttp three = lab.connect()) {
      one.send(UnixHttp.request("GET", "/later", ""));
      two.send(UnixHttp.request("GET", "/later", ""));
      Await.until("two are handled", () -> lab.server.statistics().underWay() == 2);
      assertEquals(503, three.ask("GET", "/small", "").status());
      lab.later.complete(Response.json(200, "{}"));
      assertEquals(200, one.answer().status());
      assertEquals(200, two.answer().status());
      assertEquals(200, three.ask("GET", "/small", "").status());
    }
  }

  @Test
  void ofOneUserTheLongestIdleConnectionMakesRoom() throws Exception {
    try (HttpLab lab = lab(Bounds.DEFAULT.withConnections(100, 2));
        UnixHttp one = lab.connect();
        UnixHttp two = lab.connect()) {
      assertEquals(200, one.ask("GET", "/small", "").status());
      assertEquals(200, two.ask("GET", "/small", "").status());
      assertEquals(200, lab.status());
      assertTrue(one.isEnded());
      two.send(UnixHttp.request("GET", "/later", ""));
      try (UnixHttp three = lab.connect()) {
        three.send(UnixHttp.request("GET", "/later", ""));
        Await.until("two are handled", () -> lab.server.statistics().underWay() == 2);
        try (UnixHttp four = lab.connect()) {
          assertEquals(503, four.answer().status(), "none is idle");
          assertTrue(four.isEnded());
        }
        lab.later.complete(Response.json(200, "{}"));
        assertEquals(200, three.answer().status());
        assertEquals(200, two.answer().status());
      }
    }
  }

  @Test
  void beyondAllConnectionsNewOnesWait() throws Exception {
    try (HttpLab lab = lab(Bounds.DEFAULT.withConnections(2, 2));
        UnixHttp one = lab.connect();
        UnixHttp two = lab.connect()) {
      one.send(UnixHttp.request("GET", "/later", ""));
      two.send(UnixHttp.request("GET", "/later", ""));
      Await.until("two are handled", () -> lab.server.statistics().underWay() == 2);
      try (UnixHttp three = lab.connect()) {
        three.send(UnixHttp.request("GET", "/small", ""));
        lab.later.complete(Response.json(200, "{}"));
        assertEquals(200, one.answer().status());
        assertEquals(200, two.answer().status());
        one.shutdownOutput();
        assertEquals(200, three.answer().status());
      }
      assertTrue(lab.server.statistics().connections() <= 3);
    }
  }

  @Test
  void anEndingServerAnswersWhatIsUnderWay() throws Exception {
    HttpLab lab = lab(Bounds.DEFAULT);
    try (UnixHttp one = lab.connect();
        UnixHttp stream = lab.connect();
        UnixHttp idle = lab.connect()) {
      assertEquals(200, idle.ask("GET", "/small", "").status());
      one.send(UnixHttp.request("GET", "/later", ""));
      stream.send(UnixHttp.request("GET", "/stream", ""));
      lab.stream.get().write("{}\n");
      Thread closing = Thread.ofPlatform().start(lab::close);
      assertTrue(idle.isEnded());
      stream.head();
      assertEquals(3, stream.chunk().length);
      assertEquals(null, stream.chunk(), "the stream has an end");
      lab.later.complete(Response.json(200, "{}"));
      UnixHttp.Answer answer = one.answer();
      assertEquals(200, answer.status());
      assertEquals("close", answer.header("Connection"));
      assertTrue(one.isEnded());
      closing.join();
    }
    assertEquals(0, folder.toFile().list().length);
  }

  @Test
  void eachLimitHasANameAndIsChecked() {
    HttpOptions options = DEFAULT;
    for (String name : HttpOptions.limits()) {
      HttpOptions before = options;
      options = options.withLimit(name, "7");
      assertNotEquals(before, options, name);
      for (String wrong : List.of("0", "-1", "", "x", "NaN", "99999999999999999999")) {
        InvalidInputException refused =
            assertThrows(InvalidInputException.class, () -> DEFAULT.withLimit(name, wrong), name);
        assertTrue(refused.getMessage().startsWith("limit " + name + ": "), refused.getMessage());
      }
    }
    Duration seven = Duration.ofSeconds(7);
    assertEquals(new Bounds(7, 7, 7, 7, 7, 7, 7), options.bounds());
    assertEquals(new Times(seven, seven, seven, seven, seven, seven), options.times());
    assertThrows(InvalidInputException.class, () -> DEFAULT.withLimit("odd", "7"));
  }

  /** The system takes what filled the channel in the midst of a write. */
  @Test
  void streamWhoseWriterHasNothingMoreIsWrittenToItsEnd() throws Exception {
    int pieces = 10;
    int size = 20 << 10;
    try (HttpLab lab = new HttpLab(folder, HttpOptions.byDefault());
        UnixHttp stream = lab.connect()) {
      stream.send(UnixHttp.request("GET", "/stream", ""));
      stream.head();
      Response.Sink sink = lab.stream.get();
      sink.execute(
          () -> {
            for (int i = 0; i < pieces; i++) {
              sink.write(new byte[size]);
            }
          });
      for (int i = 0; i < pieces; i++) {
        assertEquals(size, stream.chunk().length);
      }
    }
  }

  /** Beyond what the codec takes, the connection is closed, and nobody's log is filled with it. */
  @Test
  void whoSendsFarTooManyAheadFillsNoLog() throws Exception {
    try (LogLines log = new LogLines("io.fastvif.agent.http");
        HttpLab lab = lab(Bounds.DEFAULT);
        UnixHttp client = lab.connect()) {
      try {
        client.send("GET /small HTTP/1.1\r\nHost: x\r\n\r\n".repeat(20_000));
      } catch (IOException closed) {
        // in the midst of them
      }
      Await.until("it is closed", () -> lab.server.statistics().connections() == 0);
      assertEquals(200, lab.status());
      assertEquals(List.of(), log.lines());
    }
  }
}
