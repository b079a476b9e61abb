package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.plugin.fastpath.FastPathVifs;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.FrontendGuest;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import io.fastvif.vif.VhostUserMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code vhost-user capture}, {@code stats} and {@code trace}, of serve and of the agent. */
class PortCommandsTest {
  private static final int PATIENCE_MILLIS = 60_000;
  private static final int FRAMES = 1000;
  private static final String NAME = "vhu1";

  /** Ethernet types for experiments (IEEE 802): the first is sent until the capture has begun. */
  private static final int FIRST = 0x88b5;

  private static final int COUNTED = 0x88b6;

  @TempDir Path folder;

  private static byte[] frame(int type, int number) {
    ByteBuffer frame = ByteBuffer.allocate(60);
    frame.put(new byte[] {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 2}).putShort((short) type);
    return frame.putInt(number).array();
  }

  private Path vifs() throws IOException {
    return Files.writeString(
        folder.resolve("vifs.json"),
        VersionedObjectWriter.write(FastPathVifs.bridged(folder, 1, VhostUserMode.CLIENT)));
  }

  private List<String> capture(String socket, String... arguments) {
    List<String> command =
        ChildRun.command(ChildRun.classPath(), "vhost-user", "capture", "--socket", socket, NAME);
    command.addAll(List.of(arguments));
    return command;
  }

  private static void interrupt(Process process) throws Exception {
    Peer.require("kill", "procps").run("-INT " + process.pid());
  }

  private static void send(FrontendGuest guest, int type, int number) throws Exception {
    Await.until("room", () -> guest.send(frame(type, number)));
  }

  private static String read(Path file) throws IOException {
    return Files.exists(file) ? Files.readString(file) : "";
  }

  /** Sends until the capture has one, then so many, and ends it; all are in, in their order. */
  private void assertCapturedByTshark(String socket, FrontendGuest guest) throws Exception {
    Path err = folder.resolve("capture.err");
    Path out = folder.resolve("tshark.out");
    Path tshark = Peer.require("tshark", "tshark").path();
    List<Process> pipeline =
        ProcessBuilder.startPipeline(
            List.of(
                new ProcessBuilder(capture(socket, "-w", "-")).redirectError(err.toFile()),
                new ProcessBuilder(
                        tshark.toString(),
                        "-n",
                        "-l",
                        "-i",
                        "-",
                        "-T",
                        "fields",
                        "-e",
                        "frame.interface_name",
                        "-e",
                        "frame.packet_flags_direction",
                        "-e",
                        "eth.type",
                        "-e",
                        "data.data")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .redirectOutput(out.toFile())));
    try {
      Await.until(
          "the capture has begun: " + read(err),
          () -> guest.send(frame(FIRST, 0)) && read(out).contains("0x88b5"));
      for (int i = 0; i < FRAMES; i++) {
        send(guest, COUNTED, i);
      }
      Await.until("the last frame", () -> read(out).contains(String.format("%08x", FRAMES - 1)));
      interrupt(pipeline.getFirst());
      for (Process process : pipeline) {
        assertTrue(process.waitFor(120, TimeUnit.SECONDS), read(err));
        assertEquals(0, process.exitValue(), read(err));
      }
    } finally {
      pipeline.forEach(process -> process.destroyForcibly().onExit().join());
    }
    assertTrue(read(err).contains(" 0 lost because"), read(err));
    List<String> lines = read(out).lines().filter(line -> line.contains("0x88b6")).toList();
    assertEquals(FRAMES, lines.size());
    for (int i = 0; i < FRAMES; i++) {
      String[] fields = lines.get(i).split("\t", -1);
      assertEquals(NAME, fields[0]);
      assertEquals(1, Integer.decode(fields[1]), "from the guest");
      assertTrue(fields[3].startsWith(String.format("%08x", i)), lines.get(i));
    }
  }

