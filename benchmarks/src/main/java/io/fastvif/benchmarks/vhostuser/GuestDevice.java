package io.fastvif.benchmarks.vhostuser;

import java.nio.file.Path;

/**
 * The driver of a guest's device in this process, in C: guest-device.h, which the other programs
 * have as well. One thread uses it.
 */
final class GuestDevice implements AutoCloseable {
  private final long device;

  /**
   * Makes a driver of a guest's first queue pair; nobody else drives it.
   *
   * @param library the compiled one
   */
  GuestDevice(Path library, Guest memory, Row row) {
    this(library, memory, 0, row);
  }

  /** Makes a driver of one of a guest's queue pairs; nobody else drives it. */
  @SuppressWarnings("restricted")
  GuestDevice(Path library, Guest memory, int queuePair, Row row) {
    System.load(library.toString());
    device =
        open(
            memory.address(queuePair),
            Guest.guestAddress(queuePair),
            row.packed(),
            row.length(),
            row.traffic().number());
    if (device == 0) {
      throw new OutOfMemoryError();
    }
  }

  private static native long open(long memory, long guest, boolean packed, int length, int traffic);

  private static native int turn(long device);

  private static native void free(long device);

  /**
   * Takes everything back that the backend is done with, and fills the rings.
   *
   * @return how many frames the backend was done with; -1 if that were not all
   */
  int turn() {
    return turn(device);
  }

  @Override
  public void close() {
    free(device);
  }
}
