package io.fastvif.forward;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.EpollEvent;
import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Polling;
import io.fastvif.bindings.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.LockSupport;

/**
 * What a loop sleeps on: an epoll instance with the guests' kick descriptors, the host's devices
 * and an eventfd of its own for commands. Descriptors are watched edge-triggered: what was reported
 * once need not be read, and an event that came while the loop was busy costs one round.
 */
final class WakeUp implements AutoCloseable {
  private static final int EVENTS = 16;
  private static final int SIGNAL_ATTEMPTS = 8;

  /** Before a loop goes on whose epoll_wait failed for no reason of ours. */
  private static final long RETRY_NANOS = 1_000_000;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment events = arena.allocate((long) EVENTS * EpollEvent.SIZE, 8);
  private final MemorySegment event = arena.allocate(EpollEvent.SIZE, 8);
  private final MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1L);
  private final FileDescriptor epoll;
  private final FileDescriptor own;

  WakeUp() {
    epoll = FileDescriptor.check(Polling.epollCreate1(EPOLL_CLOEXEC), "epoll_create1");
    FileDescriptor eventfd = null;
    try {
      eventfd = FileDescriptor.check(Polling.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
      watch(eventfd.value());
    } catch (RuntimeException | Error e) {
      if (eventfd != null) {
        eventfd.close();
      }
      epoll.close();
      throw e;
    }
    own = eventfd;
  }

  /** Begins to watch a descriptor; the loop's thread only. */
  void watch(int descriptor) {
    EpollEvent.put(event, 0, EPOLLIN | EPOLLET, descriptor);
    int result = Polling.epollCtl(epoll.value(), EPOLL_CTL_ADD, descriptor, event);
    // Two rings may share a descriptor; EPERM is a file that is always ready, which a hostile
    // frontend may send for a kick: such a ring is looked at when others are.
    if (result != -Errno.EEXIST && result != -Errno.EPERM) {
      SystemCallException.check(result, "epoll_ctl", "EPOLL_CTL_ADD", descriptor);
    }
  }

  /** Stops watching a descriptor; the loop's thread only. */
  void unwatch(int descriptor) {
    Polling.epollCtl(epoll.value(), EPOLL_CTL_DEL, descriptor, MemorySegment.NULL);
  }

  /**
   * Wakes the loop; any thread. EAGAIN is a loop that is to wake up already. It does not overlap
   * {@link #close}, after which it does nothing: the descriptor's number may be another's then.
   */
  synchronized void signal() {
    if (!own.isOpen()) {
      return;
    }
    long result = FileIo.write(own.value(), one, Long.BYTES);
    for (int i = 0; result < 0 && result != -Errno.EAGAIN && i < SIGNAL_ATTEMPTS; i++) {
      result = FileIo.write(own.value(), one, Long.BYTES);
    }
  }

  /** Sleeps until something comes. */
  void await(int milliseconds) {
    int result = Polling.epollWait(epoll.value(), events, EVENTS, milliseconds);
    if (result < 0 && result != -Errno.EINTR) {
      LockSupport.parkNanos(RETRY_NANOS);
    }
  }

  /**
   * Sleeps for a time in which nothing wakes the loop but its end. The kernel adds its timer's
   * slack, of which {@link TimerSlack} leaves nothing.
   */
  void nap(long nanos) {
    LockSupport.parkNanos(nanos);
  }

  /** The loop's thread has ended. */
  @Override
  public synchronized void close() {
    own.close();
    epoll.close();
    arena.close();
  }
}
