package io.fastvif.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.bindings.Namespaces;
import org.junit.jupiter.api.Test;

/** Each call does what it is for. */
class NativeCallBenchmarkTest {
  @Test
  void callsReachTheKernel() {
    NativeCallBenchmark benchmark = new NativeCallBenchmark();
    try {
      assertEquals(Namespaces.gettid(), benchmark.gettid());
      assertEquals(Long.BYTES, benchmark.writeCounter());
      assertEquals(1, benchmark.epollWait());
      assertEquals(7, benchmark.eventData());
      assertEquals(1, benchmark.poll());
    } finally {
      benchmark.close();
    }
  }
}
