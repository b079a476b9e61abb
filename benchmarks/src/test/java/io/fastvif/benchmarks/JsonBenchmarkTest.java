package io.fastvif.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.json.VersionedObjectReader;
import org.junit.jupiter.api.Test;

/** What is read and written is the VIF. */
class JsonBenchmarkTest {
  private final JsonBenchmark benchmark = new JsonBenchmark();

  @Test
  void readsTheVif() {
    assertEquals(Vifs.bridged(1), benchmark.read());
  }

  @Test
  void writesTheVif() {
    String json = benchmark.write();
    assertTrue(json.contains("\"versioned_object.name\":\"VIFBridge\""), json);
    assertEquals(Vifs.bridged(1), VersionedObjectReader.readVif(json));
  }
}
