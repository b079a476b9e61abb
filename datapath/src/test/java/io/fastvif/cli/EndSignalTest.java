package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
  private static final String FUNCTION = "0000:03:00.2";

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
    List<String> command = new ArrayList<>();
    // A shell that runs in the background has its children ignore SIGINT.
    command.addAll(
        List.of(Peer.require("env", "coreutils").path().toString(), "--default-signal=INT"));
    command.addAll(prefix);
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
        Await.until("the signal is taken", () -> hasThread(process.pid(), "end-signal"));
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

  private static boolean hasThread(long process, String name) throws IOException {
    try (DirectoryStream<Path> threads =
        Files.newDirectoryStream(Path.of("/proc/" + process + "/task"))) {
      for (Path thread : threads) {
        if (name(thread).equals(name)) {
          return true;
        }
      }
    } catch (NoSuchFileException ended) {
      // the process
    }
    return false;
  }

  private static String name(Path thread) {
    try {
      return Files.readString(thread.resolve("comm")).strip();
    } catch (IOException ended) {
      return "";
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

  /** A card whose function is {@link #CARD}, under {@code sys}. */
  private Path card(int functions) throws IOException {
    Path devices = Files.createDirectories(folder.resolve("sys/bus/pci/devices"));
    Files.createDirectories(folder.resolve("sys/class/net"));
    Path card = Files.createDirectories(devices.resolve(CARD));
    Files.writeString(card.resolve("class"), "0x020000\n");
    Files.writeString(card.resolve("sriov_totalvfs"), "4\n");
    Files.writeString(card.resolve("sriov_numvfs"), functions + "\n");
    if (functions > 0) {
      Path function = Files.createDirectories(devices.resolve(FUNCTION));
      Files.writeString(function.resolve("class"), "0x020000\n");
      Files.createSymbolicLink(function.resolve("physfn"), Path.of("../" + CARD));
      Files.createSymbolicLink(card.resolve("virtfn0"), Path.of("../" + FUNCTION));
    }
    return card;
  }

  /** Runs a program where that card is all that there is, and its leases are under {@code run}. */
  private List<String> withCard() throws IOException {
    Files.createDirectories(folder.resolve("run"));
    String script =
        "mount --bind "
            + folder.resolve("sys")
            + " /sys; mount -t tmpfs none /run; mkdir /run/fastvif; mount --bind "
            + folder.resolve("run")
            + " /run/fastvif; exec \"$@\"";
    return List.of(
        unshare.path().toString(), "-m", "--propagation", "private", "sh", "-c", script, "sh");
  }

  @KernelTest
  void vfSetEndsInOrder() throws Exception {
    Path count = card(0).resolve("sriov_numvfs");
    String out =
        ended(
            "TERM",
            withCard(),
            () -> Files.readString(count).strip().equals("2"),
            "vf",
            "set",
            CARD,
            "--count",
            "2",
            "--json");
    assertTrue(out.contains("\"outcome\":\"changed\""), out);
  }

  private void isLeasedInOrder(String signal) throws Exception {
    card(1);
    Path lease = folder.resolve("run/devices/" + FUNCTION);
    String out =
        ended(
            signal,
            withCard(),
            () -> Files.exists(lease),
            "vf",
            "lease",
            CARD,
            "--holder",
            "somebody");
    assertEquals(FUNCTION, out);
    assertTrue(Files.readString(lease).contains("somebody"), () -> text(lease));
  }

  @KernelTest
  void vfLeaseEndsInOrderAtTerm() throws Exception {
    isLeasedInOrder("TERM");
  }

  @KernelTest
  void vfLeaseEndsInOrderAtInt() throws Exception {
    isLeasedInOrder("INT");
  }
}
