package io.fastvif.bindings;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A descriptor that is closed once.
 *
 * <p>Closing may happen on any thread, once or more often; only the first closes. The owner sees to
 * it that no call on the descriptor is under way then: the kernel reuses numbers at once.
 */
public final class FileDescriptor implements AutoCloseable {

  private static final int CLOSED = -1;

  private final AtomicInteger value;

  private FileDescriptor(int value) {
    this.value = new AtomicInteger(value);
  }

  /**
   * Takes a descriptor over.
   *
   * @param value an open descriptor, not owned elsewhere
   */
  public static FileDescriptor of(int value) {
    if (value < 0) {
      throw new IllegalArgumentException("not a descriptor: " + value);
    }
    return new FileDescriptor(value);
  }

  /**
   * Takes over what a call like {@link Sockets#socket} returned.
   *
   * @param result the call's result: a descriptor or a negated errno
   * @param call the call's name, for the exception
   * @param arguments the call's arguments, for the exception
   * @throws SystemCallException if the result is an errno
   */
  public static FileDescriptor check(int result, String call, Object... arguments) {
    return of(SystemCallException.check(result, call, arguments));
  }

  /**
   * The descriptor's number.
   *
   * @throws IllegalStateException if it is closed
   */
  public int value() {
    int fd = value.get();
    if (fd == CLOSED) {
      throw new IllegalStateException("the descriptor is closed");
    }
    return fd;
  }

  /** Whether it was neither closed nor released. */
  public boolean isOpen() {
    return value.get() != CLOSED;
  }

  /**
   * Gives the descriptor up without closing it: the caller owns the number from here on.
   *
   * @throws IllegalStateException if it is closed
   */
  public int release() {
    int fd = value.getAndSet(CLOSED);
    if (fd == CLOSED) {
      throw new IllegalStateException("the descriptor is closed");
    }
    return fd;
  }

  /**
   * Closes the descriptor.
   *
   * @throws SystemCallException with EBADF if somebody else has closed it already; other failures
   *     are ignored, since the descriptor is gone all the same (close(2))
   */
  @Override
  public void close() {
    int fd = value.getAndSet(CLOSED);
    if (fd == CLOSED) {
      return;
    }
    if (FileIo.close(fd) == -Errno.EBADF) {
      throw new SystemCallException("close", Errno.EBADF, fd);
    }
  }

  @Override
  public String toString() {
    int fd = value.get();
    return fd == CLOSED ? "fd closed" : "fd " + fd;
  }
}
