package io.fastvif.vhostuser.session;

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
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that serves all vhost-user sockets of a process, by epoll. All of a session's work
 * happens on it; other threads hand it tasks by {@link #execute}. An exception ends the task, timer
 * or session that threw it, never the thread.
 */
public final class SessionLoop implements AutoCloseable {
  private static final int MAX_EVENTS = 64;
  private static final int NO_TIMER = -1;
  private static final long WAKER = -1;
  private static final int WAKE_ATTEMPTS = 8;

  /** Before epoll_wait is tried again where it failed for no reason of ours. */
  private static final long RETRY_NANOS = 1_000_000;

  /** Something with a descriptor. */
  interface Pollable {
    /** The descriptor has some of these EPOLL events. */
    void ready(int events);
  }

  /** A task for later. */
  static final class Timer implements Comparable<Timer> {
    private final long deadline;
    private Runnable task;

    private Timer(long deadline, Runnable task) {
      this.deadline = deadline;
      this.task = task;
    }

    /** Has the task not run, if it has not yet. */
    void cancel() {
      task = null;
    }

    @Override
    public int compareTo(Timer other) {
      return Long.signum(deadline - other.deadline);
    }
  }

  private final Arena arena = Arena.ofShared();
  private final MemorySegment events = arena.allocate((long) MAX_EVENTS * EpollEvent.SIZE);
  private final MemorySegment change = arena.allocate(EpollEvent.SIZE);
  private final MemorySegment wakeNumber = arena.allocate(ValueLayout.JAVA_LONG);
  private final FileDescriptor epoll;
  private final FileDescriptor waker;
  private final Map<Long, Pollable> pollables = new HashMap<>();
  private final PriorityQueue<Timer> timers = new PriorityQueue<>();
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread;
  private long lastKey;
  private volatile boolean closing;

  private SessionLoop(FileDescriptor epoll, FileDescriptor waker) {
    this.epoll = epoll;
    this.waker = waker;
    control(EPOLL_CTL_ADD, waker.value(), EPOLLIN, WAKER);
    thread = new Thread(this::run, "fastvif-vhost-user");
    thread.setDaemon(true);
  }

  /**
   * Starts the thread.
   *
   * @return the loop
   * @throws SystemCallException if the kernel gives no descriptor
   */
  public static SessionLoop start() {
    FileDescriptor epoll =
        FileDescriptor.check(Polling.epollCreate1(EPOLL_CLOEXEC), "epoll_create1");
    FileDescriptor waker = null;
    try {
      waker = FileDescriptor.check(Polling.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
      SessionLoop loop = new SessionLoop(epoll, waker);
      loop.thread.start();
      return loop;
    } catch (RuntimeException | Error e) {
      SessionRing.close(waker);
      epoll.close();
      throw e;
    }
  }

  /**
   * Runs a task on the loop's thread. Any thread may call it; a task submitted by the loop's thread
   * runs after the current one.
   *
   * @param task the task; its exceptions are logged
   */
  void execute(Runnable task) {
    tasks.add(task);
    if (!isOwnThread()) {
      wakeNumberWrite();
    }
  }

  /** Writing the number 1 never blocks; EAGAIN is a thread that is to wake up already. */
  private void wakeNumberWrite() {
    synchronized (wakeNumber) {
      if (waker.isOpen()) {
        wakeNumber.set(ValueLayout.JAVA_LONG, 0, 1);
        long result = FileIo.write(waker.value(), wakeNumber, Long.BYTES);
        for (int i = 0; result < 0 && result != -Errno.EAGAIN && i < WAKE_ATTEMPTS; i++) {
          result = FileIo.write(waker.value(), wakeNumber, Long.BYTES);
        }
      }
    }
  }

  /**
   * Runs a task on the loop's thread and waits for it.
   *
   * @param task what to do
   * @throws RuntimeException what the task throws
   * @throws IllegalStateException if the loop is closed
   */
  void run(Runnable task) {
    if (isOwnThread()) {
      task.run();
      return;
    }
    CountDownLatch done = new CountDownLatch(1);
    Throwable[] thrown = new Throwable[1];
    execute(
        () -> {
          try {
            task.run();
          } catch (RuntimeException | Error e) {
            thrown[0] = e;
          } finally {
            done.countDown();
          }
        });
    awaitEither(done);
    if (thrown[0] instanceof RuntimeException e) {
      throw e;
    }
    if (thrown[0] instanceof Error e) {
      throw e;
    }
  }

  private void awaitEither(CountDownLatch done) {
    boolean interrupted = false;
    try {
      while (done.getCount() > 0) {
        try {
          if (ended.getCount() == 0 && done.getCount() > 0) {
            throw new IllegalStateException("the vhost-user thread has ended");
          }
          if (done.await(10, TimeUnit.MILLISECONDS)) {
            return;
          }
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  boolean isOwnThread() {
    return Thread.currentThread() == thread;
  }

  /** Has the thread run a task later. On its own thread only. */
  Timer after(long millis, Runnable task) {
    Timer timer = new Timer(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis), task);
    timers.add(timer);
    return timer;
  }

  /**
   * Has the thread run a task at the next time but one that is a multiple of some milliseconds: the
   * tasks of many sessions then come in one wake-up. On its own thread only.
   */
  Timer atRound(long millis, Runnable task) {
    long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
    Timer timer = new Timer((Math.floorDiv(System.nanoTime(), nanos) + 2) * nanos, task);
    timers.add(timer);
    return timer;
  }

  /**
   * Waits for events of a descriptor; the key says which to {@link #modify} and {@link #remove}.
   */
  long add(int fd, int wanted, Pollable pollable) {
    long key = ++lastKey;
    control(EPOLL_CTL_ADD, fd, wanted, key);
    pollables.put(key, pollable);
    return key;
  }

  /** Waits for other events; none means that only a hang-up is told. */
  void modify(int fd, int wanted, long key) {
    control(EPOLL_CTL_MOD, fd, wanted, key);
  }

  /**
   * Before the descriptor is closed: events of this round that are left are not told any more. That
   * the kernel refuses does not matter, since it forgets a descriptor that is closed.
   */
  void remove(int fd, long key) {
    if (pollables.remove(key) != null) {
      Polling.epollCtl(epoll.value(), EPOLL_CTL_DEL, fd, MemorySegment.NULL);
    }
  }

  private void control(int operation, int fd, int wanted, long key) {
    EpollEvent.put(change, 0, wanted, key);
    SystemCallException.check(
        Polling.epollCtl(epoll.value(), operation, fd, change), "epoll_ctl", operation, fd);
  }

  private void run() {
    try {
      while (!closing) {
        runTasks();
        int count = Polling.epollWait(epoll.value(), events, MAX_EVENTS, timeout());
        if (count < 0 && count != -Errno.EINTR) {
          LockSupport.parkNanos(RETRY_NANOS);
        }
        for (int i = 0; i < count; i++) {
          long key = EpollEvent.data(events, i);
          if (key == WAKER) {
            FileIo.read(waker.value(), wakeNumberOfThread(), Long.BYTES);
          } else {
            Pollable pollable = pollables.get(key);
            if (pollable != null) {
              int ready = EpollEvent.events(events, i);
              try {
                pollable.ready(ready);
              } catch (RuntimeException | Error e) {
                Contained.log("a vhost-user socket", e);
              }
            }
          }
        }
        runTimers();
      }
      runTasks();
    } finally {
      ended.countDown();
    }
  }

  /** The memory of changes is not in use when the waker is read. */
  private MemorySegment wakeNumberOfThread() {
    return change;
  }

  private void runTasks() {
    Runnable task = tasks.poll();
    while (task != null) {
      Contained.run("a vhost-user task", task);
      task = tasks.poll();
    }
  }

  private void runTimers() {
    long now = System.nanoTime();
    while (!timers.isEmpty() && timers.peek().deadline - now <= 0) {
      Runnable task = timers.poll().task;
      if (task != null) {
        Contained.run("a vhost-user timer", task);
      }
    }
  }

  private int timeout() {
    while (!timers.isEmpty() && timers.peek().task == null) {
      timers.poll();
    }
    if (!tasks.isEmpty()) {
      return 0;
    }
    if (timers.isEmpty()) {
      return NO_TIMER;
    }
    long nanos = timers.peek().deadline - System.nanoTime();
    return nanos <= 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, nanos / 1_000_000 + 1);
  }

  /** Stops the thread. Close the sessions before. */
  @Override
  public void close() {
    closing = true;
    wakeNumberWrite();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    synchronized (wakeNumber) {
      if (waker.isOpen()) {
        waker.close();
        epoll.close();
        arena.close();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
