package io.fastvif.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A unix socket that has a name, as {@code /proc/net/unix} shows it.
 *
 * @param inode its number, by which {@link #holder()} finds who has it
 * @param listens whether it listens, and is not bound only, or the end of a connection
 * @param name a path, or {@code @} and an abstract name
 */
public record BoundSocket(String inode, boolean listens, String name) {
  /** Those of the process's network namespace. */
  public static final Path OF_PROCESS = Path.of("/proc/net/unix");

  /** Those of the thread's. */
  public static final Path OF_THREAD = Path.of("/proc/thread-self/net/unix");

  /** In the fourth column (__SO_ACCEPTCON). */
  private static final String LISTENS = "00010000";

  /** Num RefCount Protocol Flags Type St Inode Path. */
  private static final int COLUMNS = 8;

  private static final int FLAGS = 3;
  private static final int INODE = 6;

  /**
   * Those of some names.
   *
   * @param table {@link #OF_PROCESS} or {@link #OF_THREAD}
   * @throws IOException if it cannot be read
   */
  public static List<BoundSocket> of(Path table, Set<String> names) throws IOException {
    return Files.readAllLines(table, StandardCharsets.ISO_8859_1).stream()
        .map(line -> line.strip().split(" +", COLUMNS))
        .filter(columns -> columns.length == COLUMNS)
        .map(
            columns ->
                new BoundSocket(
                    columns[INODE], columns[FLAGS].equals(LISTENS), name(columns[COLUMNS - 1])))
        .filter(socket -> names.contains(socket.name))
        .toList();
  }

  private static String name(String bytes) {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /** The first process that is found to have it; see {@link FileHolder#of}. */
  public Optional<FileHolder> holder() throws IOException {
    return FileHolder.of(Set.of("socket:[" + inode + "]"));
  }
}
