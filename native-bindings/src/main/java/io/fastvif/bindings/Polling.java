package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.fastvif.bindings.linux.arch_h;
import java.lang.foreign.MemorySegment;

/**
 * System calls that wait for descriptors. Each returns the call's result, or the negated errno, and
 * none allocates.
 */
public final class Polling {

  /** Bytes of a {@code struct pollfd} ({@code sys/poll.h}). */
  public static final int ENTRY_SIZE = 8;

  /** Offset of a {@code pollfd}'s {@code fd}, 32 bits. */
  public static final int ENTRY_DESCRIPTOR_OFFSET = 0;

  /** Offset of a {@code pollfd}'s {@code events}, 16 bits. */
  public static final int ENTRY_EVENTS_OFFSET = 4;

  /** The number of the call that {@link #poll} makes: aarch64 has no poll, but ppoll. */
  public static final int NUMBER_OF_POLL =
      Architecture.IS_AARCH64
          ? arch_h.__NR_ppoll
          : io.fastvif.bindings.linux.x86_64.linux_h.__NR_poll;

  private static final long MILLIS_PER_SECOND = 1000;
  private static final long NANOS_PER_MILLI = 1_000_000;

  private Polling() {}

  /**
   * Makes an epoll instance: epoll_create1(2).
   *
   * @param flags {@code EPOLL_CLOEXEC} or 0
   * @return the descriptor, or the negated errno
   */
  public static int epollCreate1(int flags) {
    return (int) NativeCall.call(arch_h.__NR_epoll_create1, flags, 0, 0);
  }

  /**
   * Adds, changes or removes a descriptor of an epoll instance: epoll_ctl(2).
   *
   * @param operation {@code EPOLL_CTL_ADD}, {@code EPOLL_CTL_MOD} or {@code EPOLL_CTL_DEL}
   * @param event an {@code epoll_event}, {@link MemorySegment#NULL} to remove
   * @return 0, or the negated errno
   */
  public static int epollCtl(int epfd, int operation, int fd, MemorySegment event) {
    return (int) NativeCall.pointerFourth(arch_h.__NR_epoll_ctl, epfd, operation, fd, event, 0);
  }

  /**
   * Waits for events: epoll_wait(2), by way of epoll_pwait, which aarch64 has alone. May block.
   *
   * @param events takes an array of {@code epoll_event}
   * @param timeout milliseconds, 0 to return at once, -1 to wait without limit
   * @return the events written, 0 at the timeout, or the negated errno
   */
  public static int epollWait(int epfd, MemorySegment events, int maxEvents, int timeout) {
    return (int)
        NativeCall.pointerSecond(
            arch_h.__NR_epoll_pwait, epfd, events, maxEvents, timeout, MemorySegment.NULL, 0);
  }

  /**
   * Makes an event counter: eventfd(2).
   *
   * @param flags {@code EFD_CLOEXEC}, {@code EFD_NONBLOCK}, {@code EFD_SEMAPHORE}
   * @return the descriptor, or the negated errno
   */
  public static int eventfd(int initialValue, int flags) {
    return (int) NativeCall.call(arch_h.__NR_eventfd2, initialValue, flags, 0);
  }

  /**
   * Waits for descriptors: poll(2). May block.
   *
   * @param fds an array of {@code pollfd}
   * @param timeout milliseconds, 0 to return at once, -1 to wait without limit
   * @return the descriptors with events, 0 at the timeout, or the negated errno
   */
  public static int poll(MemorySegment fds, long count, int timeout) {
    return Architecture.IS_AARCH64
        ? ppoll(fds, count, timeout)
        : (int) NativeCall.pointerFirst(NUMBER_OF_POLL, fds, count, timeout);
  }

  /** As {@link #poll}, by way of ppoll(2), which writes back the time that was left. */
  static int ppoll(MemorySegment fds, long count, int timeout) {
    MemorySegment time = MemorySegment.NULL;
    if (timeout >= 0) {
      time = NativeCall.scratchTime();
      time.set(JAVA_LONG, 0, timeout / MILLIS_PER_SECOND);
      time.set(JAVA_LONG, Long.BYTES, timeout % MILLIS_PER_SECOND * NANOS_PER_MILLI);
    }
    return (int) NativeCall.pointersFirstThird(arch_h.__NR_ppoll, fds, count, time);
  }
}
