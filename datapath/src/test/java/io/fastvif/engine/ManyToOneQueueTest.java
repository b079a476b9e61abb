package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManyToOneQueueTest {

  @ParameterizedTest
  @CsvSource({"1,1", "2,2", "3,4", "4096,4096", "4097,8192"})
  void capacityIsRoundedUpToPowerOfTwo(int wanted, int capacity) {
    assertEquals(capacity, new ManyToOneQueue<String>(wanted).capacity());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE, (1 << 30) + 1})
  void refusesAnImpossibleCapacity(int capacity) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> new ManyToOneQueue<String>(capacity));
    assertTrue(refused.getMessage().startsWith("queueCapacity: " + capacity), refused::getMessage);
  }

  @Test
  void keepsOrderAndRefusesWhenFull() {
    ManyToOneQueue<Integer> queue = new ManyToOneQueue<>(4);
    for (int round = 0; round < 100; round++) {
      assertTrue(queue.isEmpty());
      assertNull(queue.poll());
      for (int i = 0; i < 4; i++) {
        assertTrue(queue.offer(round + i));
        assertEquals(i + 1, queue.size());
      }
      assertFalse(queue.offer(-1));
      for (int i = 0; i < 4; i++) {
        assertEquals(round + i, queue.poll());
      }
      assertTrue(queue.offer(round));
      assertEquals(round, queue.poll());
    }
  }

  @Test
  void nullIsRefused() {
    assertThrows(NullPointerException.class, () -> new ManyToOneQueue<String>(4).offer(null));
  }

  /** Small queues, so that they are full and empty all the time. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 64})
  void nothingIsLostDoubledOrOvertakesWithinItsProducer(int capacity) throws Exception {
    int producers = 4;
    int each = 20_000;
    ManyToOneQueue<long[]> queue = new ManyToOneQueue<>(capacity);
    CountDownLatch ready = new CountDownLatch(producers);
    Thread[] threads = new Thread[producers];
    for (int p = 0; p < producers; p++) {
      int producer = p;
      threads[p] =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    ready.countDown();
                    for (int i = 0; i < each; i++) {
                      long[] element = {producer, i, ~(long) i};
                      while (!queue.offer(element)) {
                        Thread.onSpinWait();
                      }
                    }
                  });
    }
    ready.await();
    long[] next = new long[producers];
    for (int taken = 0; taken < producers * each; ) {
      long[] element = queue.poll();
      if (element == null) {
        Thread.onSpinWait();
        continue;
      }
      taken++;
      int producer = (int) element[0];
      assertEquals(next[producer]++, element[1]);
      assertEquals(~element[1], element[2]); // what it holds is visible with it
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertTrue(queue.isEmpty());
    assertNull(queue.poll());
  }
}
