package io.fastvif.benchmarks.vhostuser;

import io.fastvif.benchmarks.process.Child;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What a frame into and out of a tap costs by readv and writev, as fastvif moves it, and by
 * io_uring with one system call for a burst. A program in C, tap-calls.c, with a tap in a network
 * namespace of its own, which fails where a frame is lost or overtaken.
 */
final class TapCalls {
  static final String TITLE =
      """
      A tap: system calls and nanoseconds of processor time per frame, thousand frames a second, \
      in bursts of 64

      | | bytes | by | calls | processor time | rate |
      | --- | ---: | --- | ---: | ---: | ---: |
      """;

  private TapCalls() {}

  /**
   * Measures each way in turn.
   *
   * @param millis for each row
   * @return the rows of the table
   * @throws IOException if the program cannot be compiled, or fails
   */
  static List<String> measure(Programs programs, int millis) throws IOException {
    Path program = programs.tapCalls();
    return Child.run(new ProcessBuilder(program.toString(), Integer.toString(millis)))
        .lines()
        .toList();
  }
}
