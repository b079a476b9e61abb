package io.fastvif.benchmarks.vhostuser;

import java.nio.file.Path;

/**
 * The driver of a guest's device in this process, in C: guest-device.h, which the other programs
 * have as well. One thread uses it.
 */
final class GuestDevice implements AutoCloseable {
  private final long device;

  /**
   * Makes a driver of a guest's rings; nobody else drives them.
   *
   * @param library the compiled one
   */
  @SuppressWarnings("restricted")
  GuestDevice(Path library, Guest memory, Row row) {
    System.load(library.toString());
    device = open(memory.address(), row.packed(), row.length(), row.traffic().number());
    if (device == 0) {
      throw new OutOfMemoryError();
    }
  }

  private static native long open(long memory, boolean packed, int length, int traffic);

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
