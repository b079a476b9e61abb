package io.fastvif.forward;

import io.fastvif.capture.CaptureInput;
import io.fastvif.capture.FrameCapture;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The queues of a pair's ports with the same number: what one loop serves, and what moves from loop
 * to loop. If one port has fewer queues, a queue of it is in one lane with all that use it.
 */
final class Lane {
  private final PortPair pair;
  private final int number;
  private final List<Integer> queues = new ArrayList<>();
  private final List<Flow> flows = new ArrayList<>();

  /** Carried out by whoever serves the lane, in their order. */
  private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();

  /** Who serves it, or is about to; the thread of the loop that served it before writes. */
  private volatile ForwardingLoop loop;

  private volatile boolean begun;
  private volatile boolean ended;

  // Of the thread that serves it.
  private boolean served;

  /** Where it is to be, unless something keeps it with another lane. */
  private ForwardingLoop own;

  private boolean comesHome;
  private final IdentityHashMap<FrameCapture, CaptureInput> captures = new IdentityHashMap<>();

  /** Nanoseconds in which frames were moved; the thread that serves it writes. */
  private final AtomicLong busyNanos = new AtomicLong();

  /** Of the balancer. */
  private long seenNanos;

  Lane(PortPair pair, int number, ForwardingLoop loop) {
    this.pair = pair;
    this.number = number;
    this.loop = loop;
    own = loop;
  }

  /** Adds a queue with its flows, before the lane is served. */
  void add(int queue, List<Flow> ofQueue) {
    queues.add(queue);
    flows.addAll(ofQueue);
  }

  PortPair pair() {
    return pair;
  }

  /** Its first queue. */
  int number() {
    return number;
  }

  List<Flow> flows() {
    return flows;
  }

  /** Who serves it; any thread. */
  ForwardingLoop loop() {
    return loop;
  }

  /** Whether it was taken out for good, or never came in; any thread. */
  boolean hasEnded() {
    return ended;
  }

  /** Has something done by the thread that serves it, between two rounds; any thread. */
  void execute(Runnable command) {
    commands.add(command);
    // If the lane moves meanwhile, the other loop has the command carried out when it begins.
    ForwardingLoop serving = loop;
    serving.execute(() -> runCommands(serving));
  }

  /**
   * Carries out what was asked for, as long as this loop serves it; that loop's thread. A command
   * may move the lane, and the other loop serve it at once. What is noted last when it moves is
   * read first.
   */
  private void runCommands(ForwardingLoop by) {
    while (loop == by && served) {
      Runnable command = commands.poll();
      if (command == null) {
        return;
      }
      by.run(command);
    }
  }

  /** The same, where the calling thread is the loop's that serves it. */
  void runCommands() {
    runCommands(loop);
  }

  /** Whether nothing is asked for. */
  boolean isDrained() {
    return commands.isEmpty();
  }

  /** Whether it is served, and may be ended; any thread, where none begins it. */
  boolean isAttached() {
    return begun && !ended;
  }

  /** Begins to be served; throws, and is not, if a descriptor of it cannot be watched. */
  void begin() {
    begin(false);
  }

  /**
   * As {@link #begin()}.
   *
   * @param isHeld whether its frames wait for {@link #release}
   */
  void begin(boolean isHeld) {
    try {
      for (int queue : queues) {
        pair.forPorts(queue, port -> port.attached(this, queue));
      }
      if (!isHeld) {
        loop.add(this);
      }
      served = true;
      begun = true;
    } catch (RuntimeException | Error e) {
      served = true; // for the commands that have come meanwhile
      end();
      throw e;
    }
  }

  /** Moves no frames until {@link #release}; commands are carried out. The loop's thread. */
  void hold() {
    loop.remove(this);
  }

  /** Moves frames again, or for the first time; the loop's thread. */
  void release() {
    if (served && !ended) {
      loop.add(this);
    }
  }

  /** Is served no more: the loop's thread uses none of its queues after this. */
  void end() {
    if (ended) {
      return;
    }
    ended = true;
    loop.remove(this);
    List.copyOf(captures.keySet()).forEach(this::finish);
    Throwable[] first = new Throwable[1];
    for (int queue : queues) {
      pair.forPorts(
          queue,
          port -> {
            try {
              port.detached(this, queue);
            } catch (RuntimeException | Error e) {
              first[0] = first[0] == null ? e : first[0];
            }
          });
    }
    if (first[0] != null) {
      loop.tell(first[0]);
    }
  }

