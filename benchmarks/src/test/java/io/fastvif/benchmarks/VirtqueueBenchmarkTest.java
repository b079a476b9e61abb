package io.fastvif.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VirtqueueBenchmarkTest {
  @ParameterizedTest
  @ValueSource(strings = {"split", "packed"})
  void everyBufferComesBack(String ring) {
    VirtqueueBenchmark benchmark = new VirtqueueBenchmark();
    benchmark.ring = ring;
    benchmark.length = 64;
    benchmark.setUp();
    for (int i = 0; i < 100; i++) {
      assertEquals(VirtqueueBenchmark.BURST, benchmark.guestToDevice());
    }
    benchmark.tearDown();
  }
}
