package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
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

  /**
   * Starts one of the scripts of this package.
   *
   * @param arguments behind the file of VIFs
   */
  static Conversation start(
      Resources resources,
      String script,
      Path vifs,
      Netns namespace,
      Limits limits,
      String... arguments)
      throws IOException {
    resources.copy("conversation.py");
    // Without bytecode files, which would be left in the folder.
    List<String> command = new ArrayList<>(List.of(PROGRAM, "-B", "-W", "ignore"));
    command.add(resources.copy(script).toString());
    command.add(vifs.toString());
    command.addAll(List.of(arguments));
    return new Conversation(
        namespace, command, resources.folder().resolve(script + ".errors"), limits.operation());
  }
}
