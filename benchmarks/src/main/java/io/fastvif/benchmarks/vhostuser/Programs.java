package io.fastvif.benchmarks.vhostuser;

import io.fastvif.benchmarks.process.Child;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The C programs, compiled into a folder of the caller's. */
final class Programs {
  private static final String HEADER = "guest-device.h";

  private final Path folder;

  Programs(Path folder) throws IOException {
    this.folder = folder;
    copy(HEADER);
  }

  /** What to install, if it is not there. */
  static Optional<String> missing() {
    return Child.works("gcc", "--version") && Child.works("pkg-config", "--exists", "libdpdk")
        ? Optional.empty()
        : Optional.of("gcc libc6-dev pkg-config libdpdk-dev");
  }

  /** The same for programs without DPDK. */
  static Optional<String> missingCompiler() {
    return Child.works("gcc", "--version") ? Optional.empty() : Optional.of("gcc libc6-dev");
  }

  /** DPDK's version. */
  static String dpdkVersion() {
    return Child.version("libdpdk-dev", "pkg-config", "--modversion", "libdpdk");
  }

  /** A guest on a processor of its own. */
  Path frontend() throws IOException {
    return compile("frontend", "frontend.c", List.of());
  }

  /** librte_vhost in a program. */
  Path dpdkBackend() throws IOException {
    String options = Child.run(new ProcessBuilder("pkg-config", "--cflags", "--libs", "libdpdk"));
    return compile("dpdk-backend", "dpdk-backend.c", List.of(options.split("\\s+")));
  }

  /** The guests of a path. */
  Path pathGuests() throws IOException {
    return compile("path-guests", "path-guests.c", List.of());
  }

  /** A tap by several system calls. */
  Path tapCalls() throws IOException {
    return compile("tap-calls", "tap-calls.c", List.of());
  }

  /** The driver as a library for this process. */
  Path guestDevice() throws IOException {
    return compile("libguest-device.so", "guest-device-jni.c", List.of("-shared", "-fPIC"));
  }

  /** The driver that sends at a pace, as a library for this process. */
  Path pacedDriver() throws IOException {
    return compile("libpaced-driver.so", "paced-driver.c", List.of("-shared", "-fPIC"));
  }

  private Path compile(String name, String source, List<String> options) throws IOException {
    Path program = folder.resolve(name);
    if (!Files.exists(program)) {
      List<String> command = new ArrayList<>(List.of("gcc", "-O3", "-march=native"));
      command.addAll(List.of("-o", program.toString(), copy(source).toString()));
      command.addAll(options);
      Child.run(new ProcessBuilder(command));
    }
    return program;
  }

  private Path copy(String name) throws IOException {
    Path copy = folder.resolve(name);
    try (InputStream in = Programs.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException(name + " is not in the jar");
      }
      Files.copy(in, copy);
    }
    return copy;
  }
}
