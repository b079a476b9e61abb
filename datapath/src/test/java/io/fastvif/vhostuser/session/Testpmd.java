package io.fastvif.vhostuser.session;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** DPDK's testpmd with one device, on one core, without huge pages. */
final class Testpmd implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final Process process;
  private final Path output;

  private Testpmd(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** Starts it with a device, {@code net_virtio_user0,path=...} for example. */
  static Testpmd start(Path directory, String device) throws IOException {
    Path runtime = Files.createTempDirectory(directory, "dpdk");
    Path output = runtime.resolve("output");
    List<String> command = new ArrayList<>();
    command.add(Peer.require("dpdk-testpmd", "dpdk dpdk-dev").path().toString());
    command.addAll(
        List.of(
            "--lcores",
            "0@0,1@1",
            "--no-pci",
            "--no-telemetry",
            "--no-huge",
            "-m",
            "256",
            "--file-prefix",
            "fastvif" + ProcessHandle.current().pid() + "-" + runtime.hashCode(),
            "--vdev",
            device,
            "--",
            "--no-mlockall",
            "--total-num-mbufs=4096",
            "--stats-period",
            "1",
            "-a",
            "--forward-mode=rxonly"));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("RUNTIME_DIRECTORY", runtime.toString());
    builder.environment().put("XDG_RUNTIME_DIR", runtime.toString());
    return new Testpmd(builder.start(), output);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String output() throws IOException {
    return Files.readString(output);
  }

  /** Ends it as its user would: it stops its device first. */
  void end() throws InterruptedException, IOException {
    process.destroy();
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), output());
  }

  /** Ends it as nobody would wish. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    try {
      kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
