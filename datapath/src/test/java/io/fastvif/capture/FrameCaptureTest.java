package io.fastvif.capture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Frames on their way through a capture, and what tshark makes of the blocks. */
class FrameCaptureTest {
  private static final String[] REASONS = {"dropped: no buffers", "dropped: too long"};

  @TempDir Path folder;

  private static FrameCapture capture(CaptureOptions options) {
    return new FrameCapture("vhu1", "a port", options, REASONS);
  }

  private static boolean offer(
      CaptureInput capture, byte[] frame, boolean outbound, int reason, int queue) {
    long at = TestFrames.inMemory(frame);
    if (capture.hasFilter()) {
      RawMemory.copy(at, capture.head(), CaptureInput.headBytes(frame.length));
    }
    long to = capture.claim(frame.length, frame.length, capture.now(), outbound, reason, queue);
    if (to == 0) {
      return false;
    }
    RawMemory.copy(at, to, capture.claimed());
    capture.commit();
    return true;
  }

  private static byte[] all(FrameCapture capture) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] piece = capture.take(1000); piece != null; piece = capture.take(1000)) {
      all.write(piece);
    }
    return all.toByteArray();
  }

  /** What comes, taken apart in pieces of odd sizes. */
  private static List<PcapngBlock> blocks(byte[] file) throws IOException {
    List<PcapngBlock> blocks = new ArrayList<>();
    PcapngReader reader = new PcapngReader(blocks::add);
    for (int at = 0; at < file.length; at += 7) {
      reader.read(file, at, Math.min(7, file.length - at));
    }
    return blocks;
  }

  @Test
  void tsharkReadsWhatIsWritten() throws Exception {
    List<byte[]> frames = TestFrames.all().subList(0, 20);
    long before = Instant.now().getEpochSecond();
    Path file = folder.resolve("frames.pcapng");
    try (FrameCapture capture = capture(new CaptureOptions(50, 0, null))) {
      CaptureInput input = capture.input(1);
      for (int i = 0; i < frames.size(); i++) {
        assertTrue(offer(input, frames.get(i), i % 2 == 1, i % 3 - 1, i % 4));
      }
      capture.end();
      Files.write(file, all(capture));
    }
    Peer tshark = Peer.require("tshark", "tshark");
    List<String> arguments = new ArrayList<>(List.of("-n", "-r", file.toString(), "-T", "fields"));
    for (String field :
        List.of(
            "frame.interface_name",
            "frame.packet_flags_direction",
            "frame.len",
            "frame.cap_len",
            "frame.comment",
            "frame.time_epoch")) {
      arguments.addAll(List.of("-e", field));
    }
    List<String> lines =
        tshark.run(arguments).lines().filter(line -> line.contains("vhu1")).toList();
    assertEquals(frames.size(), lines.size(), () -> String.join("\n", lines));
    for (int i = 0; i < frames.size(); i++) {
      String[] fields = lines.get(i).split("\t", -1);
      assertEquals("vhu1", fields[0]);
      assertEquals(i % 2 == 1 ? 2 : 1, Integer.decode(fields[1]), lines.get(i));
      assertEquals(frames.get(i).length, Integer.parseInt(fields[2]));
      assertEquals(Math.min(50, frames.get(i).length), Integer.parseInt(fields[3]));
      assertEquals(i % 3 == 0 ? "" : REASONS[i % 3 - 1], fields[4]);
      long seconds = (long) Double.parseDouble(fields[5]);
      assertTrue(seconds >= before && seconds <= before + 3600, fields[5]);
    }
  }

  @Test
  void whatIsWrittenIsReadBack() throws Exception {
    byte[] frame = TestFrames.all().getFirst();
    try (FrameCapture capture = capture(CaptureOptions.ALL)) {
      CaptureInput input = capture.input(1);
      offer(input, frame, true, 1, 3);
      offer(input, new byte[0], false, -1, 0);
      capture.end();
      List<PcapngBlock> blocks = blocks(all(capture));
      assertEquals(5, blocks.size());
      PcapngBlock first = blocks.get(2);
      assertArrayEquals(frame, first.frame());
      assertEquals(frame.length, first.length());
      assertTrue(first.isOutbound());
      assertEquals("dropped: too long", first.comment());
      String line = FrameSummary.line(first, ZoneOffset.UTC);
      assertTrue(
          line.matches(
              "[0-9:.]{15} out ARP, who has 192.0.2.2\\? tell 192.0.2.1, length "
                  + frame.length
                  + " \\[dropped: too long]"),
          line);
      assertEquals(0, blocks.get(3).length());
      assertTrue(FrameSummary.line(blocks.get(3), ZoneOffset.UTC).contains(" in  no whole"));
      assertEquals(2, blocks.get(4).seen());
      assertEquals(0, blocks.get(4).lost());
      assertNull(capture.take(1));
    }
  }

  /** A reader that does not read costs the ring's memory, and is told what it has missed. */
  @Test
  void whatHasNoRoomIsCounted() throws Exception {
    byte[] large = new byte[60_000];
    try (FrameCapture capture = capture(CaptureOptions.ALL)) {
      CaptureInput input = capture.input(1);
      int taken = 0;
      while (offer(input, large, false, -1, 0)) {
        taken++;
      }
      assertTrue(taken > 100 && taken < 150, taken + " frames");
      for (int i = 0; i < 9; i++) {
        assertTrue(!offer(input, large, false, -1, 0));
      }
      List<PcapngBlock> first = blocks(capture.take(1_000_000));
      assertTrue(first.stream().filter(PcapngBlock::isFrame).count() >= 16);
      assertTrue(offer(input, large, false, -1, 0));
      capture.end();
      List<PcapngBlock> rest = blocks(all(capture));
      PcapngBlock figures = rest.getLast();
      assertTrue(figures.isStatistics());
      assertEquals(10, figures.lost());
      assertEquals(taken + 11, figures.seen());
      long frames = IntStream.range(0, rest.size()).filter(i -> rest.get(i).isFrame()).count();
      assertEquals(taken + 1, frames + first.stream().filter(PcapngBlock::isFrame).count());
    }
  }

  /** Every size, so that records end at every place before the ring's end. */
  @Test
  void framesOfAllSizesPassTheRingsEnd() throws Exception {
    try (FrameCapture capture = capture(CaptureOptions.ALL)) {
      CaptureInput input = capture.input(1);
      byte[] frame = new byte[9001];
      long bytes = 0;
      for (int i = 0; bytes < 20 << 20; i++) {
        byte[] part = new byte[i % 9001];
        java.util.Arrays.fill(part, (byte) i);
        assertTrue(offer(input, part, false, -1, 0));
        bytes += part.length;
        if (i == 0) {
          capture.take(1); // what stands at a file's beginning
        }
        byte[] block = capture.take(1 << 20);
        if (i > 0) {
          assertArrayEquals(part, blocks(block).getFirst().frame());
        }
      }
      assertEquals(9001, frame.length);
    }
  }

  @Test
  void endsAfterTheFramesThatWereAskedFor() throws Exception {
    FrameFilter arp = FrameFilter.parse("arp");
    try (FrameCapture capture = capture(new CaptureOptions(14, 2, arp))) {
      CaptureInput input = capture.input(1);
      int offered = 0;
      for (byte[] frame : TestFrames.all()) {
        offered += offer(input, frame, false, -1, 0) ? 1 : 0;
      }
      assertTrue(offered > 2);
      List<PcapngBlock> blocks = blocks(all(capture));
      List<PcapngBlock> frames = blocks.stream().filter(PcapngBlock::isFrame).toList();
      assertEquals(2, frames.size());
      assertEquals(14, frames.getFirst().frame().length);
      assertTrue(blocks.getLast().isStatistics());
    }
  }
}
