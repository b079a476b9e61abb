package io.fastvif.benchmarks.compare;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder of this run's own, with the peers' programs in it. Deleted at the end. */
final class Resources implements AutoCloseable {
  private final Path folder;

  Resources() throws IOException {
    folder = Files.createTempDirectory("fastvif-bench");
  }

  /** Where files may be put. */
  Path folder() {
    return folder;
  }

  /** Copies a program's source from this package to the folder. */
  Path copy(String name) throws IOException {
    Path copy = folder.resolve(name);
    if (!Files.exists(copy)) {
      try (InputStream in = Resources.class.getResourceAsStream(name)) {
        if (in == null) {
          throw new IOException(name + " is not in the jar");
        }
        Files.copy(in, copy);
      }
    }
    return copy;
  }

  /** Writes a file that a session reads at its start. */
  Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Override
  public void close() {
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> innermostFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path file : innermostFirst) {
        Files.delete(file);
      }
    } catch (IOException left) {
      throw new UncheckedIOException(left);
    }
  }
}
