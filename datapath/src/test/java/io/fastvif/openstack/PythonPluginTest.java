package io.fastvif.openstack;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The plugin's own tests, in Python, with Debian's os-vif; those of sockets under eventlet too. */
class PythonPluginTest {
  private static final String TEST =
      "import sys, unittest; sys.path[:0] = sys.argv[1:3];"
          + " unittest.main(module=None, argv=['unittest', *sys.argv[3:]])";

  private static void run(String module, String debianPackage, String program, String... arguments)
      throws Exception {
    List<String> all = new ArrayList<>(List.of("-B", "-W", "ignore", "-c", program));
    all.addAll(List.of("src/main/python", "src/test/python"));
    all.addAll(List.of(arguments));
    String output = Peer.requirePythonModule(module, debianPackage).run(all);
    assertTrue(Pattern.compile("Ran [1-9]\\d+ tests").matcher(output).find(), output);
  }

  @Test
  void allPass() throws Exception {
    run("os_vif", "python3-os-vif", TEST, "discover", "-s", "src/test/python");
  }

  @Test
  void socketsAreEventletsToo() throws Exception {
    String patched = "import eventlet; eventlet.monkey_patch(); " + TEST;
    run("eventlet", "python3-eventlet", patched, "test_client");
  }
}
