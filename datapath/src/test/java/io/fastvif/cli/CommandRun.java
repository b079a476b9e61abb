package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** A run of the command in this process: its exit status and what it printed. */
record CommandRun(int status, String out, String err) {
  static CommandRun of(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status = Fastvif.execute(arguments, new PrintWriter(out), new PrintWriter(err));
    return new CommandRun(status, out.toString(), err.toString());
  }

  CommandRun expect(int expected) {
    assertEquals(expected, status, this::toString);
    return this;
  }

  /** The lines on standard output. */
  List<String> lines() {
    return out.lines().toList();
  }
}
