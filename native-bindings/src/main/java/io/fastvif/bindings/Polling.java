package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * System calls that wait for descriptors. Each returns the call's result, or the negated errno, and
 * none allocates.
 */
public final class Polling {

  private Polling() {}

  /**
   * Makes an epoll instance: epoll_create1(2).
   *
   * @param flags {@code EPOLL_CLOEXEC} or 0
   * @return the descriptor, or the negated errno
   */
  public static int epollCreate1(int flags) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((int) EpollCreate1.HANDLE.invokeExact(state, flags), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class EpollCreate1 {
    static final MethodHandle HANDLE = NativeCall.link("epoll_create1", JAVA_INT, JAVA_INT);
  }

  /**
   * Adds, changes or removes a descriptor of an epoll instance: epoll_ctl(2).
   *
   * @param operation {@code EPOLL_CTL_ADD}, {@code EPOLL_CTL_MOD} or {@code EPOLL_CTL_DEL}
   * @param event an {@code epoll_event}, {@link MemorySegment#NULL} to remove
   * @return 0, or the negated errno
   */
  public static int epollCtl(int epfd, int operation, int fd, MemorySegment event) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result(
          (int) EpollCtl.HANDLE.invokeExact(state, epfd, operation, fd, event), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class EpollCtl {
    static final MethodHandle HANDLE =
        NativeCall.link("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  }

  /**
   * Waits for events: epoll_wait(2). May block.
   *
   * @param events takes an array of {@code epoll_event}
   * @param timeout milliseconds, 0 to return at once, -1 to wait without limit
   * @return the events written, 0 at the timeout, or the negated errno
   */
  public static int epollWait(int epfd, MemorySegment events, int maxEvents, int timeout) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result(
          (int) EpollWait.HANDLE.invokeExact(state, epfd, events, maxEvents, timeout), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class EpollWait {
    static final MethodHandle HANDLE =
        NativeCall.link("epoll_wait", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  }

  /**
   * Makes an event counter: eventfd(2).
   *
   * @param flags {@code EFD_CLOEXEC}, {@code EFD_NONBLOCK}, {@code EFD_SEMAPHORE}
   * @return the descriptor, or the negated errno
   */
  public static int eventfd(int initialValue, int flags) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((int) Eventfd.HANDLE.invokeExact(state, initialValue, flags), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Eventfd {
    static final MethodHandle HANDLE = NativeCall.link("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
  }

  /**
   * Waits for descriptors: poll(2). May block.
   *
   * @param fds an array of {@code pollfd}
   * @param timeout milliseconds, 0 to return at once, -1 to wait without limit
   * @return the descriptors with events, 0 at the timeout, or the negated errno
   */
  public static int poll(MemorySegment fds, long count, int timeout) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((int) Poll.HANDLE.invokeExact(state, fds, count, timeout), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Poll {
    static final MethodHandle HANDLE =
        NativeCall.link("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  }
}
