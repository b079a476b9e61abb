package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code vhost-user serve} as a process, with its output in files. */
final class ServeProcess implements AutoCloseable {
  /** With which the launcher starts it: LauncherTest compares. */
  static final List<String> JVM_OPTIONS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:-UsePerfData",
          "-XX:+UnlockDiagnosticVMOptions",
          "-XX:+IgnoreUnrecognizedVMOptions",
          "-XX:AsyncDeflationInterval=0",
          "-XX:ServiceThreadCleanupInterval=0",
          "-XX:GuaranteedSafepointInterval=0");

  private final Process process;
  private final Path out;
  private final Path err;

  private ServeProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * Starts it in the network namespace of the calling thread.
   *
   * @param folder for its output
   * @param name of the output's files
   * @param vifs the VIFs' file
   */
  static ServeProcess start(Path folder, String name, Path vifs, String... options)
      throws IOException {
    return startIn(null, folder, name, vifs, options);
  }

  /** The same in a locale; null for that of the calling process. */
  static ServeProcess startIn(String locale, Path folder, String name, Path vifs, String... options)
      throws IOException {
    Path out = folder.resolve(name + ".out");
    Path err = folder.resolve(name + ".err");
    List<String> command =
        ChildRun.command(JVM_OPTIONS, ChildRun.classPath(), "vhost-user", "serve");
    command.addAll(List.of(options));
    command.add(vifs.toString());
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    if (locale != null) {
      builder.environment().put("LC_ALL", locale);
    }
    return new ServeProcess(builder.start(), out, err);
  }

  Process process() {
    return process;
  }

  String text() throws IOException {
    return shown() + new String(Files.readAllBytes(err), StandardCharsets.UTF_8);
  }

  /** As far as it is written: it may end in the midst of a character. */
  private String shown() throws IOException {
    return new String(Files.readAllBytes(out), StandardCharsets.UTF_8);
  }

  /** Waits for a text on its standard output. */
  void await(String text) throws Exception {
    Await.until(text + " of " + out, () -> shown().contains(text));
  }

  /** Waits for a text in one of the lines that come from now on. */
  void awaitAnew(String text) throws Exception {
    int seen = shown().length();
    Await.until(text + " of " + out, () -> shown().indexOf(text, seen) >= 0);
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  int terminate() throws InterruptedException, IOException {
    process.destroy();
    assertTrue(process.waitFor(240, TimeUnit.SECONDS), text());
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
