package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.benchmarks.process.FastvifCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the plugins are.
 *
 * @param ovsCni the program of ovs-cni; null to leave it out
 */
record CniPrograms(Path ovsCni) {
  /** Debian's folder of the reference plugins. */
  static final Path REFERENCE = Path.of("/usr/lib/cni");

  private static final String BUILT = "datapath/target/cni/fastvif";

  /** Our client: that of the source tree, or the installed one. */
  private static Optional<Path> client() {
    List<Path> places = new ArrayList<>();
    String launcher = System.getProperty(FastvifCommand.LAUNCHER);
    if (launcher != null) {
      places.add(Path.of(launcher).resolveSibling(BUILT));
    }
    places.add(Path.of(BUILT));
    places.add(Path.of("..", BUILT));
    places.add(REFERENCE.resolve("fastvif"));
    return places.stream().filter(Files::isExecutable).map(Path::toAbsolutePath).findFirst();
  }

  /** What is missing to measure a system, in words; empty if nothing is. */
  Optional<String> missing(String system) {
    if (!Child.works("gcc", "--version")) {
      return Optional.of("not installed: apt-get install gcc libc6-dev");
    }
    return switch (system) {
      case CniComparison.FASTVIF ->
          client().isPresent()
              ? Optional.empty()
              : Optional.of(
                  "not built: " + BUILT + ", which sh datapath/src/main/c/build.sh makes");
      case CniComparison.REFERENCE ->
          Files.isExecutable(REFERENCE.resolve("bridge"))
              ? Optional.empty()
              : Optional.of("not installed: apt-get install containernetworking-plugins");
      default -> ovsCni == null ? Optional.of("not named: --ovs-cni FILE") : Optional.empty();
    };
  }

  /** The program of a system for which nothing is missing. */
  Path of(String system) {
    return switch (system) {
      case CniComparison.FASTVIF -> client().orElseThrow();
      case CniComparison.REFERENCE -> REFERENCE.resolve("bridge");
      default -> ovsCni;
    };
  }

  /** The version of the reference plugins. */
  static String referenceVersion() throws IOException {
    return Child.version(
        "containernetworking-plugins", REFERENCE.resolve("bridge").toString(), "--version");
  }
}
