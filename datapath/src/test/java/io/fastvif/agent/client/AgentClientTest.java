package io.fastvif.agent.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the client makes of what a server says, right and wrong. */
class AgentClientTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String OK = "HTTP/1.1 200 OK\r\n";

  @TempDir Path folder;

  private Path socket() {
    return folder.resolve("agent.sock");
  }

  private AgentClient client() {
    return new AgentClient(socket().toString(), PATIENCE);
  }

  private ScriptedServer server(String... words) throws IOException {
    return new ScriptedServer(socket(), List.of(List.of(words)));
  }

  /** What is said of a server that says this. */
  private String problem(String... words) throws IOException {
    return problemWithin(PATIENCE, words);
  }

  private String problemWithin(Duration patience, String... words) throws IOException {
    Path own = folder.resolve("s" + System.nanoTime());
    try (ScriptedServer server = new ScriptedServer(own, List.of(List.of(words)));
        AgentClient client = new AgentClient(own.toString(), patience)) {
      IOException failed =
          assertThrows(
              IOException.class,
              () -> client.send("GET", "/").text(),
              () -> server.requests().toString());
      return failed.getMessage().replace(own.toString(), "SOCKET");
    }
  }

  @Test
  void asksAsItWasTold() throws IOException {
    try (ScriptedServer server =
            server(
                OK + "Content-Length: 6\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nhällo",
                "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        AgentClient client = client()) {
      AgentResponse first = client.send("GET", "/a?b=c");
      assertEquals("text/plain", first.contentType());
      assertEquals("hällo", first.text());
      assertFalse(client.send("PUT", "/b", "{\"ü\":1}").isSuccess());
      assertTrue(server.requests().get(0).startsWith("GET /a?b=c HTTP/1.1\r\nHost: localhost\r\n"));
      assertTrue(server.requests().get(1).contains("\r\nContent-Length: 8\r\n"));
    }
  }

  @Test
  void keepsTheConnectionFromRequestToRequest() throws IOException {
    try (ScriptedServer server =
            server(
                OK + "Content-Length: 2\r\n\r\nab",
                OK
                    + "Transfer-Encoding: chunked\r\n\r\n"
                    + "4;x=y\r\n"
                    + "wiki\r\n"
                    + "5\r\n"
                    + "pedia\r\n"
                    + "0\r\n"
                    + "A: b\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
                OK + "\r\nall the rest",
                ScriptedServer.CLOSE);
        AgentClient client = client()) {
      assertEquals("ab", client.send("GET", "/").text());
      assertEquals("wikipedia", client.send("GET", "/").text());
      AgentResponse empty = client.send("DELETE", "/");
      assertEquals(204, empty.status());
      assertEquals("", empty.text());
      assertEquals("all the rest", client.send("GET", "/").text());
      assertEquals(4, server.requests().size());
    }
  }

  @Test
  void connectsAgainWhereTheAgentHasClosedAnUnusedConnection() throws IOException {
    List<String> once = List.of(OK + "Content-Length: 2\r\n\r\nab", ScriptedServer.CLOSE);
    try (ScriptedServer server = new ScriptedServer(socket(), List.of(once, once));
        AgentClient client = client()) {
      assertEquals("ab", client.send("GET", "/").text());
      String again;
      try {
        again = client.send("GET", "/").text();
      } catch (SilentEndException raced) {
        assertFalse(raced.isBeforeRequest()); // it was still open when the request was written
        again = "ab";
      }
      assertEquals("ab", again);
      assertTrue(server.requests().size() <= 2);
    }
  }

  /** Each line is there when its chunk is: the one behind it has not come yet. */
  @Test
  void linesComeOneByOne() throws IOException {
    try (ScriptedServer server =
            server(OK + "Transfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n", ScriptedServer.STAY);
        AgentClient client = client()) {
      BufferedReader lines = client.send("GET", "/").lines();
      assertEquals("one", lines.readLine());
      server.say("4\r\ntwo\n\r\n0\r\n\r\n");
      assertEquals("two", lines.readLine());
      assertNull(lines.readLine());
    }
  }

  @Test
  void anAnswerThatComesBeforeTheBodyIsTakenIsRead() throws IOException {
    try (ScriptedServer server =
            server(
                "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig",
                ScriptedServer.STAY);
        AgentClient client = client()) {
      AgentResponse refused = client.send("POST", "/", "x".repeat(8 << 20));
      assertEquals(413, refused.status());
      assertFalse(refused.isSuccess());
      assertEquals("big", refused.text());
      assertEquals(1, server.requests().size());
    }
  }

  @Test
  void whatIsNotHttpIsSaid() throws IOException {
    assertEquals(
        "the agent at SOCKET does not speak HTTP: it says \"SSH-2.0-x\"",
        problem("SSH-2.0-x\r\n", ScriptedServer.CLOSE));
    assertEquals(
        "the agent at SOCKET has ended the connection without an answer",
        problem(ScriptedServer.MORE, ScriptedServer.CLOSE)
            .replace("has closed the connection", "has ended the connection without an answer"));
    assertEquals(
        "the agent at SOCKET has ended within its answer",
        problem(OK + "Content-Length: 5\r\n\r\nab", ScriptedServer.CLOSE));
    assertEquals(
        "the agent at SOCKET has ended within its answer",
        problem(OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nab", ScriptedServer.CLOSE));
    assertEquals(
        "the agent at SOCKET answers with a chunk without a length",
        problem(OK + "Transfer-Encoding: chunked\r\n\r\n-1\r\nab", ScriptedServer.CLOSE));
    assertEquals(
        "the agent at SOCKET answers with a length that is none: -1",
        problem(OK + "Content-Length: -1\r\n\r\n", ScriptedServer.CLOSE));
    assertEquals(
        "the agent at SOCKET answers in a transfer coding that is not known here: gzip",
        problem(OK + "Transfer-Encoding: gzip\r\n\r\n", ScriptedServer.CLOSE));
    assertEquals(
        "the agent at SOCKET says a line of more than 16384 bytes",
        problem(OK + "A: " + "x".repeat(20_000), ScriptedServer.CLOSE));
    assertEquals(
        "the agent at SOCKET says more than 100 headers",
        problem(OK + "A: b\r\n".repeat(200), ScriptedServer.CLOSE));
    assertEquals(
        "the agent at SOCKET is silent for 0.3 s",
        problemWithin(
            Duration.ofMillis(300), OK + "Content-Length: 5\r\n\r\nab", ScriptedServer.STAY));
  }

  @Test
  void anAgentThatIsNotThereOrNotThisUsersIsSaid() throws IOException {
    try (AgentClient client = client()) {
      AgentUnavailableException absent =
          assertThrows(AgentUnavailableException.class, () -> client.send("GET", "/"));
      assertTrue(absent.getMessage().contains(socket() + " is not there:"), absent.getMessage());
      try (ServerSocketChannel left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        left.bind(UnixDomainSocketAddress.of(socket()));
      }
      AgentUnavailableException ended =
          assertThrows(AgentUnavailableException.class, () -> client.send("GET", "/"));
      assertTrue(ended.getMessage().contains(" has ended:"), ended.getMessage());
    }
    try (AgentClient odd = new AgentClient("/" + "x".repeat(200), PATIENCE)) {
      assertThrows(AgentUnavailableException.class, () -> odd.send("GET", "/"));
    }
  }

  /** Silent, or never done: it is not waited for once the command is told to end. */
  @Test
  void nobodyIsWaitedForLongerThanIsLeft() throws Exception {
    String head = OK + "Transfer-Encoding: chunked\r\n\r\n";
    try (ScriptedServer server =
            new ScriptedServer(
                socket(),
                List.of(
                    List.of(head, ScriptedServer.STAY),
                    List.of(head + "1\r\na\r\n", ScriptedServer.STAY)));
        AgentClient silent = client();
        AgentClient over = client()) {
      AgentResponse answer = silent.send("GET", "/");
      Thread teller =
          Thread.ofPlatform().start(() -> silent.endWithin(Duration.ofMillis(200), PATIENCE));
      IOException told = assertThrows(IOException.class, answer::text);
      teller.join();
      assertTrue(told.getMessage().endsWith("told to end"), told::toString);
      AgentResponse more = over.send("GET", "/");
      over.endWithin(PATIENCE, Duration.ZERO);
      assertThrows(IOException.class, more::text);
      assertEquals(2, server.requests().size());
    }
  }

  @Test
  void aQueueThatStaysFullIsSaid() throws IOException {
    try (ServerSocketChannel full = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      full.bind(UnixDomainSocketAddress.of(socket()), 1);
      List<AgentClient> clients = new ArrayList<>();
      String problem = "";
      for (int i = 0; i < 4; i++) { // the kernel takes one more than the queue has room for
        AgentClient client = new AgentClient(socket().toString(), Duration.ofMillis(100));
        clients.add(client);
        problem =
            assertThrows(IOException.class, () -> client.send("GET", "/").text()).getMessage();
      }
      for (AgentClient client : clients) {
        client.close();
      }
      assertTrue(problem.endsWith(" takes no connection for 0.1 s"), problem);
    }
  }

  @Test
  void anAnswerWithoutEndIsGivenUp() throws IOException {
    String mebibyte = "100000\r\n" + "x".repeat(1 << 20) + "\r\n";
    List<String> script = new ArrayList<>(Collections.nCopies(40, ScriptedServer.MORE + mebibyte));
    script.addFirst(OK + "Transfer-Encoding: chunked\r\n\r\n");
    script.add(ScriptedServer.STAY);
    try (ScriptedServer server = new ScriptedServer(socket(), List.of(script));
        AgentClient client = client()) {
      BufferedReader lines = client.send("GET", "/").lines();
      IOException line = assertThrows(IOException.class, lines::readLine);
      assertEquals(
          "the agent at " + socket() + " answers with a line of more than 16777216 bytes",
          line.getMessage());
      assertEquals(1, server.requests().size());
    }
    Path other = folder.resolve("other.sock");
    try (ScriptedServer server = new ScriptedServer(other, List.of(script));
        AgentClient client = new AgentClient(other.toString(), PATIENCE)) {
      AgentResponse answer = client.send("GET", "/");
      IOException all = assertThrows(IOException.class, answer::text);
      assertEquals(
          "the agent at " + other + " answers with more than 33554432 bytes", all.getMessage());
      assertEquals(1, server.requests().size());
    }
    assertEquals(
        "the agent at SOCKET says more than 100 headers behind its answer",
        problem(OK + "Transfer-Encoding: chunked\r\n\r\n0\r\n" + "A: b\r\n".repeat(200)));
    assertEquals(
        "the agent at SOCKET says more than 10 times that its answer comes",
        problem("HTTP/1.1 100 Continue\r\n\r\n".repeat(50), ScriptedServer.STAY));
  }

  @Test
  void whatIsNoSocketIsSaid() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    for (Path other : List.of(folder, file)) {
      try (AgentClient client = new AgentClient(other.toString(), PATIENCE)) {
        IOException wrong = assertThrows(IOException.class, () -> client.send("GET", "/"));
        assertTrue(wrong.getMessage().contains(other + " is not there: that is no socket:"));
      }
    }
  }

  @Test
  void whatWouldSteerATerminalIsSpelledOut() throws IOException {
    assertEquals("a\\u001b[2Jü\\u000a\\u202e", ShownText.of("a\u001b[2Jü\n\u202e"));
    assertEquals(
        "the agent at SOCKET answers with a length that is none: \\u001b[2J",
        problem(OK + "Content-Length: \u001b[2J\r\n\r\n", ScriptedServer.CLOSE));
  }
}