  private void assertShown(String socket, FrontendGuest guest) throws Exception {
    CommandRun stats = CommandRun.of("vhost-user", "stats", "--socket", socket, NAME);
    assertEquals(Fastvif.DONE, stats.status(), stats.err());
    assertEquals(NAME + " statistics:", stats.lines().getFirst());
    long frames =
        stats.lines().stream()
            .filter(line -> line.startsWith("     in_frames: "))
            .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 2)))
            .findFirst()
            .orElse(-1);
    assertTrue(frames >= FRAMES, stats.out());
    assertTrue(stats.out().contains("     queue_0_in_burst_le_1: "), stats.out());
    assertTrue(stats.lines().contains("     queue_0_loop: 0"), stats.out());
    String json =
        CommandRun.of("vhost-user", "stats", "--json", "--socket", socket, FastPathVifs.id(1))
            .expect(Fastvif.DONE)
            .out();
    assertTrue(json.contains("\"counters\":{\"connections\":"), json);
    CommandRun trace =
        CommandRun.of("vhost-user", "trace", "--socket", socket, NAME).expect(Fastvif.DONE);
    assertTrue(
        trace.lines().stream().anyMatch(line -> line.contains("SET_MEM_TABLE")), trace.out());
    assertTrue(trace.lines().getFirst().matches("[0-9TZ:.-]+ .* = .* <[0-9]+ us>"), trace.out());
    assertFile(socket, guest);
    CommandRun unknown =
        CommandRun.of("vhost-user", "capture", "--socket", socket, "vhu9").expect(Fastvif.FAILED);
    assertTrue(unknown.err().contains("\"vhu9\""), unknown.err());
    CommandRun.of("vhost-user", "stats", "--socket", socket, "vhu9").expect(Fastvif.FAILED);
    CommandRun.of("vhost-user", "trace", "--socket", socket, "vhu9").expect(Fastvif.FAILED);
  }

  /** Ends by itself after so many frames, of which the filter passes some. */
  private void assertFile(String socket, FrontendGuest guest) throws Exception {
    Path file = folder.resolve("some.pcapng");
    Process process =
        new ProcessBuilder(
                capture(
                    socket,
                    "-c",
                    "3",
                    "-s",
                    "20",
                    "-w",
                    file.toString(),
                    "ether host 02:00:00:00:00:09 and not arp"))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("some.out").toFile())
            .start();
    try {
      Await.until(
          "its end",
          () -> {
            boolean unused = guest.send(frame(COUNTED, 7));
            return !process.isAlive();
          });
      assertEquals(0, process.exitValue(), read(folder.resolve("some.out")));
    } finally {
      process.destroyForcibly().onExit().join();
    }
    String lengths =
        Peer.require("tshark", "tshark")
            .run(
                List.of(
                    "-n",
                    "-r",
                    file.toString(),
                    "-T",
                    "fields",
                    "-e",
                    "frame.cap_len",
                    "-e",
                    "frame.len"));
    assertTrue(lengths.endsWith("20\t60\n20\t60\n20\t60\n"), lengths);
  }

  /** Whoever is gone without a word keeps nobody from capturing, also where many have. */
  private void assertVanishedReadersHoldNothing(String socket, FrontendGuest guest)
      throws Exception {
    for (int i = 0; i < 3; i++) {
      Path out = folder.resolve("killed" + i + ".out");
      Process process =
          new ProcessBuilder(capture(socket))
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start();
      Await.until(
          "a line: ",
          () -> guest.send(frame(COUNTED, 7)) && read(out).contains("ethertype 0x88b6"));
      assertTrue(read(out).contains(" in  02:00:00:00:00:02 > 02:00:00:00:00:09"), read(out));
      process.destroyForcibly().onExit().join();
    }
    send(guest, COUNTED, 1);
  }

  @KernelTest
  void serveShowsItsFrames() throws Exception {
    String socket = folder.resolve("control.sock").toString();
    try (ServeProcess serve =
        ServeProcess.start(folder, "serve", vifs(), "--json", "--control", socket)) {
      serve.await("\"outcome\":\"plugged\"");
      try (VhostUserFrontend frontend =
              VhostUserFrontend.connect(
                  FastPathVifs.socket(folder, 1).toString(), PATIENCE_MILLIS);
          FrontendGuest guest = new FrontendGuest(frontend, VirtioFeatures.VERSION_1)) {
        assertCapturedByTshark(socket, guest);
        assertShown(socket, guest);
        assertVanishedReadersHoldNothing(socket, guest);
      }
      assertEquals(Fastvif.DONE, serve.terminate(), serve.text());
      assertTrue(Files.notExists(Path.of(socket)));
    }
  }

  @KernelTest
  void theAgentShowsItsFrames() throws Exception {
    try (AgentProcess agent = AgentProcess.start(folder, Map.of())) {
      agent.awaitAnswering();
      String socket = AgentProcess.socket(folder).toString();
      String vifs = vifs().toString();
      CommandRun.of("plug", "--agent=" + socket, vifs).expect(Fastvif.DONE);
      try (VhostUserFrontend frontend =
              VhostUserFrontend.connect(
                  FastPathVifs.socket(folder, 1).toString(), PATIENCE_MILLIS);
          FrontendGuest guest = new FrontendGuest(frontend, VirtioFeatures.VERSION_1)) {
        assertCapturedByTshark(socket, guest);
        assertShown(socket, guest);
      }
      CommandRun.of("unplug", "--agent=" + socket, vifs).expect(Fastvif.DONE);
      agent.signal("TERM");
      assertEquals(0, agent.end());
    }
  }

  @Test
  void wrongInputIsSaidBeforeAnythingIsAsked() {
    CommandRun filter =
        CommandRun.of("vhost-user", "capture", "--socket", "/none/x", NAME, "hots", "1")
            .expect(Fastvif.WRONG_INPUT);
    assertTrue(filter.err().contains("filter: \"hots\""), filter.err());
    CommandRun snap =
        CommandRun.of("vhost-user", "capture", "-s", "262145", NAME).expect(Fastvif.WRONG_INPUT);
    assertTrue(snap.err().contains("262144"), snap.err());
    CommandRun.of("vhost-user", "stats", "a", "b").expect(Fastvif.WRONG_INPUT);
    CommandRun gone =
        CommandRun.of("vhost-user", "capture", "--socket", "/none/x", NAME).expect(Fastvif.FAILED);
    assertTrue(gone.err().contains("/none/x"), gone.err());
  }
}
