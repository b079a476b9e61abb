package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeAccessTest {

  @Test
  void thisRuntimePermits() {
    assertTrue(NativeAccess.isEnabled());
    assertEquals("--enable-native-access=io.fastvif.bindings", NativeAccess.option());
  }

  @Test
  void deniedAccessSaysWhatToDo(@TempDir Path directory) throws Exception {
    // Java 22 and 23 deny as soon as the option names another module, later ones when told to.
    String deny =
        Runtime.version().feature() >= 24
            ? "--illegal-native-access=deny"
            : "--enable-native-access=java.logging";
    Path output = directory.resolve("output");
    String classes = built("classes") + File.pathSeparator + built("test-classes");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                deny,
                "-cp",
                classes,
                Main.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the process did not end");
    } finally {
      process.destroyForcibly();
    }
    String text = Files.readString(output);
    assertNotEquals(0, process.exitValue(), text);
    assertTrue(text.contains("start java with --enable-native-access=ALL-UNNAMED"), text);
  }

  private static String built(String directory) {
    return Path.of(System.getProperty("basedir", "."), "target", directory).toString();
  }

  /** Makes one call. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) {
      System.out.println(Namespaces.gettid());
    }
  }
}
