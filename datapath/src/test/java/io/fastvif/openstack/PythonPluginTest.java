package io.fastvif.openstack;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Peer;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The plugin's own tests, in Python, with Debian's os-vif. */
class PythonPluginTest {
  private static final String DISCOVER =
      "import sys, unittest; sys.path.insert(0, sys.argv[1]);"
          + " unittest.main(module=None, argv=['unittest', 'discover', '-s', sys.argv[2]])";

  @Test
  void allPass() throws Exception {
    String output =
        Peer.requirePythonModule("os_vif", "python3-os-vif")
            .run(
                List.of(
                    "-B", "-W", "ignore", "-c", DISCOVER, "src/main/python", "src/test/python"));
    assertTrue(Pattern.compile("Ran [1-9]\\d+ tests").matcher(output).find(), output);
  }
}
