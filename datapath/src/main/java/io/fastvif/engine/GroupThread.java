package io.fastvif.engine;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A thread that runs engines of a group: those that were woken, each a round at a time and in turn,
 * so that none waits for another longer than a round of each that is ready.
 */
final class GroupThread {
  private final ManyToOneQueue<GroupMember> ready;
  private final ParkWhenIdle parking = new ParkWhenIdle(this::hasNothingToDo);
  private final Thread thread;
  private volatile boolean ended;

  /** Engines that were started and have not ended. */
  private final AtomicInteger running = new AtomicInteger();

  /** How many engines it runs or will run; guarded by the group. */
  int members;

  /**
   * @param capacity how many engines there may be: each is in the queue once at most
   */
  GroupThread(String name, int capacity) {
    ready = new ManyToOneQueue<>(capacity);
    thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Has a member run that is not in the queue. From any thread. */
  void enqueue(GroupMember member) {
    if (!ready.offer(member)) {
      throw new IllegalStateException("more engines are ready than there are");
    }
    parking.wake();
  }

  private boolean hasNothingToDo() {
    return ready.isEmpty() && !mayEnd();
  }

  private boolean mayEnd() {
    return ended && running.get() == 0;
  }

  private void run() {
    ProcessNamespace.enter();
    while (true) {
      GroupMember member = ready.poll();
      if (member != null) {
        member.turn();
        parking.reset();
      } else if (mayEnd() && ready.isEmpty()) {
        return;
      } else {
        parking.idle();
      }
    }
  }

  /** It runs one engine more. */
  void began() {
    running.incrementAndGet();
  }

  /** One of those has ended. */
  void left() {
    running.decrementAndGet();
    parking.wake();
  }

  /** Ends the thread when its last engine has ended; none may be added any more. */
  void end() {
    ended = true;
    parking.wake();
  }

  void join(long millis) throws InterruptedException {
    thread.join(Math.max(1, millis));
  }

  boolean isCurrent() {
    return Thread.currentThread() == thread;
  }
}
