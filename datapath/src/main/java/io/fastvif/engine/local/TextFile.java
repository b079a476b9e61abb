package io.fastvif.engine.local;

import io.fastvif.files.HostPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Brings a small file to be what it shall be. */
public final class TextFile {
  private TextFile() {}

  /**
   * Writes or removes it. Whoever reads it meanwhile finds the old text or the new one.
   *
   * @param text null for no file
   * @return false if it was so already
   */
  public static boolean bring(Path file, String text) throws IOException {
    if (text == null) {
      return Files.deleteIfExists(file);
    }
    try {
      if (Files.readString(file, StandardCharsets.UTF_8).equals(text)) {
        return false;
      }
    } catch (NoSuchFileException missing) {
      Files.createDirectories(file.getParent());
    }
    Path incomplete =
        HostPath.resolve(file.getParent(), "." + HostPath.text(file.getFileName()) + ".incomplete");
    Files.writeString(incomplete, text, StandardCharsets.UTF_8);
    Files.move(incomplete, file, StandardCopyOption.ATOMIC_MOVE);
    return true;
  }
}