  /** Has the descriptors of its queues watched. */
  void watch(ForwardingLoop by) {
    for (int queue : queues) {
      pair.forPorts(queue, port -> port.watch(by, queue));
    }
  }

  void unwatch(ForwardingLoop by) {
    for (int queue : queues) {
      pair.forPorts(queue, port -> port.unwatch(by, queue));
    }
  }

  /**
   * Moves to another loop, unless it may not; any thread.
   *
   * @param why what for, for reports
   */
  void move(ForwardingLoop to, String why) {
    execute(
        () -> {
          if (pair.mayMove(this)) {
            own = to;
            moveNow(to, why, Lane::nothing);
          }
        });
  }

  /** Moves back to where it was before something kept it with another lane; any thread. */
  void leaveHome(String why) {
    execute(
        () -> {
          if (pair.mayMove(this)) {
            moveNow(own, why, Lane::nothing);
          }
        });
  }

  /** Moves to where another lane is whatever keeps it, and has something done there. */
  void join(Lane home, String why, Runnable then) {
    execute(() -> moveNow(home.loop(), why, then));
  }

  /** Moves to where a lane is whose queue has to take this one's frames; the loop's thread. */
  void comeHome(Lane home) {
    if (!comesHome) {
      comesHome = true;
      join(home, "its guest does not use the queue", Lane::nothing);
    }
  }

  private static void nothing() {}

  private void moveNow(ForwardingLoop to, String why, Runnable then) {
    ForwardingLoop from = loop;
    if (ended) {
      return;
    }
    if (to == from) {
      comesHome = false;
      then.run();
      return;
    }
    from.remove(this);
    served = false;
    loop = to;
    to.execute(() -> arrive(from, why, then));
  }

  private void arrive(ForwardingLoop from, String why, Runnable then) {
    comesHome = false;
    try {
      loop.add(this);
    } catch (RuntimeException | Error refused) {
      goBack(from, refused);
      return;
    }
    served = true;
    loop.arrived();
    LaneMoveEvent.report(this, from, why);
    loop.run(then);
    runCommands();
  }

  /**
   * The loop could not watch a descriptor: the one before did. If that cannot any more, it serves
   * the lane all the same, and looks at it now and then until the kernel lets it.
   */
  private void goBack(ForwardingLoop to, Throwable refused) {
    loop.tell(refused);
    loop = to;
    to.execute(
        () -> {
          try {
            to.add(this);
          } catch (RuntimeException | Error again) {
            to.tell(again);
            pair.notWatched(this, again);
            to.addUnwatched(this);
          }
          served = true;
          runCommands();
        });
  }

  /** Whether its descriptors are watched now; the thread that serves it. */
  boolean watchAgain(ForwardingLoop by) {
    try {
      watch(by);
    } catch (RuntimeException | Error still) {
      return false;
    }
    pair.watched(this);
    return true;
  }

  /** Shows its frames to a capture; the loop's thread. */
  void begin(FrameCapture capture, CaptureInput input, Port from) {
    if (ended || capture.isEnded()) {
      capture.end();
      return;
    }
    captures.put(capture, input);
    for (Flow flow : flows) {
      flow.capture(input, !flow.name().equals(from.flowName(pair.other(from))));
    }
  }

  /** Shows a capture no more frames; the loop's thread. */
  void end(FrameCapture capture) {
    CaptureInput input = captures.remove(capture);
    if (input != null) {
      flows.forEach(flow -> flow.uncapture(input));
    }
  }

  /** The ports will show a capture no more frames: its reader is told. */
  private void finish(FrameCapture capture) {
    end(capture);
    capture.end();
  }

  boolean revokeDamagedMemory() {
    boolean[] damaged = new boolean[1];
    for (int queue : queues) {
      pair.forPorts(queue, port -> damaged[0] |= port.revokeDamagedMemory(queue));
    }
    return damaged[0];
  }

  /** Has the ports look for what is gone: shared memory, links. */
  void check() {
    for (int i = 0; i < queues.size(); i++) {
      pair.check(queues.get(i));
    }
  }

  /** Frames were moved for that long. */
  void busy(long nanos) {
    busyNanos.lazySet(busyNanos.getPlain() + nanos);
  }

  /** For how many nanoseconds frames were moved, as an estimate from some rounds; any thread. */
  long busyNanos() {
    return busyNanos.getAcquire();
  }

  /** The same since it was asked last; the balancer's. */
  long takeBusyNanos() {
    long now = busyNanos();
    long since = now - seenNanos;
    seenNanos = now;
    return since;
  }

  @Override
  public String toString() {
    return pair + " queue " + number;
  }
}
