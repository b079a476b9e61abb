package io.fastvif.engine;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The network namespace of the process: where threads are that work for several engines. */
final class ProcessNamespace {
  private static final Path OF_PROCESS = Path.of("/proc/self/ns/net");

  private ProcessNamespace() {}

  /**
   * Whether a namespace is the process's.
   *
   * @throws UncheckedIOException if the kernel does not say
   */
  static boolean is(Netns namespace) {
    try {
      return Files.isSameFile(OF_PROCESS, Path.of("/proc/self/fd/" + namespace.descriptor()));
    } catch (IOException unknown) {
      throw new UncheckedIOException(unknown);
    }
  }

  /**
   * Moves the calling thread there: it was born in the namespace of the one that started it, which
   * may be an engine's. Without the right to change, or a free descriptor, it stays where it is.
   */
  static void enter() {
    try (Netns ofProcess = Netns.of(OF_PROCESS)) {
      if (!ofProcess.isCurrent()) {
        ofProcess.enter();
      }
    } catch (SystemCallException | UncheckedIOException refused) {
      // what it does for an engine it does in that engine's namespace all the same
    }
  }
}
