package io.fastvif.cni;

import io.fastvif.trace.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Whose the addresses of a folder are, from one holding of its lock to the next. The folder is
 * given a time of change of our own when the lock is given back, of long ago; whoever makes,
 * renames or deletes a file in it gives it another one. While it has ours its files are the same,
 * and need not be read, which else takes longer than a plug on a node with a hundred pods.
 */
final class KnownOwners {
  /** More are not worth the memory. */
  private static final int MOST = 4096;

  /** Marks are before that: no change by others has such a time. In seconds since 1970. */
  private static final long LATEST = 1_500_000_000;

  /** Drawn, so that no other process has the same where a file system keeps whole seconds. */
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path folder;
  private Map<String, String> owners = Map.of();

  /** Null if nothing is known. */
  private FileTime mark;

  KnownOwners(Path folder) {
    this.folder = folder;
  }

  /** The owners that were kept, to be changed with the files; null if they must be read. */
  Map<String, String> ifUnchanged() {
    return isMarked() ? owners : null;
  }

  private boolean isMarked() {
    try {
      return mark != null && mark.equals(Files.getLastModifiedTime(folder));
    } catch (IOException gone) {
      return false;
    }
  }

  /** Keeps what the files say now; before the lock is given back. */
  void keep(Map<String, String> now) {
    if (now.size() > MOST) {
      forget();
      return;
    }
    if (!isMarked()) {
      mark();
    }
    owners = now;
  }

  private void mark() {
    try {
      Files.setLastModifiedTime(folder, FileTime.from(RANDOM.nextLong(LATEST), TimeUnit.SECONDS));
      mark = Files.getLastModifiedTime(folder); // as exact as the file system has it
    } catch (IOException refused) {
      Log.debug(
          KnownOwners.class, "the addresses in " + folder + " are read each time: " + refused);
      forget();
    }
  }

  void forget() {
    mark = null;
    owners = Map.of();
  }
}
