package io.fastvif.agent.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets something of the port for a browser, and who does not. */
class LoopbackProxyTest {
  private static final String ANSWER =
      """
      HTTP/1.1 200 OK
      Content-Type: text/html
      Access-Control-Allow-Origin: *
      Transfer-Encoding: chunked

      4
      page
      0

      """
          .replace("\n", "\r\n");

  private static final int CLOSES = 200;

  @TempDir Path folder;

  private static String ask(URI url, String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getByName(url.getHost()), url.getPort())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String get(String target, String host) {
    return "GET "
        + target
        + " HTTP/1.1\r\nHost: "
        + host
        + "\r\nCookie: a=b\r\nACCEPT:text/event-stream\r\nLast-Event-ID: 7\r\n\r\n";
  }

  @Test
  void whoHasTheTokenGetsWhatTheAgentSays() throws IOException {
    Path socket = folder.resolve("agent.sock");
    try (ScriptedServer agent =
            new ScriptedServer(
                socket, List.of(List.of(ANSWER), List.of(ANSWER.replace("page", "json"))));
        LoopbackProxy proxy = LoopbackProxy.open(socket.toString())) {
      URI url = URI.create(proxy.url());
      assertEquals("127.0.0.1", url.getHost());
      assertTrue(url.getPath().length() > 32, url::getPath);
      String page = ask(url, get(url.getPath(), url.getAuthority()));
      assertTrue(page.startsWith("HTTP/1.1 200 "), page);
      assertTrue(page.contains("\r\ncontent-type: text/html\r\n"), page);
      assertTrue(page.endsWith("\r\n\r\npage"), page);
      assertTrue(!page.contains("Access-Control"), page);
      String more =
          ask(url, get(url.getPath() + "v1/statistics?a=b", "localhost:" + url.getPort()));
      assertTrue(more.endsWith("json"), more);
      assertTrue(
          agent.requests().get(0).startsWith("GET / HTTP/1.1\r\n"), agent.requests()::toString);
      assertTrue(
          agent.requests().get(1).startsWith("GET /v1/statistics?a=b HTTP/1.1\r\n"),
          agent.requests()::toString);
      assertTrue(
          agent.requests().get(1).contains("accept: text/event-stream\r\nlast-event-id: 7\r\n"),
          agent.requests()::toString);
      assertTrue(!agent.requests().get(1).toLowerCase(Locale.ROOT).contains("cookie"));
    }
  }

  /** In a namespace of its own: elsewhere the port, once it is free, may be another's soon. */
  @KernelTest
  void nobodyElseGetsAnything() throws Exception {
    Peer.require("ip", "iproute2").run("link set lo up");
    Path socket = folder.resolve("agent.sock");
    URI url;
    try (ScriptedServer agent = new ScriptedServer(socket, List.of(List.of(ANSWER)));
        LoopbackProxy proxy = LoopbackProxy.open(socket.toString())) {
      url = URI.create(proxy.url());
      String token = url.getPath();
      String host = url.getAuthority();
      String other = token.substring(0, token.length() - 2) + "_/";
      for (String target : List.of("/", "/v1/vifs", other, "//", token.substring(0, 20) + "/")) {
        if (!target.equals(token)) {
          assertTrue(ask(url, get(target, host)).startsWith("HTTP/1.1 404 "), target);
        }
      }
      for (String wrong : List.of("evil.example:" + url.getPort(), "127.0.0.1", "")) {
        assertTrue(ask(url, get(token, wrong)).startsWith("HTTP/1.1 421 "), wrong);
      }
      assertTrue(
          ask(url, "GET " + token + " HTTP/1.1\r\n\r\n").startsWith("HTTP/1.1 421 "), "no Host");
      assertTrue(
          ask(url, "GET " + token + " HTTP/1.1\r\nHost: " + host + "\r\nHost: evil.example\r\n\r\n")
              .startsWith("HTTP/1.1 421 "),
          "two Hosts");
      assertTrue(ask(url, get(token, host).replace("GET", "DELETE")).startsWith("HTTP/1.1 405 "));
      assertTrue(ask(url, "what\r\n\r\n").startsWith("HTTP/1.1 400 "));
      assertEquals("", ask(url, "GET /" + "x".repeat(16 << 10)));
      assertEquals(List.of(), agent.requests());
    }
    assertThrows(ConnectException.class, () -> ask(url, "x"));
  }

  @KernelTest
  void nothingIsAcceptedOnceItIsClosed() throws Exception {
    Peer.require("ip", "iproute2").run("link set lo up");
    for (int i = 0; i < CLOSES; i++) {
      LoopbackProxy proxy = LoopbackProxy.open(folder.resolve("gone").toString());
      URI url = URI.create(proxy.url());
      proxy.close();
      assertThrows(ConnectException.class, () -> ask(url, "x"));
    }
  }

  @Test
  void anAgentThatIsNotThereIsSaid() throws IOException {
    try (LoopbackProxy proxy = LoopbackProxy.open(folder.resolve("gone").toString())) {
      URI url = URI.create(proxy.url());
      String answer = ask(url, get(url.getPath(), url.getAuthority()));
      assertTrue(answer.startsWith("HTTP/1.1 502 "), answer);
      assertTrue(answer.contains("is not there"), answer);
    }
  }
}
