package io.fastvif.agent.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.vif.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpServerTest {
  private static final byte[] LARGE = "x".repeat(3_000_000).getBytes(StandardCharsets.UTF_8);

  private final CompletableFuture<Response> later = new CompletableFuture<>();

  @TempDir Path folder;
  private Path socket;
  private HttpServer server;

  @BeforeEach
  void listen() throws Exception {
    socket = folder.resolve("agent.sock");
    List<HttpRoute> routes =
        List.of(
            HttpRoute.quick(Method.GET, "/v1/small", Access.READ, r -> Response.json(200, "{}")),
            HttpRoute.quick(
                Method.GET, "/v1/large", Access.READ, r -> Response.of(200, Response.TEXT, LARGE)),
            HttpRoute.quick(
                Method.POST,
                "/v1/echo/{what}",
                Access.CHANGE,
                r -> Response.of(200, Response.TEXT, r.body()).withHeader("X", r.segment("what"))),
            HttpRoute.waiting(
                Method.GET,
                "/v1/thread",
                Access.READ,
                r -> Response.text(200, Thread.currentThread().getName())),
            HttpRoute.later(Method.GET, "/v1/later", Access.READ, r -> later),
            HttpRoute.quick(
                Method.GET,
                "/v1/rest/{rest*}",
                Access.READ,
                r -> Response.text(200, r.segment("rest"))),
            HttpRoute.quick(
                Method.GET,
                "/v1/stream",
                Access.READ,
                r ->
                    Response.stream(
                        Response.JSON_LINES,
                        sink -> {
                          sink.write("{\"a\":1}\n");
                          sink.write("{\"a\":2}\n");
                          sink.end();
                        })),
            HttpRoute.quick(
                Method.GET,
                "/v1/wrong",
                Access.READ,
                r -> {
                  throw InvalidInputException.ofValue("vif.id", "?", "is no id", "a UUID");
                }));
    server =
        HttpServer.listen(
            HttpOptions.byDefault(),
            socket,
            PosixFilePermissions.fromString("rw-rw----"),
            null,
            routes);
  }

  @AfterEach
  void close() {
    server.close();
    assertFalse(Files.exists(socket), "the socket is taken away");
    assertEquals(0, folder.toFile().list().length, "and its lock");
  }

  @Test
  void answersOneRequestAfterTheOtherOnOneConnection() throws Exception {
    try (UnixHttp client = UnixHttp.to(socket)) {
      for (int i = 0; i < 100; i++) {
        UnixHttp.Answer answer = client.ask("GET", "/v1/small", "");
        assertEquals(200, answer.status());
        assertEquals("{}", answer.body());
        assertEquals("application/json", answer.header("Content-Type"));
      }
      assertEquals("a%20/é", client.ask("POST", "/v1/echo/b%2Fc", "a%20/é").body());
      assertEquals("fastvif-http-worker", client.ask("GET", "/v1/thread", "").body());
      assertEquals("a/b/c d", client.ask("GET", "/v1/rest/a/b%2Fc%20d", "").body());
      assertEquals("{\"a\":1}\n{\"a\":2}\n", client.ask("GET", "/v1/stream", "").body());
      assertEquals(3_000_000, client.ask("GET", "/v1/large", "").bytes().length);
      assertEquals("3000000", client.ask("HEAD", "/v1/large", "").header("Content-Length"));
      assertEquals("{}", client.ask("GET", "/v1/small", "").body());
    }
    assertEquals(1, server.statistics().accepted());
  }

  @Test
  void saysWhatIsWrongAsAProblemDocument() throws Exception {
    UnixHttp.Answer wrong = UnixHttp.ask(socket, "GET", "/v1/wrong", "");
    assertEquals(400, wrong.status());
    assertEquals("application/problem+json", wrong.header("Content-Type"));
    assertEquals(
        "{\"type\":\"urn:fastvif:problem:wrong-input\","
            + "\"title\":\"The input is not what it must be\",\"status\":400,"
            + "\"detail\":\"vif.id: \\\"?\\\" is no id: expected a UUID\","
            + "\"field\":\"vif.id\",\"value\":\"?\",\"expected\":\"a UUID\"}",
        wrong.body());
    assertEquals(404, UnixHttp.ask(socket, "GET", "/v1/none", "").status());
    UnixHttp.Answer method = UnixHttp.ask(socket, "DELETE", "/v1/small", "");
    assertEquals(405, method.status());
    assertEquals("GET, HEAD", method.header("Allow"));
  }

  @Test
  void answersInTheOrderInWhichItIsAskedAhead() throws Exception {
    try (UnixHttp client = UnixHttp.to(socket)) {
      client.send(UnixHttp.request("GET", "/v1/later", ""));
      for (int i = 0; i < 5; i++) {
        client.send(UnixHttp.request("POST", "/v1/echo/x", "body " + i));
      }
      later.complete(Response.text(200, "at last"));
      assertEquals("at last", client.answer().body());
      for (int i = 0; i < 5; i++) {
        assertEquals("body " + i, client.answer().body());
      }
      assertEquals("{}", client.ask("GET", "/v1/small", "").body());
    }
  }

  @Test
  void aRequestThatTakesTooLongIsAnsweredAndTheConnectionGoesOn() throws Exception {
    try (UnixHttp client = UnixHttp.to(socket)) {
      assertEquals(504, client.ask("GET", "/v1/later", "", "Request-Timeout: 0.05").status());
      assertEquals(504, client.ask("GET", "/v1/later?timeout=0.05", "").status());
      later.complete(Response.text(200, "too late"));
      assertEquals("{}", client.ask("GET", "/v1/small", "").body());
      assertEquals(400, client.ask("GET", "/v1/small", "", "Request-Timeout: soon").status());
    }
  }

  @Test
  void whoSendsNoMoreIsStillAnswered() throws Exception {
    try (UnixHttp client = UnixHttp.to(socket)) {
      client.send(UnixHttp.request("GET", "/v1/later", ""));
      client.shutdownOutput();
      later.complete(Response.text(200, "answered"));
      assertEquals("answered", client.answer().body());
      assertTrue(client.isEnded());
    }
  }

  @Test
  void speaksToOldAndToUnusualClients() throws Exception {
    try (UnixHttp old = UnixHttp.to(socket)) {
      old.send("GET /v1/stream HTTP/1.0\r\n\r\n");
      UnixHttp.Answer answer = old.answer();
      assertEquals("{\"a\":1}\n{\"a\":2}\n", answer.body(), "without chunks");
      assertEquals("close", answer.header("Connection"));
      assertTrue(old.isEnded());
    }
    try (UnixHttp old = UnixHttp.to(socket)) {
      old.send("GET /v1/small HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
      assertEquals("keep-alive", old.answer().header("Connection"));
      assertEquals("{}", old.ask("GET", "http://fastvif/v1/small?timeout=5", "").body());
      assertEquals(405, old.ask("OPTIONS", "/v1/small", "").status());
      assertEquals(400, old.ask("OPTIONS", "*", "").status());
      assertEquals(200, old.ask("HEAD", "/v1/stream", "").status());
      assertEquals(
          "close", old.ask("GET", "/v1/small", "", "Connection: close").header("Connection"));
      assertTrue(old.isEnded());
    }
    try (UnixHttp none = UnixHttp.to(socket)) {
      none.send("GET /v1/small HTTP/1.1\r\n\r\n");
      assertEquals(400, none.answer().status(), "a host is missing");
      none.send("nothing of HTTP\r\n\r\n");
      assertEquals(400, none.answer().status());
      assertTrue(none.isEnded());
    }
  }
}
