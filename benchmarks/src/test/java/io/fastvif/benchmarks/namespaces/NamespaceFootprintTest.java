package io.fastvif.benchmarks.namespaces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.benchmarks.Root;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * What is measured has been plugged and unplugged, is open while it is counted, and closed then.
 */
class NamespaceFootprintTest {
  @Test
  void descriptorsAreThoseOfTheNamespacesAndNoneIsLeft() throws IOException {
    Root.require();
    NamespaceFootprint footprint = new NamespaceFootprint(NamespaceFootprint.lone(), 0);
    footprint.measure(1);
    long idle = Footprint.read().descriptors();
    long one = footprint.measure(1).descriptors() - idle;
    long three = footprint.measure(3).descriptors() - idle;
    assertTrue(one > 0, () -> "one: " + one);
    assertEquals(3 * one, three);
    assertEquals(idle, Footprint.read().descriptors());
  }
}
