package io.fastvif.forward;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.IdleStrategy;

/**
 * Polls the flows of its pairs, round by round. One thread runs it, as an agent with itself as the
 * idle strategy; others give it commands.
 */
final class ForwardingLoop implements Agent, IdleStrategy, AutoCloseable {
  /** Rounds without work before an adaptive loop sleeps: some hundred microseconds. */
  private static final int SPINS = 2_000;

  /**
   * How long to sleep where something may come that nobody notifies of: at first, and at most. Each
   * sleep after which there was nothing makes the next one twice as long.
   */
  private static final int MIN_SLEEP_MILLIS = 1;

  private static final int MAX_SLEEP_MILLIS = 32;

  /** Until somebody notifies. */
  private static final int FOREVER = -1;

  /**
   * The clock is read for one round of so many, which costs a frame less than half a nanosecond.
   */
  private static final int MEASURED_ROUNDS = 64;

  /** Of the measured rounds, one of so many looks after the guests' memory too. */
  private static final int CHECKED_ROUNDS = 256;

  private static final long LONGEST_POLL_NANOS = 1_000_000_000;

  private final String name;
  private final int spins;
  private final WakeUp wakeUp = new WakeUp();
  private final ConcurrentLinkedQueue<Runnable> commands = new ConcurrentLinkedQueue<>();
  private final List<PortPair> pairs = new ArrayList<>();
  private final SingleWriterRecorder pollNanos = new SingleWriterRecorder(LONGEST_POLL_NANOS, 2);
  private final Histogram polls = new Histogram(LONGEST_POLL_NANOS, 2);
  private Flow[] flows = {};
  private int idleRounds;
  private int round;
  private int measured;
  private int sleepMillis = MIN_SLEEP_MILLIS;
  private boolean closing;

  private long slept;

  /** The same, for other threads. */
  private volatile long sleeps;

  /** Set by the thread before it sleeps, so that commands are signalled only then. */
  private volatile boolean asleep;

  ForwardingLoop(String name, Idle idle) {
    this.name = name;
    spins =
        switch (idle) {
          case BUSY_SPIN -> Integer.MAX_VALUE;
          case ADAPTIVE -> SPINS;
          case KICKS -> 0;
        };
  }

  /** Has something done between two rounds; any thread. */
  void execute(Runnable command) {
    commands.add(command);
    if (asleep) {
      wakeUp.signal();
    }
  }

  /** Whether the thread sleeps, or is about to. */
  boolean isAsleep() {
    return asleep;
  }

  void watch(int descriptor) {
    wakeUp.watch(descriptor);
  }

  void unwatch(int descriptor) {
    wakeUp.unwatch(descriptor);
  }

  /** Begins to serve a pair; the loop's thread only. */
  void add(PortPair pair) {
    pairs.add(pair);
    pair.attach(this);
    collectFlows();
  }

  /** Ends to serve a pair; the loop's thread only. */
  void remove(PortPair pair) {
    if (pairs.remove(pair)) {
      collectFlows();
      pair.detach(this);
    }
  }

  private void collectFlows() {
    flows = pairs.stream().flatMap(pair -> pair.flows().stream()).toArray(Flow[]::new);
  }

  @Override
  public int doWork() {
    try {
      return round();
    } catch (InternalError e) {
      // Shared memory that is gone. It is reported late, perhaps in another guest's flow.
      revokeDamagedMemory(e);
      return 1;
    }
  }

  private int round() {
    int work = 0;
    if (!commands.isEmpty()) {
      work += executeCommands();
    }
    if (++round == MEASURED_ROUNDS) {
      round = 0;
      long begin = System.nanoTime();
      work += poll();
      pollNanos.recordValue(Math.min(System.nanoTime() - begin, LONGEST_POLL_NANOS));
      if (++measured == CHECKED_ROUNDS) {
        measured = 0;
        checkMemory();
      }
      return work;
    }
    return work + poll();
  }

  /** Does what was asked for; the loop's thread only. */
  int executeCommands() {
    int done = 0;
    for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
      command.run();
      done++;
    }
    return done;
  }

  private int poll() {
    int work = 0;
    for (Flow flow : flows) {
      work += flow.poll();
    }
    return work;
  }

  private void revokeDamagedMemory(InternalError error) {
    boolean found = false;
    for (PortPair pair : pairs) {
      found |= pair.revokeDamagedMemory();
    }
    if (!found) {
      throw error;
    }
  }

  @Override
  public void idle(int workCount) {
    if (workCount > 0) {
      idleRounds = 0;
      sleepMillis = MIN_SLEEP_MILLIS;
    } else {
      idle();
    }
  }

  @Override
  public void idle() {
    if (idleRounds < spins) {
      idleRounds += spins == Integer.MAX_VALUE ? 0 : 1;
      Thread.onSpinWait();
      return;
    }
    try {
      sleep();
    } catch (InternalError e) {
      revokeDamagedMemory(e);
    } finally {
      asleep = false;
    }
    idleRounds = 0;
  }

  /**
   * Looks for memory that was found gone while it was used. A loop that sleeps uses none, so nobody
   * has to look again before it is awake.
   */
  private void checkMemory() {
    for (int i = 0; i < pairs.size(); i++) {
      pairs.get(i).checkMemory();
    }
  }

  private void sleep() {
    checkMemory();
    Flow[] all = flows;
    boolean quiet = true;
    boolean timer = false;
    for (Flow flow : all) {
      quiet &= flow.beforeSleep();
      timer |= flow.needsTimer();
    }
    asleep = true;
    if (quiet && commands.isEmpty() && !closing) {
      sleeps = ++slept;
      wakeUp.await(timer ? sleepMillis : FOREVER);
      sleepMillis = Math.min(MAX_SLEEP_MILLIS, 2 * sleepMillis);
    }
    asleep = false;
    for (Flow flow : all) {
      flow.afterSleep();
    }
  }

  /** How often the thread has gone to sleep; any thread. */
  long sleeps() {
    return sleeps;
  }

  /** Has the thread not sleep any more, so that it sees that it is to end; any thread. */
  void wakeForEnd() {
    execute(() -> closing = true);
  }

  @Override
  public void reset() {
    idleRounds = 0;
  }

  @Override
  public String alias() {
    return "kicks";
  }

  @Override
  public void onClose() {
    executeCommands();
  }

  @Override
  public String roleName() {
    return name;
  }

  /** How long rounds took; any thread. */
  Histogram pollNanos() {
    synchronized (polls) {
      polls.add(pollNanos.getIntervalHistogram());
      return polls.copy();
    }
  }

  @Override
  public void close() {
    wakeUp.close();
  }
}
