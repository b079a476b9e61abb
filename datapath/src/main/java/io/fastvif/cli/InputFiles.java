package io.fastvif.cli;

import io.fastvif.files.HostPath;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The files that the command is given, whatever the locale. */
final class InputFiles {
  static final String STANDARD_INPUT = "-";

  /** Far more than a configuration has; so that a device is not read for ever. */
  private static final int MAX_BYTES = 64 << 20;

  private InputFiles() {}

  /**
   * Opens a file, or standard input.
   *
   * @throws IOException if it cannot be read
   */
  static InputStream open(String file) throws IOException {
    if (file.equals(STANDARD_INPUT)) {
      StandardStreams.requireInput();
      return System.in;
    }
    if (HostPath.isPlain(file)) {
      return new FileInputStream(file); // a pipe too
    }
    try {
      return Files.newInputStream(HostPath.of(file));
    } catch (NoSuchFileException absent) {
      throw new IOException("No such file or directory", absent);
    } catch (AccessDeniedException refused) {
      throw new IOException("Permission denied", refused);
    }
  }

  /**
   * A whole file.
   *
   * @throws WrongInputException if it cannot be read
   */
  static byte[] read(String file) {
    try (InputStream in = open(file)) {
      return in.readNBytes(MAX_BYTES);
    } catch (IOException unreadable) {
      throw WrongInputException.unreadable(file, unreadable);
    }
  }

  /**
   * A whole file as text.
   *
   * @throws WrongInputException if it cannot be read
   */
  static String text(String file) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(read(file))).toString();
    } catch (CharacterCodingException notText) {
      throw WrongInputException.unreadable(file, new IOException("it is not UTF-8", notText));
    }
  }

  /**
   * The files of a folder whose names end so, in the order of their names; but for hidden ones.
   *
   * @throws WrongInputException if there is no such folder
   */
  static List<String> names(String folder, String end) {
    List<String> names = new ArrayList<>();
    Path path = HostPath.of(folder);
    try {
      if (Files.exists(path) && !Files.isDirectory(path)) {
        throw new NotDirectoryException("it is no folder");
      }
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
        for (Path entry : entries) {
          String name = HostPath.text(entry.getFileName());
          if (name.endsWith(end) && !name.startsWith(".")) {
            names.add(folder + (folder.endsWith("/") ? "" : "/") + name);
          }
        }
      }
    } catch (IOException unreadable) {
      throw WrongInputException.unreadable(folder, unreadable);
    }
    Collections.sort(names);
    return names;
  }
}
