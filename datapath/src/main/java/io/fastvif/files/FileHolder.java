package io.fastvif.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * A process that has a file or a socket open, found in {@code /proc/PID/fd}. Other users' processes
 * cannot be looked into without privileges.
 *
 * @param pid the process
 * @param program the name of its executable
 */
public record FileHolder(long pid, String program) {
  private static final Path PROCESSES = Path.of("/proc");

  /** Begins a line of {@code /proc/PID/status}. */
  private static final String USER_IDS = "Uid:";

  /**
   * The first process that is found.
   *
   * @param names what the kernel calls them: paths, or such as {@code socket:[4711]}
   * @return empty if there is none that may be looked into
   */
  public static Optional<FileHolder> of(Set<String> names) throws IOException {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROCESSES, "[0-9]*")) {
      for (Path process : processes) {
        if (has(process.resolve("fd"), names)) {
          return Optional.of(
              new FileHolder(Long.parseLong(process.getFileName().toString()), program(process)));
        }
      }
    } catch (DirectoryIteratorException unreadable) {
      throw unreadable.getCause();
    }
    return Optional.empty();
  }

  /**
   * Whether the process was started by that user, whatever rights its program has given it.
   *
   * @param id of the user
   */
  public boolean isOf(long id) {
    try {
      return userId(PROCESSES.resolve(Long.toString(pid))) == id;
    } catch (IOException ended) {
      return false;
    }
  }

  /** The user that this process was started by. */
  public static long ownUserId() throws IOException {
    return userId(PROCESSES.resolve("self"));
  }

  private static long userId(Path process) throws IOException {
    for (String line : Files.readAllLines(process.resolve("status"), StandardCharsets.ISO_8859_1)) {
      if (line.startsWith(USER_IDS)) {
        return Long.parseLong(line.split("\t", -1)[1]); // real, effective, saved, of files
      }
    }
    throw new IOException(process + "/status names no user");
  }

  private static String program(Path process) {
    try {
      return "" + Files.readSymbolicLink(process.resolve("exe")).getFileName();
    } catch (IOException endedOrNotOurs) {
      return "a program";
    }
  }

  private static boolean has(Path descriptors, Set<String> names) {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(descriptors)) {
      for (Path descriptor : all) {
        if (isOneOf(descriptor, names)) {
          return true;
        }
      }
    } catch (IOException | DirectoryIteratorException endedOrNotOurs) {
      return false;
    }
    return false;
  }

  private static boolean isOneOf(Path descriptor, Set<String> names) {
    try {
      return names.contains(Files.readSymbolicLink(descriptor).toString());
    } catch (IOException closed) {
      return false;
    }
  }

  @Override
  public String toString() {
    return program + " (process " + pid + ")";
  }
}
