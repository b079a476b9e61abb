package io.fastvif.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A lock that another process has until this is closed. */
public final class OthersLock implements AutoCloseable {
  private final Process process;

  private OthersLock(String call, String open, Path path) throws Exception {
    String program =
        "import fcntl, os, sys; f = os.open(sys.argv[1], %s); fcntl.%s(f, fcntl.LOCK_EX);"
                .formatted(open, call)
            + " print('locked', flush=True); sys.stdin.read()";
    process =
        new ProcessBuilder(
                Peer.require("python3", "python3").path().toString(),
                "-c",
                program,
                path.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    if (!"locked".equals(out.readLine())) {
      close();
      throw new IOException("python3 did not lock " + path);
    }
  }

  /** A POSIX lock on a file, which is made if it is missing: fcntl(2). */
  public static OthersLock ofFile(Path file) throws Exception {
    return new OthersLock("lockf", "os.O_RDWR | os.O_CREAT", file);
  }

  /** A lock of an open folder: flock(2). */
  public static OthersLock ofFolder(Path folder) throws Exception {
    return new OthersLock("flock", "os.O_RDONLY", folder);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    boolean interrupted = false;
    while (process.isAlive()) {
      try {
        process.waitFor();
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
