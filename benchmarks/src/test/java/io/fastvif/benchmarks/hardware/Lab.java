package io.fastvif.benchmarks.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The virtual machine with an SR-IOV NIC; see datapath/src/test/lab/README.md. */
final class Lab {
  private static final Path SCRIPT =
      Path.of("../datapath/src/test/lab/lab.sh").toAbsolutePath().normalize();
  private static final int LIMIT_SECONDS = 300;

  private Lab() {}

  /** Skips the test where the lab is not fetched, or fetches it if every peer is required. */
  static void require(Path folder) throws IOException, InterruptedException {
    boolean required = Boolean.getBoolean("fastvif.require-all-peers");
    Path output = folder.resolve("lab.log");
    ProcessBuilder check = new ProcessBuilder(SCRIPT.toString(), required ? "--ready" : "--check");
    if (run(check, output) != 0) {
      String reason = Files.readString(output).strip();
      if (required) {
        fail(reason);
      }
      abort(reason);
    }
  }

  /**
   * Runs a script in the virtual machine.
   *
   * @param out becomes {@code $OUT} there
   */
  static void run(Path script, Path out) throws IOException, InterruptedException {
    Path log = out.resolve("vm.log");
    ProcessBuilder vm =
        new ProcessBuilder(
            SCRIPT.toString(), "-t", "" + LIMIT_SECONDS, script.toAbsolutePath().toString());
    vm.environment().put("LAB_OUT", out.toString());
    vm.environment().put("LAB_MEM", "1G");
    assertEquals(0, run(vm, log), () -> text(log));
  }

  /** An executable file that starts the classes under test, on the JDK that runs this. */
  static void writeLauncher(Path file, Class<?> main) throws IOException {
    String paths =
        Stream.of("jdk.module.path", "java.class.path")
            .map(name -> System.getProperty(name, ""))
            .filter(path -> !path.isEmpty())
            .reduce((one, other) -> one + File.pathSeparator + other)
            .orElseThrow();
    List<String> command =
        List.of(
            System.getProperty("java.home") + "/bin/java",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            "'" + paths + "'",
            main.getName(),
            "\"$@\"");
    Files.writeString(file, "#!/bin/sh\nexec " + String.join(" ", command) + "\n");
    if (!file.toFile().setExecutable(true)) {
      throw new IOException(file + " cannot be made executable");
    }
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException absent) {
      return absent.toString();
    }
  }

  private static int run(ProcessBuilder builder, Path output)
      throws IOException, InterruptedException {
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    if (!process.waitFor(2 * LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroy(); // vm.sh ends QEMU by itself, much earlier
      process.waitFor();
      fail(builder.command() + " did not end: " + text(output));
    }
    return process.exitValue();
  }
}
