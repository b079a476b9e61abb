package io.fastvif.agent.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What processes of other users are answered, by the kernel's word on who they are. */
class SocketAccessTest {
  private static final String USER = "54321";
  private static final String GROUP = "54322";

  private final Peer setpriv = Peer.require("setpriv", "util-linux");
  private final Peer curl = Peer.require("curl", "curl");

  @TempDir Path folder;
  private HttpServer server;

  @BeforeEach
  void listen() throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    server =
        HttpServer.listen(
            HttpOptions.byDefault(),
            socket(),
            PosixFilePermissions.fromString("rw-rw-rw-"),
            GROUP,
            List.of(
                HttpRoute.quick(Method.GET, "/v1/vifs", Access.READ, r -> Response.json(200, "[]")),
                HttpRoute.quick(
                    Method.DELETE, "/v1/vifs/{id}", Access.CHANGE, r -> Response.json(200, "{}"))));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private Path socket() {
    return folder.resolve("agent.sock");
  }

  private String ask(String method, String path) throws Exception {
    return setpriv.run(
        "--reuid="
            + USER
            + " --regid="
            + GROUP
            + " --clear-groups "
            + curl.path()
            + " -s -w %{http_code} -X "
            + method
            + " --unix-socket "
            + socket()
            + " http://fastvif"
            + path);
  }

  @Test
  void nobodyElseGetsEvenAList() throws Exception {
    String answer = ask("GET", "/v1/vifs");
    assertTrue(answer.endsWith("403"), answer);
    assertTrue(answer.contains("user " + USER + " (group " + GROUP + ")"), answer);
    assertTrue(ask("GET", "/none").endsWith("403"), "nor what there is");
    server.allow(new Allowed(List.of(USER), List.of(), List.of(), List.of()));
    assertEquals("[]200", ask("GET", "/v1/vifs"));
    assertTrue(ask("DELETE", "/v1/vifs/x").endsWith("403"));
    server.allow(new Allowed(List.of(), List.of(), List.of(), List.of(GROUP)));
    assertEquals("[]200", ask("GET", "/v1/vifs"));
    assertEquals("{}200", ask("DELETE", "/v1/vifs/x"));
    assertEquals(3, server.statistics().denied());
  }

  @Test
  void theSocketFileIsForWhomItWasGiven() throws Exception {
    assertEquals(
        "rw-rw-rw-", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())));
    assertEquals(Integer.parseInt(GROUP), Files.getAttribute(socket(), "unix:gid"));
  }
}
