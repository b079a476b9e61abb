package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

/** Calls that fail at the same time on several threads each see their own errno. */
class ErrnoPerThreadTest {

  private static final int CALLS = 50_000;

  @Test
  void eachThreadSeesItsOwnErrno() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment buffer = arena.allocate(8);
      assertNoneMixedUp(
          List.of(
              () -> (int) FileIo.read(-1, buffer, 8),
              () -> Polling.epollCreate1(-1),
              () -> Sockets.socket(-1, 1, 0),
              () -> Polling.epollCtl(0, 99, 0, MemorySegment.NULL)),
          List.of(-Errno.EBADF, -Errno.EINVAL, -Errno.EAFNOSUPPORT, -Errno.EFAULT));
    }
  }

  private static void assertNoneMixedUp(List<IntSupplier> calls, List<Integer> expected)
      throws Exception {
    CyclicBarrier start = new CyclicBarrier(calls.size());
    List<Future<Integer>> wrong = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(calls.size())) {
      for (int i = 0; i < calls.size(); i++) {
        IntSupplier call = calls.get(i);
        int errno = expected.get(i);
        Callable<Integer> body =
            () -> {
              start.await(60, TimeUnit.SECONDS);
              int mixedUp = 0;
              for (int n = 0; n < CALLS; n++) {
                if (call.getAsInt() != errno) {
                  mixedUp++;
                }
              }
              return mixedUp;
            };
        wrong.add(threads.submit(body));
      }
      for (int i = 0; i < wrong.size(); i++) {
        assertEquals(0, wrong.get(i).get(60, TimeUnit.SECONDS), "errno " + -expected.get(i));
      }
    }
  }
}
