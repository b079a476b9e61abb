package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** DPDK's testpmd with one device, on one core beside its own, without huge pages. */
public final class Testpmd implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 240;

  private final Process process;
  private final Path output;

  private Testpmd(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /**
   * Starts it.
   *
   * @param folder for a folder of its files
   * @param device as of {@code --vdev}, such as {@code net_virtio_user0,path=...}
   * @param options of testpmd itself, such as {@code --forward-mode=io}
   */
  public static Testpmd start(Path folder, String device, String... options) throws IOException {
    Peer testpmd = Peer.require("dpdk-testpmd", "dpdk dpdk-dev");
    Path runtime = Files.createTempDirectory(folder, "dpdk");
    String prefix = "fastvif" + ProcessHandle.current().pid() + "-" + runtime.hashCode();
    List<String> command = new ArrayList<>(List.of(testpmd.path().toString()));
    command.addAll(List.of("--lcores", "0@0,1@1", "--no-pci", "--no-telemetry"));
    command.addAll(List.of("--no-huge", "-m", "256", "--file-prefix", prefix));
    command.addAll(List.of("--vdev", device));
    command.addAll(List.of("--", "--no-mlockall", "--total-num-mbufs=4096", "-a"));
    command.addAll(List.of(options));
    Path output = runtime.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("RUNTIME_DIRECTORY", runtime.toString());
    builder.environment().put("XDG_RUNTIME_DIR", runtime.toString());
    return new Testpmd(builder.start(), output);
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** What it said so far. */
  public String output() {
    try {
      return Files.readString(output, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Ends it as its user would: it stops its device first. */
  public void end() throws InterruptedException {
    process.destroy();
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), this::output);
  }

  /** Ends it as nobody would wish. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Kills it, if it has not ended. */
  @Override
  public void close() {
    try {
      kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
