package io.fastvif.benchmarks.compare;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.fastvif.benchmarks.process.Child;
import io.fastvif.benchmarks.process.TimeLimitException;
import io.fastvif.netns.Netns;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * A peer's process. It is told {@code plug FROM TO}, {@code unplug FROM TO}, another operation that
 * it knows, or {@code latency FROM TO INTERVAL}, a line each, and answers each with {@code
 * {"nanos": [...]}} in a line.
 */
final class Conversation implements MeasuredSystem.Session {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String END = "";

  private final Duration limit;
  private final Path errors;
  private final Process process;
  private final Writer commands;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

  /**
   * @param errors a file for the process's standard error
   */
  Conversation(Netns namespace, List<String> command, Path errors, Duration limit) {
    this.limit = limit;
    this.errors = errors;
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    // Where Python's libraries keep what they find: with the rest, which is deleted at the end.
    builder.environment().put("XDG_CACHE_HOME", errors.toAbsolutePath().getParent().toString());
    process = Child.start(namespace, builder);
    commands = process.outputWriter(StandardCharsets.UTF_8);
    Thread.ofPlatform().daemon().name("answers").start(this::read);
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        answers.add(line);
      }
    } catch (IOException | UncheckedIOException closed) {
      // the process was ended
    } finally {
      answers.add(END);
    }
  }

  /** Its process id. */
  long pid() {
    return process.pid();
  }

  @Override
  public long plug(int from, int to) throws IOException {
    return operate("plug", from, to);
  }

  @Override
  public long unplug(int from, int to) throws IOException {
    return operate("unplug", from, to);
  }

  /**
   * Does something with the VIFs from one number to below another, like {@link #plug}.
   *
   * @param operation a word that the process knows
   */
  long operate(String operation, int from, int to) throws IOException {
    return ask(operation + " " + from + " " + to)[0];
  }

  @Override
  public long[] latencies(int from, int to, long intervalNanos) throws IOException {
    return ask("latency " + from + " " + to + " " + intervalNanos);
  }

  /** Tells the process a line; all numbers of its answer. */
  long[] ask(String command) throws IOException {
    try {
      commands.write(command + "\n");
      commands.flush();
    } catch (IOException ended) {
      throw failure(command);
    }
    String answer;
    try {
      answer = answers.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException interrupted) {
      throw Child.interrupted(interrupted);
    }
    if (answer == null) {
      process.destroyForcibly();
      throw new TimeLimitException(limit);
    }
    if (answer.equals(END)) {
      throw failure(command);
    }
    return nanos(answer);
  }

  private IOException failure(String command) throws IOException {
    String text = Files.readString(errors, StandardCharsets.UTF_8).strip();
    String last = text.lines().reduce("", (before, line) -> line);
    return new IOException(command + ": the process ended: " + last);
  }

  static long[] nanos(String answer) throws IOException {
    LongStream.Builder nanos = LongStream.builder();
    try (JsonParser json = JSON.createParser(answer)) {
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token == JsonToken.VALUE_NUMBER_INT) {
          nanos.add(json.getLongValue());
        }
      }
    }
    long[] all = nanos.build().toArray();
    if (all.length == 0) {
      throw new IOException("not an answer: " + answer);
    }
    return all;
  }

  /** Ends the process; a kernel that is deleting links for it is waited for. */
  @Override
  public void close() {
    try {
      commands.close();
    } catch (IOException ended) {
      // it has ended already
    }
    try {
      Child.await(process, limit);
    } catch (IOException forced) {
      // it has been ended
    }
  }
}
