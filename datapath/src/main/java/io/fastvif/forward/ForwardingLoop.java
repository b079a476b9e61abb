package io.fastvif.forward;

import io.fastvif.trace.Log;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.IdleStrategy;

/**
 * Polls the flows of its lanes, round by round. One thread runs it, as an agent with itself as the
 * idle strategy; others give it commands. A flow that throws is not polled any more, and its ports
 * say why; all other flows go on.
 */
final class ForwardingLoop implements Agent, IdleStrategy, AutoCloseable {
  /**
   * How long to sleep where something may come that nobody notifies of: at first, and at most. Each
   * sleep after which there was nothing makes the next one twice as long.
   */
  private static final int MIN_SLEEP_MILLIS = 1;

  private static final int MAX_SLEEP_MILLIS = 32;

  /** Until somebody notifies. */
  private static final int FOREVER = -1;

  /** Reads the clock once every so many rounds: less than half a nanosecond for each frame. */
  private static final int MEASURED_ROUNDS = 64;

  /** Checks the ports once every so many measured rounds: guests' memory, and links of the host. */
  private static final int CHECKED_ROUNDS = 256;

  /** The same once every so many naps, between which there are few rounds: some milliseconds. */
  private static final int CHECKED_NAPS = 128;

  private static final long MAX_POLL_NANOS = 1_000_000_000;

  private final String name;
  private final int number;
  private final LongConsumer balancer;
  private final Idle idle;
  private final AdaptiveIdle adaptive = new AdaptiveIdle(System.nanoTime());
  private final Consumer<Throwable> failures;
  private final WakeUp wakeUp = new WakeUp();
  private final ConcurrentLinkedQueue<Runnable> commands = new ConcurrentLinkedQueue<>();
  private final List<Lane> lanes = new ArrayList<>();

  /** Those of them that nothing wakes the loop for. */
  private final List<Lane> unwatched = new ArrayList<>();

  private final SingleWriterRecorder pollNanos = new SingleWriterRecorder(MAX_POLL_NANOS, 2);
  private final Histogram polls = new Histogram(MAX_POLL_NANOS, 2);
  private Flow[] flows = {};
  private int round;
  private int measured;
  private int sleepMillis = MIN_SLEEP_MILLIS;
  private boolean closing;

  private long slept;

  /** For how many nanoseconds frames were moved; any thread reads. */
  private final AtomicLong busyNanos = new AtomicLong();

  /** How many lanes have come from other loops; any thread reads. */
  private final AtomicLong arrivals = new AtomicLong();

  /** The same, for other threads. */
  private volatile long sleeps;

  private long napped;

  /** Set by the thread before it sleeps, so that commands are signalled only then. */
  private volatile boolean asleep;

  /**
   * @param balancer is called now and then with the time
   * @param failures is told what goes wrong that no guest can be blamed for
   * @throws io.fastvif.bindings.SystemCallException if the kernel gives no descriptor to sleep on
   */
  ForwardingLoop(int number, Idle idle, LongConsumer balancer, Consumer<Throwable> failures) {
    this.number = number;
    name = "forward-" + number;
    this.balancer = balancer;
    this.failures = failures;
    this.idle = idle;
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

  /** Its number among the forwarder's, from 0. */
  int number() {
    return number;
  }

  /**
   * Begins to serve a lane; the loop's thread only. If one of its descriptors cannot be watched,
   * that is thrown and the lane is not served.
   */
  void add(Lane lane) {
    try {
      lane.watch(this);
    } catch (RuntimeException | Error e) {
      lane.unwatch(this);
      throw e;
    }
    lanes.add(lane);
    collectFlows();
  }

  /**
   * Begins to serve a lane whose descriptors nobody can watch; the loop's thread only. It is looked
   * at with growing pauses, and before each of them the kernel is asked again.
   */
  void addUnwatched(Lane lane) {
    lanes.add(lane);
    unwatched.add(lane);
    collectFlows();
  }

  /** Whether all lanes are watched that were not; the loop's thread only. */
  private boolean watchUnwatched() {
    for (int i = unwatched.size() - 1; i >= 0; i--) {
      if (unwatched.get(i).watchAgain(this)) {
        unwatched.remove(i);
      }
    }
    return unwatched.isEmpty();
  }

  /** Stops serving a lane; the loop's thread only. */
  void remove(Lane lane) {
    unwatched.remove(lane);
    if (lanes.remove(lane)) {
      collectFlows();
    }
    lane.unwatch(this);
  }

  /** A lane has come from another loop; the loop's thread only. */
  void arrived() {
    arrivals.lazySet(arrivals.getPlain() + 1);
  }

  private void collectFlows() {
    flows =
        lanes.stream()
            .flatMap(lane -> lane.flows().stream())
            .filter(flow -> !flow.hasFailed())
            .toArray(Flow[]::new);
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
      work += pollMeasured(begin);
      balancer.accept(begin);
      if (++measured == CHECKED_ROUNDS) {
        measured = 0;
        checkPorts();
      }
      return work;
    }
    return work + poll();
  }

