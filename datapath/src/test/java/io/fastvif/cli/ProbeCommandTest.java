package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fastvif.testing.Await;
import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.session.SocketOwner;
import io.fastvif.vhostuser.session.TestBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbeCommandTest {
  @TempDir Path directory;

  @Test
  void probesABackend() {
    String path = directory.resolve("s").toString();
    try (TestBackend backend = TestBackend.listen(path, 3)) {
      CommandRun text = CommandRun.of("vhost-user", "probe", path).expect(Fastvif.DONE);
      assertTrue(text.out().startsWith(path + " is alive\n"), text.out());
      assertTrue(text.out().contains("device             network\n"), text.out());
      assertTrue(text.out().contains("VERSION_1"), text.out());
      assertTrue(text.out().contains("CONFIGURE_MEM_SLOTS"), text.out());
      assertTrue(text.out().contains("queue pairs        3\n"), text.out());
      CommandRun json = CommandRun.of("vhost-user", "probe", path, "--json").expect(Fastvif.DONE);
      assertTrue(json.out().contains("\"alive\":true"), json.out());
      assertTrue(json.out().contains("\"device\":\"network\""), json.out());
      assertTrue(json.out().contains("\"queue_pairs\":3"), json.out());
      assertEquals(0, backend.frontends(), "a probe is no frontend");
    }
  }

  @Test
  void saysWhyThereIsNoBackend() throws Exception {
    Path file = directory.resolve("f");
    CommandRun none = CommandRun.of("vhost-user", "probe", file.toString()).expect(Fastvif.FAILED);
    assertTrue(none.err().contains("ENOENT"), none.err());
    Files.createFile(file);
    CommandRun dead =
        CommandRun.of("vhost-user", "probe", file.toString(), "--json").expect(Fastvif.FAILED);
    assertTrue(dead.out().contains("\"alive\":false"), dead.out());
    assertTrue(dead.out().contains("ECONNREFUSED"), dead.out());
    for (String path : List.of("", "x".repeat(108))) {
      CommandRun wrong = CommandRun.of("vhost-user", "probe", path).expect(Fastvif.WRONG_INPUT);
      assertTrue(wrong.err().contains("is not a socket's path"), wrong.err());
    }
    CommandRun.of("vhost-user", "probe", "a", "b").expect(Fastvif.WRONG_INPUT);
    CommandRun.of("vhost-user", "probe").expect(Fastvif.WRONG_INPUT);
  }

  private Process start(String program, String debianPackage, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(arguments);
    command.addFirst(Peer.require(program, debianPackage).path().toString());
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("peer.log").toFile())
        .start();
  }

  private static void awaitSocket(Process peer, Path socket) throws Exception {
    // Without a connection, which one that serves once would take for its frontend.
    Await.until(
        "it listens", () -> SocketOwner.of(socket.toString()).isPresent() || !peer.isAlive());
    assertTrue(peer.isAlive(), "the peer has ended");
  }

  @Test
  void aBlockDeviceIsNotNamedAsANetworkDevice() throws Exception {
    Path socket = directory.resolve("blk");
    Process peer =
        start(
            "qemu-storage-daemon",
            "qemu-system-common",
            List.of(
                "--blockdev",
                "driver=null-co,node-name=n0,read-zeroes=on,size=1048576",
                "--export",
                "type=vhost-user-blk,id=e0,node-name=n0,writable=on,num-queues=2,"
                    + "addr.type=unix,addr.path="
                    + socket));
    try {
      awaitSocket(peer, socket);
      for (int i = 0; i < 3; i++) {
        CommandRun text =
            CommandRun.of("vhost-user", "probe", socket.toString()).expect(Fastvif.DONE);
        assertTrue(text.out().contains("device             block\n"), text.out());
        assertTrue(text.out().contains(" SEG_MAX "), text.out());
        assertFalse(text.out().contains("GUEST_TSO"), text.out());
        assertTrue(text.out().contains("queues             2\n"), text.out());
        assertTrue(peer.isAlive());
      }
    } finally {
      peer.destroyForcibly().waitFor();
    }
  }

  /** It would end when the probe leaves, and its guest would have no file system. */
  @Test
  void aBackendThatServesOnceIsNotAskedUnlessForced() throws Exception {
    Path program = Path.of("/usr/lib/qemu/virtiofsd");
    if (!Files.isExecutable(program)) {
      Peer.missing(program + " is missing: apt-get install qemu-system-common");
    }
    assumeTrue(System.getProperty("user.name").equals("root"), "virtiofsd needs root");
    Path socket = directory.resolve("fs");
    Files.createDirectory(directory.resolve("shared"));
    Process peer =
        new ProcessBuilder(
                program.toString(),
                "-f",
                "--socket-path=" + socket,
                "-o",
                "source=" + directory.resolve("shared"))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("peer.log").toFile())
            .start();
    try {
      awaitSocket(peer, socket);
      for (int i = 0; i < 3; i++) {
        CommandRun refused =
            CommandRun.of("vhost-user", "probe", socket.toString()).expect(Fastvif.FAILED);
        assertTrue(refused.err().contains("virtiofsd (process "), refused.err());
        assertTrue(refused.err().contains("serves one connection"), refused.err());
      }
      assertTrue(peer.isAlive(), "it was spared");
      CommandRun asked =
          CommandRun.of("vhost-user", "probe", "--force", socket.toString()).expect(Fastvif.DONE);
      assertTrue(asked.out().contains("device             other\n"), asked.out());
      assertTrue(asked.out().contains("queues  "), asked.out());
      assertTrue(peer.waitFor(60, TimeUnit.SECONDS), "it ends with the connection");
    } finally {
      peer.destroyForcibly().waitFor();
    }
  }
}
