package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Polling;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads eventfds. */
final class EventCounter {
  private static final int PATIENCE_MILLIS = 120_000;

  private EventCounter() {}

  /** Waits for an event, and returns the count. */
  static long await(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment entry = arena.allocate(Polling.ENTRY_SIZE, Integer.BYTES);
      entry.set(ValueLayout.JAVA_INT, Polling.ENTRY_DESCRIPTOR_OFFSET, fd);
      entry.set(ValueLayout.JAVA_SHORT, Polling.ENTRY_EVENTS_OFFSET, (short) POLLIN);
      assertEquals(1, Polling.poll(entry, 1, PATIENCE_MILLIS), "an event");
      MemorySegment number = arena.allocate(ValueLayout.JAVA_LONG);
      assertEquals(Long.BYTES, FileIo.read(fd, number, Long.BYTES));
      return number.get(ValueLayout.JAVA_LONG, 0);
    }
  }
}
