package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lab boots, with as many functions as were asked for, and runs classes of the tests. */
class LabTest {
  /** Runs in the lab. */
  static final class Greeting {
    private Greeting() {}

    /** Prints what it is given. */
    public static void main(String[] arguments) {
      System.out.println("hello " + String.join(" ", arguments));
    }
  }

  @Test
  void classesRunInsideAndFilesComeBack(@TempDir Path out) throws Exception {
    Lab lab = Lab.of("hello.sh", out).functions(2).launcher("hello", Greeting.class).run();
    assertEquals("hello of 2 functions\n", lab.text("said"), lab::log);
  }
}
