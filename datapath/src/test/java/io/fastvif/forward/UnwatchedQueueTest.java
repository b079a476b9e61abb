package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.FaultyProcess;
import io.fastvif.testing.KernelTest;

/**
 * A queue whose descriptors neither loop can watch is told of, served all the same, and recovers.
 */
class UnwatchedQueueTest {
  @KernelTest
  void queueThatNobodyCanWatchIsPolledUntilSomebodyCan() throws Exception {
    String output = FaultyProcess.run(UnwatchedQueue.class);
    assertTrue(output.contains("recovered"), output);
  }
}
