package io.fastvif.benchmarks.vhostuser;

import io.fastvif.benchmarks.process.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * passt: takes a guest's frames from a stream socket, each with its length before it, as QEMU sends
 * them, and sends what is in them by sockets of the host's. Debian 12's does not know vhost-user.
 */
final class PasstBackend implements PathBackend {
  private static final Path PROGRAM = Path.of("/usr/bin/passt");

  private final PathLab lab;
  private final Path output;
  private final Process process;

  PasstBackend(PathLab lab) throws IOException {
    this.lab = lab;
    // It gives the guest this address, and takes what is sent to the gateway for the host.
    lab.ip("address add 10.99.0.2/24 dev " + PathLab.CARD, "route add default via 10.99.0.1");
    output = lab.folder().resolve("passt.out");
    String processor = Integer.toString(FastvifBackend.PROCESSOR);
    process =
        lab.start(
            new ProcessBuilder(
                    List.of(
                        "taskset",
                        "-c",
                        processor,
                        PROGRAM.toString(),
                        "--foreground",
                        "--stderr",
                        "--ipv4-only",
                        "--runas",
                        "0",
                        "--tcp-ports",
                        "none",
                        "--udp-ports",
                        "none",
                        "--socket",
                        lab.socket(0)))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile()));
  }

  /** What to install. */
  static Optional<String> missing() {
    return Files.isExecutable(PROGRAM) ? Optional.empty() : Optional.of("passt");
  }

  static String version() {
    return Child.version("passt", PROGRAM.toString(), "--version");
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
  public boolean isStream() {
    return true;
  }

  @Override
  public String hostLink() {
    return null;
  }

  @Override
  public void awaitListening() throws IOException {
    PathLab.await(
        "passt's socket", () -> !process.isAlive() || Files.exists(Path.of(lab.socket(0))));
    if (!process.isAlive()) {
      throw new IOException("passt ended: " + output());
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
