package io.fastvif.benchmarks.compare;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** fastvif's plugin for os-vif: the installed one, or that of the sources. */
final class OsVifAgentPlugin {
  private static final String MODULE = "fastvif_os_vif";
  private static final String SOURCES = "datapath/src/main/python";
  private static final String PACKAGE = "python3-fastvif-os-vif";

  private OsVifAgentPlugin() {}

  /** The package to install if it is not there. */
  static Optional<String> missing() {
    return sources().isPresent() ? Optional.empty() : Python.missing(MODULE, PACKAGE);
  }

  /** Where the source tree has it that these classes were built in. */
  private static Optional<Path> sources() {
    Path classes;
    try {
      classes =
          Path.of(
              OsVifAgentPlugin.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException noFile) {
      return Optional.empty();
    }
    return Stream.iterate(classes, Objects::nonNull, Path::getParent)
        .map(folder -> folder.resolve(SOURCES))
        .filter(folder -> Files.isDirectory(folder.resolve(MODULE)))
        .findFirst();
  }

  /** What goes before the distribution's folders on Python's path. */
  static List<String> folders() {
    return sources().map(Path::toString).stream().toList();
  }

  /** Its part of nova.conf. */
  static String settings(String socket) {
    return "[fastvif]\nagent_socket = " + socket + "\n";
  }
}
