package io.fastvif.benchmarks.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ChildTest {
  private static final int SECONDS = 240;

  /** Starts a process that stays, says which, and waits for its own end. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] arguments) throws Exception {
      Process sleeper = Child.start(new ProcessBuilder("sleep", "600"));
      System.out.println(sleeper.pid());
      sleeper.waitFor();
    }
  }

  /** By class path: the test's module has no main class that others may start. */
  private static Process parent() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes =
        String.join(
            ":",
            Child.class.getProtectionDomain().getCodeSource().getLocation().getPath(),
            ChildTest.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    return new ProcessBuilder(java, "-cp", classes, Parent.class.getName())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  @Test
  void childrenEndWithAProgramThatIsTerminated() throws Exception {
    Process parent = parent();
    ProcessHandle sleeper = null;
    try (BufferedReader output = parent.inputReader()) {
      sleeper = ProcessHandle.of(Long.parseLong(output.readLine())).orElseThrow();
      parent.destroy(); // SIGTERM
      assertTrue(parent.waitFor(SECONDS, TimeUnit.SECONDS), "it ends");
      sleeper.onExit().get(SECONDS, TimeUnit.SECONDS);
    } finally {
      parent.destroyForcibly();
      if (sleeper != null) {
        sleeper.destroyForcibly();
      }
    }
    assertEquals(128 + 15, parent.exitValue());
  }
}
