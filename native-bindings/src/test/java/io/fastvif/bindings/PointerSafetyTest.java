package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.linux.arch_h;
import io.fastvif.bindings.linux.linux_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Pointers go to the kernel as numbers; what Java guarantees of segments holds all the same. */
class PointerSafetyTest {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  @Test
  void heapSegmentIsRefused() {
    MemorySegment heap = MemorySegment.ofArray(new byte[8]);
    assertThrows(IllegalArgumentException.class, () -> FileIo.read(0, heap, 8));
    assertThrows(
        IllegalArgumentException.class,
        () -> Sockets.recvmmsg(0, MemorySegment.NULL, 0, 0, heap),
        "the second pointer of a call");
  }

  @Test
  void closedSegmentIsRefused() {
    MemorySegment closed;
    try (Arena arena = Arena.ofConfined()) {
      closed = arena.allocate(8);
    }
    assertThrows(IllegalStateException.class, () -> FileIo.read(0, closed, 8));
    assertThrows(
        IllegalStateException.class,
        () -> Sockets.recvmmsg(0, MemorySegment.NULL, 0, 0, closed),
        "the second pointer of a call");
  }

  @Test
  void segmentOfAnotherThreadIsRefused() throws Exception {
    try (Arena arena = Arena.ofConfined();
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      MemorySegment confined = arena.allocate(8);
      Future<WrongThreadException> refused =
          other.submit(
              () -> assertThrows(WrongThreadException.class, () -> FileIo.read(0, confined, 8)));
      refused.get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void segmentInUseCannotBeClosed() throws Exception {
    Arena shared = Arena.ofShared();
    MemorySegment buffer = shared.allocate(8);
    try (Arena arena = Arena.ofConfined();
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      MemorySegment pair = arena.allocate(ValueLayout.JAVA_INT, 2);
      assertEquals(0, Sockets.socketpair(linux_h.AF_UNIX, linux_h.SOCK_STREAM, 0, pair));
      try (FileDescriptor near = FileDescriptor.of(pair.getAtIndex(ValueLayout.JAVA_INT, 0));
          FileDescriptor far = FileDescriptor.of(pair.getAtIndex(ValueLayout.JAVA_INT, 1))) {
        CompletableFuture<Integer> thread = new CompletableFuture<>();
        Future<Long> received =
            other.submit(
                () -> {
                  thread.complete(Namespaces.gettid());
                  return Sockets.recv(near.value(), buffer, 8, 0);
                });
        try {
          awaitSystemCall(thread.get(60, TimeUnit.SECONDS), arch_h.__NR_recvfrom);
          assertThrows(IllegalStateException.class, shared::close);
        } finally {
          Sockets.shutdown(far.value(), linux_h.SHUT_RDWR);
        }
        assertEquals(0, received.get(60, TimeUnit.SECONDS));
        shared.close();
      }
    }
  }

  /** Waits until the kernel has that thread in that call: proc_pid_syscall(5). */
  private static void awaitSystemCall(int thread, int number) {
    String path = "/proc/self/task/" + thread + "/syscall";
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!FileIo.readText(path).startsWith(number + " ")) {
      assertTrue(System.nanoTime() < deadline, "the thread never blocked");
      Thread.onSpinWait();
    }
  }
}
