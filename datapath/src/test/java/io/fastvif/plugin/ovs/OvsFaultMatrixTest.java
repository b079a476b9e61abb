package io.fastvif.plugin.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.FailingCalls;
import io.fastvif.testing.FaultyProcess;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every call that the JDK makes for the database client fails once, in a process of its own. With
 * {@code -Dfastvif.fault-matrix=full}, each with every errno.
 */
class OvsFaultMatrixTest {
  @TempDir Path folder;

  @KernelTest
  void whateverCallFailsNothingIsLeft() throws Exception {
    Map<String, String> environment = FailingCalls.build(folder);
    try (OvsHost ovs = OvsHost.database(folder, OvsHost.SCHEMA)) {
      ovs.vsctl("--no-wait add-br br-int");
      String output = FaultyProcess.runWith(environment, OvsFaultMatrix.class, ovs.address());
      String last = output.lines().reduce((first, second) -> second).orElse("");
      assertTrue(
          last.matches("fault matrix of the database client: [1-9][0-9]+ injection points"),
          output);
      assertEquals(-1, output.indexOf("Exception in thread"), output);
      System.out.println(last);
    }
  }
}
