package io.fastvif.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class KernelReleaseTest {
  @Test
  void releasesOfKernelsAreCompared() {
    assertTrue(KernelRelease.isAtLeast("6.9.0-1-amd64", 6, 9));
    assertTrue(KernelRelease.isAtLeast("6.18.44", 6, 9));
    assertTrue(KernelRelease.isAtLeast("7.0-rc1", 6, 9));
    assertFalse(KernelRelease.isAtLeast("6.1.0-18-amd64", 6, 9));
    assertFalse(KernelRelease.isAtLeast("5.15", 6, 9));
    assertFalse(KernelRelease.isAtLeast("unknown", 6, 9));
  }
}
