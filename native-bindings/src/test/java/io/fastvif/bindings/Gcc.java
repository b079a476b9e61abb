package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Compiles a C program with gcc and runs it: the witness for what the headers say. */
final class Gcc {

  /** The umbrella header's directory, and the includes list's. */
  static final Path JEXTRACT = Path.of(System.getProperty("basedir", "."), "src/main/jextract");

  private Gcc() {}

  /** A machine that programs are compiled for; what is not this one's runs under QEMU. */
  enum Target {
    X86_64("amd64", !Architecture.IS_AARCH64),
    AARCH64("arm64", Architecture.IS_AARCH64);

    /** As gcc and QEMU have it. */
    final String machine = name().toLowerCase(Locale.ROOT);

    private final String debian;
    private final boolean isNative;

    Target(String debian, boolean isNative) {
      this.debian = debian;
      this.isNative = isNative;
    }

    private String compiler() {
      return isNative ? "gcc" : machine + "-linux-gnu-gcc";
    }

    private List<String> emulator() {
      return isNative ? List.of() : List.of("qemu-" + machine + "-static");
    }

    private void require() {
      boolean present = isOnPath(compiler()) && emulator().stream().allMatch(Gcc::isOnPath);
      Peers.require(
          present,
          isNative
              ? "needs gcc and the kernel's headers: apt-get install gcc libc6-dev"
              : "needs a compiler and an emulator: apt-get install gcc-%s-linux-gnu libc6-dev-%s-cross qemu-user-static"
                  .formatted(machine.replace('_', '-'), debian));
    }
  }

  private static boolean isOnPath(String program) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  /** Compiles {@code source} for this machine, and returns the lines it prints. */
  static List<String> run(String source) throws IOException, InterruptedException {
    return run(Architecture.IS_AARCH64 ? Target.AARCH64 : Target.X86_64, source);
  }

  /** Compiles {@code source} with the umbrella header in reach, and returns the lines it prints. */
  static List<String> run(Target target, String source) throws IOException, InterruptedException {
    target.require();
    Path directory = Files.createTempDirectory("fastvif-gcc");
    Path program = directory.resolve("program");
    Path code = directory.resolve("program.c");
    Path output = directory.resolve("output");
    try {
      Files.writeString(code, source);
      execute(
          output,
          target.compiler(),
          "-w",
          // What QEMU runs finds no libraries of its architecture.
          target.isNative ? "-pie" : "-static",
          "-I",
          JEXTRACT.toString(),
          "-o",
          program.toString(),
          code.toString());
      List<String> command = new ArrayList<>(target.emulator());
      command.add(program.toString());
      execute(output, command.toArray(String[]::new));
      return Files.readAllLines(output);
    } finally {
      for (Path file : List.of(program, code, output, directory)) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static void execute(Path output, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> command[0] + " did not end");
    } finally {
      process.destroyForcibly();
    }
    assertEquals(
        0,
        process.exitValue(),
        () -> {
          try {
            return Files.readString(output, StandardCharsets.UTF_8);
          } catch (IOException e) {
            return e.toString();
          }
        });
  }
}
