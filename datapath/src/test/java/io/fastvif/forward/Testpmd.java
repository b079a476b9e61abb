package io.fastvif.forward;

import io.fastvif.testing.Peer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** DPDK's testpmd, until it is closed. */
final class Testpmd implements AutoCloseable {
  private static final long GRACE_SECONDS = 20;

  private final Process process;
  private final Path output;

  private Testpmd(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /**
   * Starts it as a guest that sends every frame back, unchanged.
   *
   * @param folder for its files
   * @param socket where the backend listens
   * @param queues queue pairs
   * @param options of its virtio_user device
   */
  static Testpmd frontend(Path folder, String socket, int queues, String options)
      throws IOException {
    Peer testpmd = Peer.require("dpdk-testpmd", "dpdk dpdk-dev");
    List<String> command = new ArrayList<>(List.of(testpmd.path().toString()));
    command.addAll(List.of("-l", "0,1", "--no-pci", "--no-telemetry", "--no-huge", "-m", "256"));
    command.add("--file-prefix=" + folder.getFileName());
    command.add("--vdev");
    command.add("net_virtio_user0,path=" + socket + ",queues=" + queues + "," + options);
    command.addAll(List.of("--", "--no-mlockall", "--total-num-mbufs=4096", "-a"));
    command.addAll(List.of("--forward-mode=io", "--rxq=" + queues, "--txq=" + queues));
    Path output = folder.resolve("testpmd.out");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("RUNTIME_DIRECTORY", folder.toString());
    builder.environment().put("XDG_RUNTIME_DIR", folder.toString());
    return new Testpmd(builder.start(), output);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** What it said so far. */
  String output() {
    try {
      return Files.readString(output, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
