package io.fastvif.netlink;

import static io.fastvif.bindings.linux.linux_h.MAP_ANONYMOUS;
import static io.fastvif.bindings.linux.linux_h.MAP_FIXED;
import static io.fastvif.bindings.linux.linux_h.MAP_PRIVATE;
import static io.fastvif.bindings.linux.linux_h.PROT_NONE;
import static io.fastvif.bindings.linux.linux_h.PROT_READ;
import static io.fastvif.bindings.linux.linux_h.PROT_WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Memory;
import io.fastvif.bindings.Polling;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.function.Consumer;

/** Has a decoder read damaged copies of messages, and finds out whether it reads beyond them. */
public final class DamagedMessages {
  private static final int ROUNDS = 30_000;

  /** The largest page of the machines that Linux runs on. */
  private static final int PAGE = 64 * 1024;

  private DamagedMessages() {}

  /**
   * Fails if a decoder reads beyond a damaged message, or throws anything but {@link
   * MalformedMessageException}.
   *
   * @param name a file of messages in {@code captured/}
   * @param reader reads everything of the message that the decoder stands on
   */
  public static void assertNeverOverRead(String name, Consumer<MessageDecoder> reader) {
    byte[] original = Captured.bytes(name);
    try (Arena arena = Arena.ofConfined()) {
      inExactSegments(original, reader);
      beforeAGuardPage(original, reader, arena);
    }
  }

  /** Each copy has exactly its own size, so that reading one byte too many is an exception. */
  private static void inExactSegments(byte[] original, Consumer<MessageDecoder> reader) {
    Random random = new Random(42);
    int malformed = 0;
    for (int i = 0; i < ROUNDS; i++) {
      byte[] bytes = damaged(original, random);
      malformed += read(MemorySegment.ofArray(bytes), 0, bytes.length, reader);
    }
    assertTrue(malformed > ROUNDS / 100, "malformed: " + malformed);
    assertTrue(malformed < ROUNDS, "malformed: " + malformed);
  }

  /**
   * Each copy ends where memory that cannot be read begins, inside one segment: a read beyond it
   * that no check of a segment's bounds notices ends the process.
   */
  private static void beforeAGuardPage(
      byte[] original, Consumer<MessageDecoder> reader, Arena arena) {
    long edge = (original.length + PAGE - 1L) / PAGE * PAGE;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    MemorySegment memory = Memory.map(arena, edge + PAGE, PROT_NONE, flags, -1, 0);
    assertEquals(
        memory.address(),
        Memory.mmap(memory.address(), edge, PROT_READ | PROT_WRITE, flags | MAP_FIXED, -1, 0));
    assertUnreadable(memory.asSlice(edge));
    Random random = new Random(43);
    for (int i = 0; i < ROUNDS; i++) {
      byte[] bytes = damaged(original, random);
      MemorySegment.copy(
          MemorySegment.ofArray(bytes), 0, memory, edge - bytes.length, bytes.length);
      read(memory, (int) edge - bytes.length, bytes.length, reader);
    }
  }

  private static void assertUnreadable(MemorySegment guard) {
    int event = Polling.eventfd(0, 0);
    try {
      assertEquals(-Errno.EFAULT, FileIo.write(event, guard, Long.BYTES));
    } finally {
      FileIo.close(event);
    }
  }

  /** Random bytes, wrong lengths of attributes, and every fourth copy cut short. */
  private static byte[] damaged(byte[] original, Random random) {
    byte[] bytes = original.clone();
    ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    for (int i = random.nextInt(8); i >= 0; i--) {
      if (random.nextBoolean()) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      } else {
        words.putShort(
            random.nextInt(bytes.length / 4) * 4, (short) random.nextInt(bytes.length + 64));
      }
    }
    if (random.nextInt(4) != 0) {
      return bytes;
    }
    byte[] cut = new byte[random.nextInt(bytes.length)];
    System.arraycopy(bytes, 0, cut, 0, cut.length);
    if (cut.length >= Integer.BYTES) {
      // Or the message's own length gives it away.
      ByteBuffer.wrap(cut).order(ByteOrder.nativeOrder()).putInt(0, cut.length);
    }
    return cut;
  }

  private static int read(
      MemorySegment segment, int offset, int length, Consumer<MessageDecoder> reader) {
    try {
      MessageDecoder decoder = new MessageDecoder().wrap(segment, offset, length);
      while (decoder.next()) {
        reader.accept(decoder);
      }
      return 0;
    } catch (MalformedMessageException e) {
      return 1;
    }
  }
}
