package io.fastvif.benchmarks.vhostuser;

import io.fastvif.benchmarks.process.Child;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A testpmd that forwards on a processor of its own, until it is closed. */
final class Testpmd implements AutoCloseable {
  private static final String PROGRAM = "dpdk-testpmd";
  private static final long GRACE_SECONDS = 20;

  /** Frames that go round: 8 bursts of 32. */
  private static final String FIRST_BURSTS = "--tx-first";

  private final Process process;
  private final Path output;

  private Testpmd(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** What to install, if it is not there. */
  static Optional<String> missing() {
    return Files.isExecutable(Path.of("/usr/bin", PROGRAM))
        ? Optional.empty()
        : Optional.of("dpdk dpdk-dev");
  }

  static String version() {
    return Child.version("dpdk-dev", PROGRAM, "--version");
  }

  /** The guest: forwards on processor 0. */
  static Testpmd frontend(
      Path folder, String socket, String options, Traffic traffic, int frameLength)
      throws IOException {
    return start(
        folder,
        "frontend",
        "0@1,1@0",
        "net_virtio_user0,path=" + socket + options,
        traffic.frontendMode(),
        frameLength,
        traffic.firstFrames());
  }

  /** DPDK's backend: forwards on processor 1. */
  static Testpmd backend(Path folder, String socket, Traffic traffic, int frameLength)
      throws IOException {
    return start(
        folder,
        "backend",
        "0@0,1@1",
        "net_vhost0,iface=" + socket + ",client=0",
        traffic.backendMode(),
        frameLength,
        false);
  }

  private static Testpmd start(
      Path folder,
      String role,
      String processors,
      String device,
      String mode,
      int frameLength,
      boolean firstFrames)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(PROGRAM, "--lcores", processors));
    command.addAll(List.of("--no-pci", "--no-telemetry", "--no-huge", "-m", "512"));
    command.add("--file-prefix=" + folder.getFileName() + role);
    command.addAll(List.of("--vdev", device, "--"));
    command.addAll(List.of("--no-mlockall", "--total-num-mbufs=16384", "--stats-period", "1"));
    command.addAll(List.of("--forward-mode=" + mode, "--txpkts=" + frameLength));
    // It forwards at once, with a burst of its own if frames are to go round.
    command.add(firstFrames ? FIRST_BURSTS : "-a");
    Path output = folder.resolve(role + ".out");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("RUNTIME_DIRECTORY", folder.toString());
    builder.environment().put("XDG_RUNTIME_DIR", folder.toString());
    return new Testpmd(Child.start(builder), output);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** What it said so far. */
  String output() throws IOException {
    return Files.readString(output, StandardCharsets.ISO_8859_1);
  }

  /** The rates it has shown so far, frames a second. */
  List<Double> rates(String name) throws IOException {
    return rates(output(), name);
  }

  static List<Double> rates(String output, String name) {
    return Pattern.compile(Pattern.quote(name) + ": +(\\d+)")
        .matcher(output)
        .results()
        .map(match -> Double.valueOf(match.group(1)))
        .toList();
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
