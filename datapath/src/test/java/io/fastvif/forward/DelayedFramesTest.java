package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.handover.Handed;
import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Frames that wait, beside a queue of arrays. */
class DelayedFramesTest {
  private static final int ROUNDS = 4_000;
  private static final int HANDED_OVER = 100;
  private static final int LONGEST = FrameScratch.MAX_FRAME + VirtioNetHeader.LONG;

  private record Frame(long features, ByteBuffer bytes) {}

  private DelayedFrames delayed = new DelayedFrames();
  private final Deque<Frame> expected = new ArrayDeque<>();
  private final BufferBurst burst = new BufferBurst(Flow.BURST);
  private final Random random = new Random(7);
  private long waiting;

  /** Of all lengths, so that the ring's end falls into each part of a record. */
  @Test
  void framesComeOutAsTheyWentIn() {
    int refused = 0;
    for (int i = 0; i < ROUNDS; i++) {
      if (random.nextInt(3) > 0) {
        refused += add();
      } else {
        remove();
      }
      assertEquals(expected.size(), delayed.count());
      if (i % HANDED_OVER == 0) {
        handOver();
      }
    }
    assertTrue(refused > 0, "the queue was never full");
    while (!expected.isEmpty()) {
      remove();
    }
    assertTrue(delayed.isEmpty());
  }

  /** Another process goes on with them, and this one could too. */
  private void handOver() {
    HandOverWriter writer = new HandOverWriter();
    delayed.save(writer);
    HandOverWriter again = new HandOverWriter();
    delayed.save(again);
    delayed = new DelayedFrames();
    try (HandOverReader reader = Handed.over(writer)) {
      delayed.restore(reader, burst);
      reader.requireEnd();
    }
    assertEquals(expected.size(), delayed.count());
    HandOverWriter restored = new HandOverWriter();
    delayed.save(restored);
    assertArrayEquals(Handed.bytes(again), Handed.bytes(restored));
  }

  private int add() {
    try (Arena arena = Arena.ofConfined()) {
      long features = random.nextInt(2);
      int n = 1 + random.nextInt(8);
      int first = random.nextInt(n);
      burst.clear();
      byte[][] frames = new byte[n][];
      for (int i = 0; i < n; i++) {
        frames[i] = new byte[1 + random.nextInt(random.nextInt(8) == 0 ? LONGEST : 2000)];
        random.nextBytes(frames[i]);
        MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, frames[i]);
        burst.add(0, memory.address(), 0, frames[i].length);
      }
      int most = 1 + random.nextInt(DelayedFrames.MAX_BYTES);
      int added = delayed.add(burst, first, features, most);
      for (int i = first; i < first + added; i++) {
        expected.add(new Frame(features, ByteBuffer.wrap(frames[i])));
        waiting += frames[i].length;
        assertTrue(waiting <= most);
      }
      if (first + added < n) {
        assertTrue(waiting + frames[first + added].length > most, "there was room");
        return 1;
      }
      return 0;
    }
  }

  private void remove() {
    long features = delayed.peek(burst);
    Iterator<Frame> frames = expected.iterator();
    for (int i = 0; i < burst.count(); i++) {
      Frame frame = frames.next();
      assertEquals(frame.features(), features);
      byte[] bytes = new byte[burst.length(i)];
      for (int at = 0; at < bytes.length; at++) {
        bytes[at] = (byte) RawMemory.getByte(burst.address(i) + at);
      }
      assertEquals(frame.bytes(), ByteBuffer.wrap(bytes));
    }
    assertTrue(
        burst.count() == Flow.BURST || !frames.hasNext() || frames.next().features() != features);
    int removed = random.nextInt(burst.count() + 1);
    delayed.remove(removed);
    for (int i = 0; i < removed; i++) {
      waiting -= expected.remove().bytes().capacity();
    }
  }
}
