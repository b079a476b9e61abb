package io.fastvif.agent.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import io.fastvif.testing.Peer;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sockets handed over as systemd does: as descriptor 3, by whoever starts the process. */
class ListeningSocketsTest {
  private static final int TIMEOUT_SECONDS = 60;

  /** Binds and listens, makes it descriptor 3, and becomes the program. */
  private static final String HAND_OVER =
      "use Socket; use POSIX; $^F = 255;"
          + " socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die; bind($s, sockaddr_un(shift)) or die;"
          + " my $listens = shift; !$listens or listen($s, 5) or die;"
          + " POSIX::dup2(fileno($s), 3); exec(@ARGV) or die";

  @TempDir Path folder;

  private Process start(String listens, String whose) throws IOException {
    String perl = Peer.require("perl", "perl-base").path().toString();
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath =
        System.getProperty("jdk.module.path", "") + ":" + System.getProperty("java.class.path");
    ProcessBuilder builder =
        new ProcessBuilder(
            perl,
            "-e",
            HAND_OVER,
            folder.resolve("socket").toString(),
            listens,
            java,
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classPath,
            ListeningSocketsMain.class.getName(),
            whose);
    builder.environment().put(ListeningSockets.LISTEN_FDS, "1");
    builder.environment().put(ListeningSockets.LISTEN_PID, "1");
    builder.redirectOutput(folder.resolve("out").toFile());
    builder.redirectError(folder.resolve("err").toFile());
    return builder.start();
  }

  private String end(Process process) throws Exception {
    try {
      assertTrue(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS), "still running");
      assertEquals(0, process.exitValue(), Files.readString(folder.resolve("err")));
      return Files.readString(folder.resolve("out")).strip();
    } finally {
      process.destroyForcibly();
    }
  }

  /** A caller that was there before the process is answered by it. */
  @Test
  void takesASocketThatListens() throws Exception {
    Path socket = folder.resolve("socket");
    Process process = start("1", "own");
    try (SocketChannel caller = connected(socket)) {
      ByteBuffer answer = ByteBuffer.allocate(16);
      while (caller.read(answer) >= 0) {
        // until it is closed
      }
      assertEquals(
          "hello", new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8));
    }
    assertEquals("listening on " + socket, end(process));
    // The JVM may have said something of its own.
    assertEquals(
        List.of("fastvif: closed"),
        Files.readAllLines(folder.resolve("err")).stream()
            .filter(line -> line.startsWith("fastvif"))
            .toList());
  }

  /** Each try has a channel of its own: one whose connect failed is closed. */
  private static SocketChannel connected(Path socket) throws Exception {
    SocketChannel[] caller = new SocketChannel[1];
    Await.until(
        "the socket listens",
        () -> {
          try {
            caller[0] = SocketChannel.open(UnixDomainSocketAddress.of(socket));
            return true;
          } catch (IOException notYet) {
            return false;
          }
        });
    return caller[0];
  }

  @Test
  void leavesWhatIsForAnotherProcess() throws Exception {
    assertEquals("none", end(start("1", "others")));
  }

  @Test
  void refusesASocketThatDoesNotListen() throws Exception {
    String answer = end(start("", "own"));
    assertTrue(answer.contains("not listening): expected a unix stream socket"), answer);
  }

  @Test
  void journalLinesHavePriorities() {
    assertEquals(
        "<4>two\n<4>lines\n",
        JournalLog.text(true, System.Logger.Level.WARNING, "two\nlines", null));
    assertEquals(
        "fastvif: ready\n", JournalLog.text(false, System.Logger.Level.INFO, "ready", null));
    List<String> thrown =
        JournalLog.text(true, System.Logger.Level.ERROR, "odd", new IllegalStateException("x"))
            .lines()
            .toList();
    assertEquals("<3>odd", thrown.get(0));
    assertEquals("<3>java.lang.IllegalStateException: x", thrown.get(1));
    assertTrue(thrown.stream().allMatch(line -> line.startsWith("<3>")), thrown::toString);
  }
}
