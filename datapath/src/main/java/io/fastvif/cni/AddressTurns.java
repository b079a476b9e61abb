package io.fastvif.cni;

import static io.fastvif.bindings.linux.linux_h.LOCK_EX;
import static io.fastvif.bindings.linux.linux_h.O_CLOEXEC;
import static io.fastvif.bindings.linux.linux_h.O_CREAT;
import static io.fastvif.bindings.linux.linux_h.O_RDONLY;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.files.HostPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets threads and processes do something with a folder in turns. The thread whose turn it is does
 * what all others of this process are waiting for too, so that the lock of the processes is taken
 * once for a burst of them.
 */
final class AddressTurns {
  /** The file on which processes hold flock(2). */
  static final String LOCK = "lock";

  private static final int FILE_MODE = 0600;

  private final Path folder;
  private final Lock threads = new ReentrantLock();
  private final Queue<Turn> waiting = new ConcurrentLinkedQueue<>();

  /** What is done under the lock. */
  interface Work {
    /** Does it. */
    void run() throws IOException;
  }

  /** What one thread wants done; written and read under the threads' lock. */
  private static final class Turn {
    final Work work;
    boolean isDone;
    Throwable problem;

    Turn(Work work) {
      this.work = work;
    }

    void end(Throwable how) {
      problem = how;
      isDone = true;
    }
  }

  AddressTurns(Path folder) {
    this.folder = folder;
  }

  /**
   * Does something when it is its turn; makes the folder.
   *
   * @param end is done before the lock is given back, once for several of these
   * @throws IOException that of the work, or the lock cannot be had
   */
  void run(Work work, Runnable end) throws IOException {
    Turn own = new Turn(work);
    waiting.add(own);
    threads.lock();
    try {
      if (!own.isDone) {
        runAll(end);
      }
    } finally {
      threads.unlock();
    }
    switch (own.problem) {
      case null -> {}
      case IOException failed -> throw failed;
      case RuntimeException failed -> throw failed;
      case Error failed -> throw failed;
      default -> throw new AssertionError(own.problem); // a work throws nothing else
    }
  }

  /** Those that are waiting now; whoever comes meanwhile is not waited for. */
  @SuppressWarnings("try") // the lock ends with the block
  private void runAll(Runnable end) {
    int count = waiting.size();
    int done = 0;
    try (FileDescriptor held = lock()) {
      try {
        for (; done < count; done++) {
          runNext();
        }
      } finally {
        end.run();
      }
    } catch (IOException | RuntimeException | Error refused) {
      for (; done < count; done++) {
        waiting.remove().end(refused);
      }
    }
  }

  private void runNext() {
    Turn turn = waiting.remove();
    try {
      turn.work.run();
      turn.end(null);
    } catch (IOException | RuntimeException | Error failed) {
      turn.end(failed);
    }
  }

  private FileDescriptor lock() throws IOException {
    Files.createDirectories(folder);
    String path = HostPath.text(folder.resolve(LOCK));
    try {
      FileDescriptor file =
          FileDescriptor.check(
              FileIo.open(path, O_RDONLY | O_CREAT | O_CLOEXEC, FILE_MODE), "open", path);
      try {
        int locked = FileIo.flock(file.value(), LOCK_EX);
        while (locked == -Errno.EINTR) {
          locked = FileIo.flock(file.value(), LOCK_EX);
        }
        SystemCallException.check(locked, "flock", path);
      } catch (SystemCallException refused) {
        file.close();
        throw refused;
      }
      return file;
    } catch (SystemCallException refused) {
      throw new IOException(refused.getMessage(), refused);
    }
  }
}
