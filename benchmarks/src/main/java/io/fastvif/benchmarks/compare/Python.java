package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The distribution's Python, which has the distribution's modules. */
final class Python {
  static final String PROGRAM = "/usr/bin/python3";

  private Python() {}

  /** The package of a module that is not there. */
  static Optional<String> missing(String module, String debianPackage) {
    return Child.works(PROGRAM, "-c", "import " + module)
        ? Optional.empty()
        : Optional.of(debianPackage);
  }

  /** Starts one of the scripts of this package. */
  static MeasuredSystem.Session start(
      Resources resources, String script, Path vifs, Netns namespace, Limits limits)
      throws IOException {
    resources.copy("conversation.py");
    return new Conversation(
        namespace,
        // Without bytecode files, which would be left in the folder.
        List.of(PROGRAM, "-B", "-W", "ignore", resources.copy(script).toString(), vifs.toString()),
        resources.folder().resolve(script + ".errors"),
        limits.operation());
  }
}
