package io.fastvif.forward;

import static io.fastvif.bindings.linux.linux_h.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Memory;
import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Frames whose headers were changed at random, and are cut short, are segmented and merged. Each
 * ends where no memory is any more: whoever reads behind it ends the process. What comes out is
 * accounted for byte by byte.
 *
 * <p>Runs for two seconds; {@code -Dfastvif.fuzz-seconds=3600} for an hour, {@code
 * -Dfastvif.seed=SEED} with the same random numbers.
 */
class OffloadFuzzTest {
  private static final int PAGE = 4096;
  private static final int ROOM = 18 * PAGE;
  private static final int FRAMES = 8;
  private static final int HEADER = VirtioNetHeader.SHORT;
  private static final long ALL = NetFeatures.OFFLOADS;

  private final long seed = Long.getLong("fastvif.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final FrameScratch scratch = new FrameScratch();
  private final BufferBurst burst = new BufferBurst(Flow.BURST);
  private final int[] lengths = new int[FRAMES];
  private long[] ends;
  private long cut;
  private long refused;
  private long merged;

  @Test
  void nothingIsReadBehindAFrame() {
    System.out.println("offloads fuzzed with -Dfastvif.seed=" + seed);
    long end = System.nanoTime() + Long.getLong("fastvif.fuzz-seconds", 2) * 1_000_000_000L;
    try (Arena arena = Arena.ofConfined()) {
      ends = new long[FRAMES];
      for (int i = 0; i < FRAMES; i++) {
        long room =
            Memory.map(arena, ROOM, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0).address();
        // The last page stays without access.
        assertEquals(
            room,
            Memory.mmap(
                room,
                ROOM - PAGE,
                PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                -1,
                0));
        ends[i] = room + ROOM - PAGE;
      }
      for (int round = 0; System.nanoTime() < end || round < 200; round++) {
        fill(new OffloadedFrame.Kind(random.nextBoolean(), random.nextInt(3) == 0, 0, false));
        for (int i = 0; i < FRAMES; i++) {
          segment(i);
        }
        merge();
      }
    }
    System.out.printf(
        "offload fuzzer: seed %d, %,d segments, %,d frames refused, %,d merged%n",
        seed, cut, refused, merged);
    assertTrue(cut > 0 && refused > 0 && merged > 0, "the fuzzer reaches not all");
  }

  /** Segments of one frame that follow each other, most of them changed a little. */
  private void fill(OffloadedFrame.Kind kind) {
    OffloadedFrame frame = OffloadedFrame.random(kind, random);
    int headers = (int) (frame.first() >>> 16) & 0xffff;
    burst.clear();
    for (int i = 0; i < FRAMES; i++) {
      byte[] bytes = frame.bytes().clone();
      int least = random.nextInt(8) == 0 ? 14 : Math.min(bytes.length, headers + 600);
      int length = least + random.nextInt(bytes.length - least + 1);
      lengths[i] = random.nextBoolean() ? length : Math.min(bytes.length, headers + 1000);
      for (int k = random.nextInt(3); k > 0; k--) {
        bytes[random.nextInt(Math.min(bytes.length, headers + 4))] = (byte) random.nextInt();
      }
      long first = frame.first() & (random.nextInt(4) == 0 ? -1 : random.nextLong() | 0xffff_0103L);
      long at = ends[i] - lengths[i];
      RawMemory.putLong(at - HEADER, first);
      RawMemory.putShort(at - HEADER + VirtioNetHeader.CSUM_OFFSET, frame.csumOffset());
      for (int b = 0; b < lengths[i]; b++) {
        RawMemory.putByte(at + b, bytes[b]);
      }
      burst.add(i, at - HEADER, 0, HEADER + lengths[i]);
    }
  }

  private void segment(int i) {
    long header = scratch.gatherHeader(burst, i);
    long first = RawMemory.getLong(header);
    int csumOffset = RawMemory.getShort(header + VirtioNetHeader.CSUM_OFFSET);
    Segmenter segmenter = scratch.segmenter();
    if (!VirtioNetHeader.isSound(first, csumOffset, lengths[i], ALL)
        || !VirtioNetHeader.isSegmentable(first)
        || !segmenter.begin(burst, i, HEADER, first, csumOffset)) {
      refused++;
      return;
    }
    long data = 0;
    int headers = 0;
    boolean unfinished = random.nextBoolean();
    for (int k = 0; k < segmenter.count(); ) {
      int made = segmenter.cut(k, unfinished);
      for (int s = 0; s < made; s++) {
        TransportFrame look = new TransportFrame();
        assertTrue(look.look(segmenter.address(s), segmenter.length(s)), this::toString);
        assertEquals(segmenter.transport(), look.transport(), this::toString);
        headers = look.payload();
        data += segmenter.length(s) - headers;
      }
      k += made;
      cut += made;
    }
    assertEquals(lengths[i] - headers, data, this::toString);
  }

  /** The frames as a sender with complete checksums has them, mended at times so that they fit. */
  private void merge() {
    boolean offloads = random.nextBoolean();
    TransportFrame look = new TransportFrame();
    int sequence = random.nextInt();
    for (int i = 0; i < FRAMES; i++) {
      long at = ends[i] - lengths[i];
      RawMemory.putLong(at - HEADER, 0);
      if (look.look(at, lengths[i]) && !look.isUdp()) {
        mend(at, lengths[i], look, i, sequence);
        if (offloads && random.nextBoolean()) {
          RawMemory.putLong(at - HEADER, VirtioNetHeader.unfinished(look.transport()));
        }
        sequence += lengths[i] - look.payload();
      }
    }
    Merger merger = scratch.merger;
    merger.begin(burst, FRAMES, offloads ? ALL : 0, ALL);
    for (int i = merger.find(0); i < FRAMES; i = merger.find(i + merger.count())) {
      merged += merger.count();
      assertTrue(i + merger.count() <= FRAMES && merger.count() > 1, this::toString);
      long data = 0;
      for (int k = i; k < i + merger.count(); k++) {
        data += lengths[k] - merger.headersLength();
      }
      assertEquals(data, merger.dataLength(), this::toString);
      assertTrue(data + merger.headersLength() <= FrameScratch.MAX_FRAME, this::toString);
    }
  }

  private void mend(long at, int length, TransportFrame look, int number, int sequence) {
    long ip = at + look.network();
    int packet = length - look.network();
    if (look.isV6()) {
      TransportFrame.number(ip + 4, packet - TransportFrame.IPV6_HEADER);
    } else {
      TransportFrame.number(ip + 2, packet);
      TransportFrame.number(ip + 4, number);
      RawMemory.putShort(ip + 10, 0);
      int header = look.transport() - look.network();
      RawMemory.putShort(ip + 10, Checksum.complement(Checksum.sum(ip, header), false));
    }
    long transport = at + look.transport();
    TransportFrame.word(transport + 4, sequence);
    RawMemory.putByte(transport + TransportFrame.TCP_FLAGS, 0x10);
    RawMemory.putShort(transport + TransportFrame.TCP_CHECKSUM, 0);
    int bytes = length - look.transport();
    RawMemory.putShort(
        transport + TransportFrame.TCP_CHECKSUM,
        Checksum.complement(look.pseudoSum(bytes, 0) + Checksum.sum(transport, bytes), false));
  }

  @Override
  public String toString() {
    return "seed " + seed + ", lengths " + Arrays.toString(lengths);
  }
}
