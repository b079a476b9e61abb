package io.fastvif.forward;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Others may wake a loop that ends: its descriptor's number may be another file's at once. */
class WakeUpTest {
  private static final int ROUNDS = 2_000;
  private static final int SIGNALS = 200;

  @Test
  void signalAfterTheEndDoesNothing() {
    WakeUp wakeUp = new WakeUp();
    wakeUp.close();
    wakeUp.signal();
  }

  @Test
  void signalsDoNotMeetTheEnd() throws InterruptedException, ExecutionException {
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      for (int i = 0; i < ROUNDS; i++) {
        WakeUp wakeUp = new WakeUp();
        CountDownLatch begun = new CountDownLatch(1);
        Future<?> signalling = other.submit(() -> signal(wakeUp, begun));
        begun.await();
        wakeUp.close();
        signalling.get();
      }
    }
  }

  private static void signal(WakeUp wakeUp, CountDownLatch begun) {
    for (int i = 0; i < SIGNALS; i++) {
      wakeUp.signal();
      begun.countDown();
    }
  }
}
