package io.fastvif.benchmarks.vhostuser;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * Sends numbered frames at a pace and receives them at the other end, in C: paced-driver.c. The
 * calling thread does both, and polls. It kicks the backend if that asks for it, and wants no
 * interrupts.
 */
final class PacedDriver implements AutoCloseable {
  private static final int NONE = -1;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment numbers =
      arena.allocate(ValueLayout.JAVA_LONG, PacedSample.ALL_NUMBERS);
  private final long driver;

  private PacedDriver(long driver) {
    this.driver = driver;
    if (driver == 0) {
      throw new OutOfMemoryError();
    }
  }

  /** From one guest to another. */
  static PacedDriver between(Path library, Guest from, Guest to) {
    load(library);
    long place = Guest.guestAddress(0);
    return new PacedDriver(
        open(from.address(0), to.address(0), place, NONE, NONE, from.kick(), to.kick(), 0, 0, 0));
  }

  /**
   * From a guest to a socket of the host.
   *
   * @param udp the socket's descriptor; non-blocking or not
   * @param mac where frames go to, in the lower 48 bits
   * @param address the same, IPv4
   */
  static PacedDriver toHost(Path library, Guest from, int udp, long mac, int address, int port) {
    load(library);
    long place = Guest.guestAddress(0);
    return new PacedDriver(
        open(from.address(0), 0, place, NONE, udp, from.kick(), NONE, mac, address, port));
  }

  /** From a stream of frames, each behind its length in 32 bits, to a socket of the host. */
  static PacedDriver fromStream(
      Path library, int stream, int udp, long mac, int address, int port) {
    load(library);
    return new PacedDriver(open(0, 0, 0, stream, udp, NONE, NONE, mac, address, port));
  }

  @SuppressWarnings("restricted")
  private static void load(Path library) {
    System.load(library.toString());
  }

  private static native long open(
      long from,
      long to,
      long guest,
      int stream,
      int udp,
      int kickFrom,
      int kickTo,
      long mac,
      int address,
      int port);

  private static native int run(long driver, double rate, long nanos, long result);

  private static native void free(long driver);

  /**
   * Sends for a time, then waits shortly for what is under way.
   *
   * @param rate frames a second; 0 for as many as go
   * @throws IOException if a socket fails
   */
  PacedSample run(double rate, long nanos) throws IOException {
    if (run(driver, rate, nanos, numbers.address()) != 0) {
      throw new IOException("a socket of the measurement failed");
    }
    return PacedSample.of(numbers.toArray(ValueLayout.JAVA_LONG));
  }

  @Override
  public void close() {
    free(driver);
    arena.close();
  }
}
