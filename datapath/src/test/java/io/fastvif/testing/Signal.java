package io.fastvif.testing;

import static io.fastvif.bindings.linux.linux_h.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Polling;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * What one process writes eight bytes into to wake another: an eventfd, or a pipe.
 *
 * @param reader what is read; of an eventfd the same as the writer
 * @param writer what is written; never blocks
 */
public record Signal(FileDescriptor reader, FileDescriptor writer) implements AutoCloseable {
  private static final int O_WRONLY = 1;

  /** Makes an eventfd. */
  public static Signal eventfd() {
    FileDescriptor both = FileDescriptor.check(Polling.eventfd(0, EFD_NONBLOCK), "eventfd");
    return new Signal(both, both);
  }

  /** Makes a pipe by way of a FIFO, whose path is free again afterwards. */
  public static Signal pipe(Path path) throws Exception {
    assertEquals(0, new ProcessBuilder("mkfifo", path.toString()).inheritIO().start().waitFor());
    int flags = O_NONBLOCK | O_CLOEXEC;
    FileDescriptor reader =
        FileDescriptor.check(FileIo.open(path.toString(), flags, 0), "open", path);
    FileDescriptor writer =
        FileDescriptor.check(FileIo.open(path.toString(), flags | O_WRONLY, 0), "open", path);
    assertEquals(0, FileIo.unlink(path.toString()));
    return new Signal(reader, writer);
  }

  /** Signals; false if a pipe is full. */
  public boolean write() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1L);
      return FileIo.write(writer.value(), one, Long.BYTES) == Long.BYTES;
    }
  }

  /** How often it was signalled since it was read last; of a pipe at most once. */
  public long read() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(ValueLayout.JAVA_LONG);
      return FileIo.read(reader.value(), count, Long.BYTES) == Long.BYTES
          ? count.get(ValueLayout.JAVA_LONG, 0)
          : 0;
    }
  }

  @Override
  public void close() {
    if (!reader.equals(writer)) {
      writer.close();
    }
    reader.close();
  }
}
