package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;

/** What a user gets of something that was thrown in the midst of a command. */
class RefusedCommandTest {
  /** Runs a command that throws this, and returns what it says on standard error. */
  private static String said(Throwable thrown) {
    Command command =
        new Command("broken", "Throws.", null) {
          @Override
          int run(Arguments arguments, PrintWriter out, PrintWriter err) throws Exception {
            if (thrown instanceof Error error) {
              throw error;
            }
            throw (Exception) thrown;
          }
        };
    StringWriter err = new StringWriter();
    int status =
        Fastvif.run(
            command,
            new Arguments(),
            new PrintWriter(new StringWriter()),
            new PrintWriter(err, true));
    assertEquals(Fastvif.FAILED, status);
    return err.toString();
  }

  @Test
  void refusalBehindAnErrorOfTheJdkIsSaidInOneLine() {
    IOException refused =
        new FileSystemException("/opt/jdk/conf/java.security", null, "Too many open files");
    String line = "fastvif: /opt/jdk/conf/java.security: Too many open files\n";
    assertEquals(line, said(new InternalError("Error loading java.security file", refused)));
    assertEquals(line, said(new ExceptionInInitializerError(new InternalError(refused))));
  }

  @Test
  void uncheckedRefusalIsSaidInItsOwnWords() {
    IOException refused = new IOException("Too many open files");
    assertEquals(
        "fastvif: epoll_create(): Too many open files\n",
        said(new UncheckedIOException("epoll_create(): Too many open files", refused)));
  }

  @Test
  void wantOfMemoryIsSaidInOneLine() {
    String words = "unable to create native thread";
    assertEquals("fastvif: " + words + "\n", said(new OutOfMemoryError(words)));
  }

  @Test
  void faultOfFastvifsOwnHasItsStackTrace() {
    for (Throwable fault :
        new Throwable[] {
          new IllegalStateException("broken"),
          new StackOverflowError(),
          new AssertionError("not so")
        }) {
      String text = said(fault);
      assertTrue(
          text.startsWith(
              "fastvif: an error of fastvif's own; please report it\n" + fault + "\n\tat "),
          text);
    }
  }
}
