package io.fastvif.benchmarks.vhostuser;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.netns.Netns;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A child process that is asked by lines, and answers each by one. */
final class Dialogue implements AutoCloseable {
  /** How long any answer may take: far more than what is measured. */
  private static final long PATIENCE_SECONDS = 60;

  private final String program;
  private final Path errors;
  private final Process process;
  private final BufferedReader answers;
  private final Writer questions;

  /** Starts it where this thread is. */
  Dialogue(Path folder, List<String> command) throws IOException {
    this(folder, Netns.current(), command);
  }

  /** Starts it in a network namespace. */
  Dialogue(Path folder, Netns namespace, List<String> command) throws IOException {
    program = command.getFirst();
    errors = Files.createTempFile(folder, "child", ".errors");
    process = Child.start(namespace, new ProcessBuilder(command).redirectError(errors.toFile()));
    answers = process.inputReader(StandardCharsets.UTF_8);
    questions = process.outputWriter(StandardCharsets.UTF_8);
  }

  /** Its process. */
  long pid() {
    return process.pid();
  }

  /** What it said on its standard error. */
  String errors() {
    try {
      return Files.readString(errors).strip();
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }

  void ask(String question) throws IOException {
    questions.write(question + "\n");
    questions.flush();
  }

  /** The next line, or an exception with what the child said if there is none. */
  String answer() throws IOException {
    Thread watch =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    TimeUnit.SECONDS.sleep(PATIENCE_SECONDS);
                    process.destroyForcibly();
                  } catch (InterruptedException answered) {
                    Thread.currentThread().interrupt();
                  }
                });
    try {
      String line = answers.readLine();
      if (line == null) {
        throw new IOException(program + " ended: " + errors());
      }
      return line;
    } finally {
      watch.interrupt();
    }
  }

  /** Waits for a line that says something. */
  void expect(String word) throws IOException {
    String line = answer();
    if (!line.equals(word)) {
      throw new IOException("expected \"" + word + "\": " + line);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
