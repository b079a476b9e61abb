package io.fastvif.vhostuser.memory;

import java.util.concurrent.atomic.AtomicReference;

/**
 * The guest's current memory. One thread, the session's, replaces it; any other thread reads it
 * through a {@link GuestMemoryView} of its own.
 */
public final class CurrentGuestMemory implements AutoCloseable {
  private final AtomicReference<GuestMemory> current = new AtomicReference<>();

  /** Begins with a memory without regions. */
  public CurrentGuestMemory() {
    replace(GuestMemory.empty());
  }

  /**
   * Replaces the memory. The former one stays mapped until the last view has moved on.
   *
   * @param memory the new one; takes over one of its users
   */
  public void replace(GuestMemory memory) {
    GuestMemory former = current.getAndSet(memory);
    if (former != null) {
      former.release();
    }
  }

  /**
   * Returns the current memory. Only for the thread that replaces it.
   *
   * @return the memory, without adding a user
   */
  public GuestMemory get() {
    return current.getAcquire();
  }

  /**
   * Returns the current memory with one user added.
   *
   * @return the memory, to be released by the caller
   */
  public GuestMemory retain() {
    while (true) {
      GuestMemory memory = get();
      if (memory.tryRetain()) {
        return memory;
      }
      // It was replaced in between. Only a request of the frontend's does that, so this ends.
      Thread.onSpinWait();
    }
  }

  /** Releases the memory; views see a memory without regions afterwards. */
  @Override
  public void close() {
    replace(GuestMemory.empty());
  }
}
