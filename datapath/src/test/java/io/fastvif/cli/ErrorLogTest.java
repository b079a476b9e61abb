package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ErrorLogTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final ErrorLog log = new ErrorLog(new PrintStream(written, true, StandardCharsets.UTF_8));

  private String text() {
    return written.toString(StandardCharsets.UTF_8);
  }

  @Test
  void linesLookLikeTheCommandsOwnMessages() {
    log.write(Level.DEBUG, "io.fastvif.engine", "the engine has started", null);
    log.write(Level.INFO, "io.fastvif.engine", "it answers again", null);
    log.write(Level.WARNING, "io.fastvif.engine", "it does not answer", null);
    assertEquals("fastvif: it answers again\nfastvif: it does not answer\n", text());
  }

  @Test
  void anErrorThatNobodyHasForeseenHasItsStackTrace() {
    log.write(Level.WARNING, "io.fastvif.engine", "odd", new IllegalStateException("why"));
    assertTrue(
        text().startsWith("fastvif: odd\njava.lang.IllegalStateException: why\n\tat "), text());
  }
}
