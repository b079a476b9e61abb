package io.fastvif.cli;

import io.fastvif.files.HostPath;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The descriptors 0, 1 and 2. Where one is closed, the next file that is opened gets its number:
 * one of the JVM's own, a netlink socket, or a tap, which would be read or written in its place.
 */
final class StandardStreams {
  private static final int COUNT = 3;
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  /** Keep the numbers that were free. */
  private static final FileInputStream[] KEPT = new FileInputStream[COUNT];

  private static boolean inputIsClosed;

  private StandardStreams() {}

  /** Takes the numbers that are free; to be called before anything is opened. */
  static void occupy() {
    if (!Files.isDirectory(DESCRIPTORS)) {
      return; // without procfs there is no telling
    }
    for (int number = 0; number < COUNT; number++) {
      String target = target(number);
      boolean closed = target.isEmpty();
      if (closed) {
        try {
          KEPT[number] = new FileInputStream("/dev/null"); // cannot be written to either
        } catch (IOException none) {
          return;
        }
      }
      if (number == 0) {
        inputIsClosed = closed || isOfJvm(target);
      }
    }
  }

  /** What the descriptor leads to; empty if it is closed. */
  private static String target(int number) {
    try {
      return HostPath.text(Files.readSymbolicLink(DESCRIPTORS.resolve(Integer.toString(number))));
    } catch (NoSuchFileException closed) {
      return "";
    } catch (IOException unknown) {
      return "unknown";
    }
  }

  /** Whether it is a file that the JVM has opened before any of this ran. */
  private static boolean isOfJvm(String target) {
    if (target.startsWith(System.getProperty("java.home") + "/")
        || target.endsWith(".aot")
        || target.endsWith(".jsa")) {
      return true;
    }
    String paths =
        System.getProperty("java.class.path", "")
            + File.pathSeparator
            + System.getProperty("jdk.module.path", "");
    for (String path : paths.split(File.pathSeparator, -1)) {
      if (!path.isEmpty() && target.equals(new File(path).getAbsolutePath())) {
        return true;
      }
    }
    return false;
  }

  /** Whether what is written there is read by another process, which may end. */
  static boolean isPipe(int number) {
    String target = target(number);
    return target.startsWith("pipe:") || target.startsWith("socket:");
  }

  /**
   * Refuses to read standard input if there is none.
   *
   * @throws IOException if it is closed
   */
  static void requireInput() throws IOException {
    if (inputIsClosed) {
      throw new IOException("it is closed");
    }
  }
}
