package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.client.ScriptedServer;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands make of a socket where something else than a sound agent answers. */
class ForeignAgentTest {
  private static final long SECONDS = 120;

  @TempDir Path folder;

  private Path socket() {
    return folder.resolve("agent.sock");
  }

  /** What the list says on standard error, of such an answer. */
  private String list(String status, String type, String body) throws IOException {
    String answer =
        "HTTP/1.1 "
            + status
            + "\r\nContent-Type: "
            + type
            + "\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body;
    Path own = folder.resolve("s" + System.nanoTime());
    try (ScriptedServer server = new ScriptedServer(own, List.of(List.of(answer)))) {
      CommandRun run = CommandRun.of("list", "--agent=" + own);
      assertEquals(1, server.requests().size());
      assertEquals(Fastvif.FAILED, run.status(), run::toString);
      assertEquals("", run.out(), run::toString);
      return run.err().replace(own.toString(), "SOCKET");
    }
  }

  @Test
  void anotherServerIsNoAgent() throws IOException {
    String foreign = "fastvif: what listens at SOCKET answers, but not as an agent: HTTP status ";
    assertEquals(foreign + "200 with text/html\n", list("200 OK", "text/html", "<html>"));
    assertEquals(foreign + "404 with text/html\n", list("404 Not Found", "text/html", "<html>"));
    assertEquals(
        "fastvif: the answer is not an agent's: it is no JSON document\n",
        list("200 OK", "application/jsonl", "<html>"));
  }

  @Test
  void whatAnAgentSaysSteersNoTerminal() throws IOException {
    assertEquals(
        "fastvif: the agent at SOCKET refuses: a\\u001b[2Jb\\u000ac\n",
        list("409 Conflict", "application/problem+json", "{\"detail\":\"a\\u001b[2Jb\\nc\"}"));
  }

  @Test
  void theVariableSaysAlsoThatNoAgentIsMeant() {
    for (String off : List.of("", "0", "false")) {
      assertNull(AgentAccess.ofEnvironment(Map.of(AgentAccess.VARIABLE, off)));
    }
    assertEquals(
        AgentClient.DEFAULT_SOCKET, AgentAccess.ofEnvironment(Map.of(AgentAccess.VARIABLE, "1")));
    CommandRun empty = CommandRun.of("agent", "--socket=");
    assertEquals(Fastvif.WRONG_INPUT, empty.status(), empty::toString);
    assertEquals("fastvif: --socket: \"\" is no path: expected a socket's path\n", empty.err());
  }

  /** It takes connections, and says nothing. */
  @KernelTest
  void aSilentAgentKeepsNobodyFromEnding() throws Exception {
    Path vifs =
        Files.writeString(
            folder.resolve("vifs.json"),
            Vifs.json(Vifs.tap("11111111-0000-4000-8000-000000000001", "tapone").build()));
    List<String> silent = List.of(ScriptedServer.MORE, ScriptedServer.STAY);
    try (ScriptedServer server = new ScriptedServer(socket(), Collections.nCopies(4, silent));
        AgentProcess plug = start("plug", "plug", "--agent=" + socket(), vifs.toString());
        AgentProcess serve =
            start("serve", "vhost-user", "serve", "--agent=" + socket(), vifs.toString());
        AgentProcess status = start("status", "agent", "status", "--socket", socket().toString())) {
      Await.until("all have connected", () -> server.connections() == 3);
      long told = System.nanoTime();
      plug.signal("TERM");
      serve.signal("TERM");
      assertEquals(Fastvif.FAILED, plug.end(), plug.log());
      assertTrue(plug.log().contains("when the command was told to end"), plug.log());
      assertEquals(Fastvif.FAILED, serve.end(), serve.log()); // once more, to have it unplugged
      assertEquals(4, server.connections());
      assertTrue(serve.log().contains("when the command was told to end"), serve.log());
      assertEquals(Fastvif.FAILED, status.end(), status.log());
      assertTrue(status.log().contains(" is silent for 5.0 s"), status.log());
      assertTrue(System.nanoTime() - told < TimeUnit.SECONDS.toNanos(SECONDS));
    }
  }

  private AgentProcess start(String name, String... words) throws IOException {
    return AgentProcess.start(
        Files.createDirectories(folder.resolve(name)),
        Map.of(),
        ChildRun.command(ChildRun.classPath(), words));
  }
}
