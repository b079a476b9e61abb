package io.fastvif.observe;

import static io.fastvif.bindings.linux.linux_h.*;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Polling;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.trace.Log;
import io.fastvif.trace.Tracing;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that takes in events as soon as there are some, for somebody who wants to know at once.
 * It sleeps in poll(2) until then, and for a moment after each time, so that a storm of events
 * wakes it some dozen times a second.
 */
public final class EventWatch implements AutoCloseable {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /** Offset of a {@code pollfd}'s {@code revents}, 16 bits. */
  private static final int HAPPENED_OFFSET = 6;

  /** The same in a storm of them, which somebody else may take in meanwhile. */
  private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

  private static final int FOR_EVER = -1;

  /** After a failure, which would else be one without end. */
  private static final long FAILURE_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long WAKE_MILLIS = 100;

  private final List<Source> sources;
  private final long shortestPauseNanos;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment entries;
  private final MemorySegment one = arena.allocateFrom(JAVA_LONG, 1);
  private final FileDescriptor waker;
  private final Thread thread;
  private volatile boolean closed;

  /** Where events come from. */
  public interface Source {
    /** The descriptor that becomes readable with an event. */
    int descriptor();

    /** Takes in all that waits; afterwards the descriptor is not readable. */
    void takeIn();
  }

  /**
   * Starts the thread.
   *
   * @param sources stay the caller's to close, after this
   * @throws SystemCallException if there is no descriptor left
   */
  public EventWatch(List<Source> sources) {
    this("fastvif-events", sources, PAUSE_NANOS);
  }

  /**
   * Starts a thread that takes in each event at once: for sources that have few.
   *
   * @param name the thread's
   * @param source stays the caller's to close, after this
   * @throws SystemCallException if there is no descriptor left
   */
  public EventWatch(String name, Source source) {
    this(name, List.of(source), 0);
  }

  private EventWatch(String name, List<Source> sources, long shortestPauseNanos) {
    this.sources = List.copyOf(sources);
    this.shortestPauseNanos = shortestPauseNanos;
    waker = FileDescriptor.check(Polling.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
    entries = arena.allocate((long) Polling.ENTRY_SIZE * (sources.size() + 1), Polling.ENTRY_SIZE);
    entry(0, waker.value());
    for (int i = 0; i < sources.size(); i++) {
      entry(i + 1, sources.get(i).descriptor());
    }
    thread = new Thread(Tracing.carried(this::run), name);
    thread.setDaemon(true);
    try {
      thread.start();
    } catch (RuntimeException | Error noThread) {
      waker.close();
      arena.close();
      throw noThread;
    }
  }

  private void entry(int number, int descriptor) {
    long offset = (long) number * Polling.ENTRY_SIZE;
    entries.set(JAVA_INT, offset + Polling.ENTRY_DESCRIPTOR_OFFSET, descriptor);
    entries.set(JAVA_SHORT, offset + Polling.ENTRY_EVENTS_OFFSET, (short) POLLIN);
  }

  private void run() {
    long pause = shortestPauseNanos;
    int failures = 0;
    while (!closed) {
      try {
        pause = hasMore() ? Math.min(2 * pause, MAX_PAUSE_NANOS) : shortestPauseNanos;
        await(FOR_EVER);
        for (int i = 0; i < sources.size() && !closed; i++) {
          if (hasHappened(i + 1)) {
            sources.get(i).takeIn();
          }
        }
        failures = 0;
      } catch (RuntimeException | Error failed) {
        if (++failures > 1) { // once may be chance
          Log.warning(EventWatch.class, "events cannot be taken in", failed);
          pause = FAILURE_PAUSE_NANOS;
        }
      }
      if (!closed && pause > 0) {
        LockSupport.parkNanos(this, pause);
      }
    }
  }

  private boolean hasHappened(int number) {
    return entries.get(JAVA_SHORT, (long) number * Polling.ENTRY_SIZE + HAPPENED_OFFSET) != 0;
  }

  /** Whether there are events already: it is a storm. */
  private boolean hasMore() {
    return await(0) > 0;
  }

  private int await(int timeoutMillis) {
    int ready = Polling.poll(entries, sources.size() + 1L, timeoutMillis);
    if (ready < 0 && ready != -Errno.EINTR) {
      throw new SystemCallException("poll", -ready);
    }
    return ready;
  }

  /** Ends the thread, and waits for it. */
  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      FileIo.write(waker.value(), one, JAVA_LONG.byteSize()); // again, should it be refused
      LockSupport.unpark(thread);
      try {
        thread.join(WAKE_MILLIS);
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    waker.close();
    arena.close();
  }
}
