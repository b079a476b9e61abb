package io.fastvif.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.testing.KernelTest;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

class NetnsSearchTest {
  private static final int SECONDS = 120;

  /** What is found while a thread is in the namespace for a moment, once that has ended. */
  private static <T> T whileVisited(Netns namespace, Supplier<T> search) throws Exception {
    CountDownLatch isThere = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Thread visitor =
        namespace.newThread(
            "visitor",
            () -> {
              isThere.countDown();
              try {
                assertTrue(goOn.await(SECONDS, TimeUnit.SECONDS));
              } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
              }
            });
    visitor.start();
    try {
      assertTrue(isThere.await(SECONDS, TimeUnit.SECONDS));
      return search.get();
    } finally {
      goOn.countDown();
      visitor.join();
    }
  }

  /** How many of the paths lead to a namespace now. */
  private static long count(List<Path> paths, String identity) {
    return paths.stream().filter(path -> leadsTo(path, identity)).count();
  }

  private static boolean leadsTo(Path path, String identity) {
    try (Netns namespace = Netns.of(path)) {
      return namespace.identity().equals(identity);
    } catch (SystemCallException gone) {
      return false;
    }
  }

  @KernelTest
  void aPathLastsLongerThanAThreadThatIsThereForAMoment() throws Exception {
    try (Netns namespace = Netns.createPrivate()) {
      String identity = namespace.identity();
      // This process's descriptor keeps it.
      assertEquals(1, count(whileVisited(namespace, NetnsSearch::othersAndHeld), identity));
      Process process = namespace.call(() -> new ProcessBuilder("sleep", "600").start());
      try {
        assertEquals(1, count(whileVisited(namespace, NetnsSearch::others), identity));
        assertEquals(1, count(whileVisited(namespace, NetnsSearch::othersAndHeld), identity));
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }
}