  /** Does what was asked for; the loop's thread only. */
  int executeCommands() {
    int done = 0;
    for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
      run(command);
      done++;
    }
    return done;
  }

  /** Does something; what it throws is told. */
  void run(Runnable command) {
    try {
      command.run();
    } catch (RuntimeException | Error e) {
      failures.accept(e);
    }
  }

  /** Tells what went wrong that no guest can be blamed for. */
  void tell(Throwable thrown) {
    failures.accept(thrown);
  }

  private int poll() {
    int work = 0;
    Flow[] all = flows;
    for (Flow flow : all) {
      work += poll(flow);
    }
    return work;
  }

  private int poll(Flow flow) {
    try {
      return flow.poll();
    } catch (RuntimeException | Error e) {
      failed(flow, e);
      return 1;
    }
  }

  /** A round of which is measured how long it takes, and each lane that has frames in it. */
  private int pollMeasured(long begin) {
    int work = 0;
    long last = begin;
    for (int i = 0; i < lanes.size(); i++) {
      Lane lane = lanes.get(i);
      int ofLane = 0;
      for (int f = 0; f < lane.flows().size(); f++) {
        Flow flow = lane.flows().get(f);
        ofLane += flow.hasFailed() ? 0 : poll(flow);
      }
      long now = System.nanoTime();
      if (ofLane > 0) {
        long estimate = (now - last) * MEASURED_ROUNDS;
        lane.busy(estimate);
        busyNanos.lazySet(busyNanos.getPlain() + estimate);
      }
      last = now;
      work += ofLane;
    }
    pollNanos.recordValue(Math.min(last - begin, MAX_POLL_NANOS));
    return work;
  }

  /** A flow has thrown something: it is out of service, unless it was for shared memory gone. */
  private void failed(Flow flow, Throwable thrown) {
    if (thrown instanceof InternalError error) {
      // It is reported late, perhaps in another guest's flow.
      revokeDamagedMemory(error);
      return;
    }
    flow.failed();
    Log.warning(
        ForwardingLoop.class, "a flow has ended, and its frames are not forwarded: " + thrown);
    for (Lane lane : lanes) {
      if (lane.flows().contains(flow)) {
        lane.pair().failed(flow, thrown);
      }
    }
    collectFlows();
    failures.accept(thrown);
  }

  private void revokeDamagedMemory(InternalError error) {
    boolean found = false;
    for (Lane lane : lanes) {
      try {
        found |= lane.revokeDamagedMemory();
      } catch (RuntimeException | Error e) {
        failures.accept(e);
      }
    }
    if (!found) {
      failures.accept(error);
    }
  }

  @Override
  public void idle(int workCount) {
    if (workCount > 0) {
      adaptive.worked(workCount);
      sleepMillis = MIN_SLEEP_MILLIS;
    } else {
      idle();
    }
  }

  @Override
  public void idle() {
    long nanos =
        switch (idle) {
          case BUSY_SPIN -> AdaptiveIdle.POLL;
          case ADAPTIVE -> adaptive.rest(System.nanoTime());
          case KICKS -> AdaptiveIdle.SLEEP;
        };
    if (nanos == AdaptiveIdle.POLL) {
      Thread.onSpinWait();
    } else if (nanos == AdaptiveIdle.SLEEP) {
      sleepUntilNotified();
    } else {
      if (++napped % CHECKED_NAPS == 0) {
        checkPorts();
      }
      wakeUp.nap(nanos);
    }
  }

  private void sleepUntilNotified() {
    try {
      sleep();
    } catch (InternalError e) {
      revokeDamagedMemory(e);
    } finally {
      asleep = false;
    }
  }

  /**
   * Looks for memory that was found gone while it was used, and for links that are gone. A loop
   * that sleeps uses none, so nobody has to look again before it is awake.
   */
  private void checkPorts() {
    for (int i = 0; i < lanes.size(); i++) {
      try {
        lanes.get(i).check();
      } catch (RuntimeException | Error e) {
        failures.accept(e);
      }
    }
  }

  private void sleep() {
    checkPorts();
    Flow[] all = flows;
    boolean quiet = true;
    boolean timer = !watchUnwatched();
    int rate = RateLimiter.NOT_WAITING;
    for (Flow flow : all) {
      try {
        quiet &= flow.beforeSleep();
        timer |= flow.needsTimer();
        rate = Math.min(rate, flow.waitMillis());
      } catch (RuntimeException | Error e) {
        failed(flow, e);
        quiet = false;
      }
    }
    asleep = true;
    if (quiet && rate > 0 && commands.isEmpty() && !closing) {
      sleeps = ++slept;
      int millis = rate == RateLimiter.NOT_WAITING ? FOREVER : rate;
      wakeUp.await(timer ? Math.min(sleepMillis, rate) : millis);
      sleepMillis = Math.min(MAX_SLEEP_MILLIS, 2 * sleepMillis);
    }
    asleep = false;
    for (Flow flow : all) {
      try {
        flow.afterSleep();
      } catch (RuntimeException | Error e) {
        failed(flow, e);
      }
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
    // What is known of the load is measured all the time.
  }

  @Override
  public String alias() {
    return "kicks";
  }

  @Override
  public void onStart() {
    if (idle == Idle.ADAPTIVE) {
      TimerSlack.minimize();
    }
  }

  @Override
  public void onClose() {
    executeCommands();
  }

  @Override
  public String roleName() {
    return name;
  }

  /** For how many nanoseconds it moved frames, as an estimate from some rounds; any thread. */
  long busyNanos() {
    return busyNanos.getAcquire();
  }

  /** How many lanes have come from other loops; any thread. */
  long arrivals() {
    return arrivals.getAcquire();
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
