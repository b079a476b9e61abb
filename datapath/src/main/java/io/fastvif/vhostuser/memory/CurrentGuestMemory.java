package io.fastvif.vhostuser.memory;

import java.util.concurrent.atomic.AtomicReference;

/**
 * The memory that a guest has now. One thread, the session's, replaces it; any thread may look at
 * it through a {@link GuestMemoryView} of its own.
 */
public final class CurrentGuestMemory implements AutoCloseable {
  private final AtomicReference<GuestMemory> current = new AtomicReference<>();

  /** Begins with a memory without regions. */
  public CurrentGuestMemory() {
    replace(GuestMemory.empty());
  }

  /**
   * Puts another memory in the place of the former, which lives on while views look at it.
   *
   * @param memory the new one, of which this takes over one user
   */
  public void replace(GuestMemory memory) {
    GuestMemory former = current.getAndSet(memory);
    if (former != null) {
      former.release();
    }
  }

  /**
   * The memory now, for its owner: the thread that replaces it.
   *
   * @return it, not retained
   */
  public GuestMemory get() {
    return current.getAcquire();
  }

  /**
   * The memory now, as its user.
   *
   * @return it, to be released
   */
  public GuestMemory retain() {
    while (true) {
      GuestMemory memory = get();
      if (memory.tryRetain()) {
        return memory;
      }
      // It was replaced in between: a session has to be asked for that, so it ends.
      Thread.onSpinWait();
    }
  }

  /** Lets the memory go; views see a memory without regions from then on. */
  @Override
  public void close() {
    replace(GuestMemory.empty());
  }
}
