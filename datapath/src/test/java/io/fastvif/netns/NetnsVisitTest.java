package io.fastvif.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.KernelTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

class NetnsVisitTest {
  /** As many as there are threads for visits. */
  private static final int VISITS = 8;

  private static final int SECONDS = 120;

  private static Path here() throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"));
  }

  @KernelTest
  void aVisitWithinAVisitEndsWhereItBegan() throws Exception {
    try (Netns outer = Netns.createPrivate();
        Netns inner = Netns.createPrivate()) {
      Path there = outer.visit(NetnsVisitTest::here);
      Path further = inner.visit(NetnsVisitTest::here);
      assertNotEquals(there, further);
      outer.visit(
          () -> {
            Thread visitor = Thread.currentThread();
            assertEquals(further, inner.visit(NetnsVisitTest::here));
            assertSame(visitor, inner.visit(Thread::currentThread));
            assertEquals(there, here());
            NetnsException told =
                assertThrows(
                    NetnsException.class,
                    () ->
                        inner.visit(
                            () -> {
                              throw new IOException("in there");
                            }));
            assertEquals("in there", told.getCause().getMessage());
            assertEquals(there, here());
            return null;
          });
    }
  }

  /** Each of the threads is on a visit, and none is left for one within it. */
  @KernelTest
  void visitsWithinVisitsWaitForNoThread() throws Exception {
    try (Netns outer = Netns.createPrivate();
        Netns inner = Netns.createPrivate();
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Path further = inner.visit(NetnsVisitTest::here);
      CountDownLatch all = new CountDownLatch(VISITS);
      List<Future<Path>> visits = new ArrayList<>();
      for (int i = 0; i < VISITS; i++) {
        visits.add(
            callers.submit(
                () ->
                    outer.visit(
                        () -> {
                          all.countDown();
                          assertTrue(all.await(SECONDS, TimeUnit.SECONDS));
                          return inner.visit(NetnsVisitTest::here);
                        })));
      }
      for (Future<Path> visit : visits) {
        assertEquals(further, visit.get(SECONDS, TimeUnit.SECONDS));
      }
    }
  }
}
