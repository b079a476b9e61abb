package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a signal makes of a command that has begun to change the host, in a process of its own. It
 * cannot write its results until the signal is there, because its standard output is a full pipe.
 */
class EndSignalTest {
  /** How much a pipe takes (pipe(7)). */
  private static final int PIPE_BYTES = 65536;

  private static final String CARD = "0000:03:00.0";

  private final Peer ip = Peer.require("ip", "iproute2");
  private final Peer kill = Peer.require("kill", "procps");
  private final Peer mkfifo = Peer.require("mkfifo", "coreutils");
  private final Peer unshare = Peer.require("unshare", "util-linux");

  @TempDir Path folder;

  /**
   * Runs the command until it has changed the host, sends it a signal, and checks that it ends as
   * if there had been none.
   *
   * @return the first line of its output
   */
  private String ended(
      String signal, List<String> prefix, Await.Condition changed, String... arguments)
      throws Exception {
    Path path = folder.resolve("out");
    mkfifo.run(path.toString());
    List<String> command = new ArrayList<>(prefix);
    command.addAll(ChildRun.command(ChildRun.classPath(), arguments));
    try (RandomAccessFile pipe = new RandomAccessFile(path.toFile(), "rw")) {
      pipe.write(new byte[PIPE_BYTES]);
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(path.toFile())
              .redirectError(folder.resolve("err").toFile())
              .start();
      try {
        Await.until(
            "the host is changed",
            () -> {
              assertTrue(process.isAlive(), () -> "ended before");
              return changed.isMet();
            });
        kill.run("-" + signal + " " + process.pid());
        pipe.readFully(new byte[PIPE_BYTES]);
        assertTrue(process.waitFor(2, TimeUnit.MINUTES));
      } finally {
        process.destroyForcibly().onExit().join();
      }
      assertEquals(
          Fastvif.DONE, process.exitValue(), () -> process + ": " + text(folder.resolve("err")));
      pipe.writeByte('\n'); // or nothing at all would be waited for
      return pipe.readLine();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private boolean isThere(String link) throws Exception {
    return ip.run("-o link").contains(": " + link + ":");
  }

  private void isRenamedInOrder(String signal) throws Exception {
    ip.run("link add old type bridge");
    String out =
        ended(
            signal, List.of(), () -> isThere("new"), "representor", "rename", "old=new", "--json");
    assertTrue(out.contains("\"outcome\":\"changed\""), out);
  }

  @KernelTest
  void representorRenameEndsInOrderAtTerm() throws Exception {
    isRenamedInOrder("TERM");
  }

  @KernelTest
  void representorRenameEndsInOrderAtInt() throws Exception {
    isRenamedInOrder("INT");
  }

  @KernelTest
  void vfSetEndsInOrder() throws Exception {
    Path card = Files.createDirectories(folder.resolve("sys/bus/pci/devices/" + CARD));
    Files.createDirectories(folder.resolve("sys/class/net"));
    Files.writeString(card.resolve("class"), "0x020000\n");
    Files.writeString(card.resolve("sriov_totalvfs"), "4\n");
    Path count = Files.writeString(card.resolve("sriov_numvfs"), "0\n");
    String script = "mount --bind " + folder.resolve("sys") + " /sys; exec \"$@\"";
    String out =
        ended(
            "TERM",
            List.of(
                unshare.path().toString(),
                "-m",
                "--propagation",
                "private",
                "sh",
                "-c",
                script,
                "sh"),
            () -> Files.readString(count).strip().equals("2"),
            "vf",
            "set",
            CARD,
            "--count",
            "2",
            "--json");
    assertTrue(out.contains("\"outcome\":\"changed\""), out);
  }
}
