package io.fastvif.cni;

import io.fastvif.plan.PluginStep;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Writes a file that tells the pod, or its runtime, of its interface. It is there whole or not at
 * all. Its folder is made if it is missing, and stays: others have files there too.
 */
record WritePodFile(Path file, String text) implements PluginStep {
  /** What it is called until it is whole. */
  static Path incomplete(Path file) {
    return file.resolveSibling("." + file.getFileName() + ".incomplete");
  }

  @Override
  public boolean perform() throws IOException {
    Files.createDirectories(file.getParent());
    Path incomplete = incomplete(file);
    try {
      Files.write(incomplete, text.getBytes(StandardCharsets.UTF_8));
      Files.move(incomplete, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failed) {
      Files.deleteIfExists(incomplete);
      throw failed;
    }
    return true;
  }

  @Override
  public boolean undo() throws IOException {
    return Files.deleteIfExists(file);
  }

  @Override
  public String toString() {
    return "write " + file;
  }
}
