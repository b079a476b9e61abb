package io.fastvif.testing;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Polling;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.bindings.linux.linux_h;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;

/**
 * All descriptors that this process may still open, taken, in a {@link
 * FaultyProcess#runWithDescriptors}. Classes that are in folders cannot be loaded meanwhile: play
 * once what is to be seen before taking them.
 */
public final class AllDescriptors implements AutoCloseable {
  private final Deque<Integer> taken = new ArrayDeque<>();

  private AllDescriptors() {}

  /** Opens descriptors until the kernel gives no more. */
  public static AllDescriptors take() {
    AllDescriptors all = new AllDescriptors();
    // Loads the classes that a refusal and giving descriptors back take.
    Objects.requireNonNull(new SystemCallException("eventfd2", Errno.EMFILE).getMessage());
    FileIo.close(Polling.eventfd(0, linux_h.EFD_CLOEXEC));
    int fd = Polling.eventfd(0, linux_h.EFD_CLOEXEC);
    while (fd >= 0) {
      all.taken.push(fd);
      fd = Polling.eventfd(0, linux_h.EFD_CLOEXEC);
    }
    if (fd != -Errno.EMFILE) {
      all.close();
      throw new AssertionError(Errno.describe(-fd));
    }
    return all;
  }

  /** Gives so many back. */
  public void release(int count) {
    for (int i = 0; i < count; i++) {
      FileIo.close(taken.pop());
    }
  }

  /** Gives all back. */
  @Override
  public void close() {
    release(taken.size());
  }
}
