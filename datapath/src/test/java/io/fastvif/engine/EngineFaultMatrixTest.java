package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.FaultyProcess;
import io.fastvif.testing.KernelTest;

/**
 * Every system call of an engine fails once, in a process of its own. With {@code
 * -Dfastvif.fault-matrix=full}, each with every errno.
 */
class EngineFaultMatrixTest {
  private static final String MODE = System.getProperty("fastvif.fault-matrix", "each call once");

  @KernelTest
  void whateverCallFailsOnlyItsOperationDoes() throws Exception {
    String output = FaultyProcess.run(EngineFaultMatrix.class, MODE);
    String last = output.lines().reduce((first, second) -> second).orElse("");
    assertTrue(last.matches("fault matrix of the engine: [0-9]+ injection points.*"), output);
    assertEquals(-1, output.indexOf("Exception in thread"), output);
    System.out.println(last);
  }
}
