package io.fastvif.benchmarks.vhostuser;

import io.fastvif.benchmarks.process.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * DPDK's testpmd: a {@code net_vhost} port for each guest, and a port at the other end of the path.
 * It moves frames from one port of a pair to the other on one processor, and polls.
 */
final class TestpmdBackend implements PathBackend {
  private static final String PROGRAM = "dpdk-testpmd";

  private final PathLab lab;
  private final int guests;
  private final Path output;
  private final Process process;

  /**
   * @param devices at the other end, as of {@code --vdev}; none between guests
   */
  TestpmdBackend(PathLab lab, DataPath path, List<String> devices) throws IOException {
    this.lab = lab;
    guests = path.guests();
    output = lab.folder().resolve("testpmd.out");
    List<String> command = new ArrayList<>(List.of(PROGRAM));
    command.addAll(List.of("--lcores", "0@0,1@" + FastvifBackend.PROCESSOR));
    command.addAll(List.of("--no-pci", "--no-telemetry", "--no-huge", "--no-shconf", "-m", "512"));
    // So that it passes the header for segmentation on.
    String offloads = path == DataPath.TCP_GUEST_TO_GUEST ? ",tso=1,legacy-ol-flags=1" : "";
    for (int i = 0; i < guests; i++) {
      command.addAll(List.of("--vdev", "net_vhost" + i + ",iface=" + socket(i) + offloads));
    }
    for (String device : devices) {
      command.addAll(List.of("--vdev", device));
    }
    command.addAll(List.of("--", "--no-mlockall", "--total-num-mbufs=32768", "-a"));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("RUNTIME_DIRECTORY", lab.folder().toString());
    builder.environment().put("XDG_RUNTIME_DIR", lab.folder().toString());
    process = lab.start(builder);
  }

  static Optional<String> missing() {
    return Files.isExecutable(Path.of("/usr/bin", PROGRAM))
        ? Optional.empty()
        : Optional.of("dpdk-dev");
  }

  static String version() {
    return Child.version("dpdk-dev", PROGRAM, "--version");
  }

  @Override
  public List<Long> processes() {
    return List.of(process.pid());
  }

  @Override
  public String socket(int guest) {
    return lab.socket(guest);
  }

  @Override
  public void awaitListening() throws IOException {
    // Its output comes when a buffer of it is full.
    PathLab.await(
        "testpmd's sockets", () -> !process.isAlive() || Files.exists(Path.of(socket(guests - 1))));
    if (!process.isAlive()) {
      throw new IOException("testpmd ended: " + output());
    }
  }

  @Override
  public String output() {
    return PathLab.lastLines(output);
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
