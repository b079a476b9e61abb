package io.fastvif.forward;

import io.fastvif.bindings.Scheduling;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.capture.CaptureInput;
import io.fastvif.capture.CaptureOptions;
import io.fastvif.capture.FrameCapture;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.agrona.concurrent.AgentRunner;

/**
 * Forwards frames between pairs of ports, with one thread per loop. Any thread may connect and
 * disconnect pairs while others forward.
 *
 * <pre>{@code
 * try (Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
 *     TapPort tap = TapPort.attach("tap0", 1)) {
 *   VhostUserPort guest = VhostUserPort.toHost("vhost0", 1);
 *   PortPair pair = forwarder.connect(guest, tap);
 *   // give the guest's port to a backend session, and later close that
 *   forwarder.disconnect(pair);
 * }
 * }</pre>
 */
public final class Forwarder implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 10;

  private final List<ForwardingLoop> loops = new ArrayList<>();
  private final List<AgentRunner> runners = new ArrayList<>();
  private final Balancer balancer = new Balancer(this);

  /** Those who connect and disconnect hold a lock; anybody reads. */
  private final List<PortPair> pairs = new CopyOnWriteArrayList<>();

  private final Object failureLock = new Object();
  private volatile Throwable failure;
  private Consumer<Throwable> failureListener = thrown -> {};

  private Forwarder(int threads, Idle idle) {
    try {
      for (int i = 0; i < threads; i++) {
        ForwardingLoop loop = new ForwardingLoop(i, idle, balancer::look, this::failed);
        loops.add(loop);
        runners.add(new AgentRunner(loop, this::failed, null, loop));
      }
    } catch (RuntimeException | Error e) {
      loops.forEach(ForwardingLoop::close);
      throw e;
    }
  }

  /**
   * Starts the loops. Their threads run in the network namespace of the calling thread; ports may
   * have been opened in other namespaces.
   *
   * @param threads the number of loops; the queues of all pairs are distributed over them
   * @param idle what they do without work
   * @return the forwarder, without pairs
   */
  public static Forwarder start(int threads, Idle idle) {
    if (threads < 1) {
      throw new IllegalArgumentException(threads + " threads");
    }
    return new Forwarder(threads, idle).start();
  }

  /**
   * Starts one loop per processor and pins its thread there. Threads run in the network namespace
   * of the calling thread.
   *
   * @param processors their numbers, from 0; best kept free of other work
   * @param idle what they do without work
   * @return the forwarder, without pairs
   * @throws SystemCallException EINVAL if there is no such processor, or the process may not use it
   */
  public static Forwarder startOn(int[] processors, Idle idle) {
    if (processors.length < 1) {
      throw new IllegalArgumentException("no processors");
    }
    Forwarder forwarder = new Forwarder(processors.length, idle).start();
    try {
      for (int i = 0; i < processors.length; i++) {
        int processor = processors[i];
        await(
            forwarder.loops.get(i),
            () ->
                SystemCallException.check(
                    Scheduling.setAffinity(processor), "sched_setaffinity", processor));
      }
      return forwarder;
    } catch (RuntimeException | Error e) {
      forwarder.close();
      throw e;
    }
  }

  private Forwarder start() {
    for (AgentRunner runner : runners) {
      AgentRunner.startOnThread(
          runner,
          task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
          });
    }
    return this;
  }

  /** What a loop reports is a fault of ours, not of a guest's; the loop goes on. */
  private void failed(Throwable thrown) {
    Consumer<Throwable> told;
    synchronized (failureLock) {
      if (failure != null) {
        return;
      }
      failure = thrown;
      told = failureListener;
    }
    tell(told, thrown);
  }

  private static void tell(Consumer<Throwable> listener, Throwable thrown) {
    try {
      listener.accept(thrown);
    } catch (RuntimeException | Error e) {
      // A listener that throws must not stop a loop; what it was told is in failure().
      thrown.addSuppressed(e);
    }
  }

  /**
   * Sets a listener for the first internal failure of a loop, past or future.
   *
   * @param listener called at most once, by the loop's thread or by the calling one
   */
  public void onFailure(Consumer<Throwable> listener) {
    Throwable already;
    synchronized (failureLock) {
      failureListener = listener;
      already = failure;
    }
    if (already != null) {
      tell(listener, already);
    }
  }

  /**
   * Returns the first internal failure of a loop: one that no guest can be blamed for.
   *
   * @return null if there was none
   */
  public Throwable failure() {
    return failure;
  }

  /**
   * Starts forwarding between two ports. Each of their queues is served by the loop that has the
   * fewest at first, and moves to another one that has less to do; those of a port with a rate or a
   * frame handler are all served by one loop, and so are all ports of one switch.
   *
   * @param first one port; not connected
   * @param second the other port; or the same one, whose frames are then sent back to it. At least
   *     one is a {@link VhostUserPort}
   * @return the pair, being served
   * @throws IllegalStateException if a port is connected already
   * @throws SystemCallException if the kernel does not let the loop watch a port; nothing is
   *     connected then
   */
  public PortPair connect(Port first, Port second) {
    return connect(first, second, false);
  }

  /**
   * As {@link #connect(Port, Port)}, but their frames wait for {@link #release}.
   *
   * @param first one port
   * @param second the other port
   */
  public PortPair connectHeld(Port first, Port second) {
    return connect(first, second, true);
  }

  private PortPair connect(Port first, Port second, boolean isHeld) {
    PortPair pair;
    synchronized (pairs) {
      if (pairs.stream().anyMatch(p -> isPart(p, first) || isPart(p, second))) {
        throw new IllegalStateException(first + " or " + second + " is connected already");
      }
      pair = new PortPair(first, second, loopsFor(first, second));
      pairs.add(pair);
      first.connected(true);
      second.connected(true);
    }
    try {
      for (Lane lane : pair.lanes()) {
        await(lane.loop(), () -> lane.begin(isHeld));
      }
      gatherIfLimited(first);
      gatherIfLimited(second);
      return pair;
    } catch (RuntimeException | Error e) {
      try {
        end(pair);
      } finally {
        forget(pair);
      }
      throw e;
    }
  }

  /** A limit that was set while the lanes began. */
  private static void gatherIfLimited(Port port) {
    if (port instanceof VhostUserPort guest) {
      guest.gatherIfLimited();
    }
  }

  /** The loop for each lane that two ports have together. */
  private List<ForwardingLoop> loopsFor(Port first, Port second) {
    List<ForwardingLoop> chosen = new ArrayList<>();
    Optional<ForwardingLoop> shared =
        pairs.stream()
            .filter(p -> isOfOneLoop(p, first) || isOfOneLoop(p, second))
            .map(p -> p.lanes().getFirst().loop())
            .findFirst();
    for (int lanes = PortPair.countLanes(first, second); chosen.size() < lanes; ) {
      boolean together = !chosen.isEmpty() && (isLimited(first) || isLimited(second));
      chosen.add(together ? chosen.getFirst() : shared.orElseGet(() -> leastLoaded(chosen)));
    }
    return chosen;
  }

  private static boolean isLimited(Port port) {
    return port instanceof VhostUserPort guest && guest.isLimited();
  }

  private static boolean isOfOneLoop(PortPair pair, Port port) {
    return port.sharesLoop(pair.first()) || port.sharesLoop(pair.second());
  }

  private ForwardingLoop leastLoaded(List<ForwardingLoop> chosen) {
    return loops.stream()
        .min(
            Comparator.comparingLong(
                loop ->
                    lanes().filter(lane -> lane.loop() == loop).count()
                        + chosen.stream().filter(each -> each == loop).count()))
        .orElseThrow();
  }

  private Stream<Lane> lanes() {
    return pairs.stream().flatMap(pair -> pair.lanes().stream());
  }

  /** The pairs that are connected, as they are at this time; any thread. */
  List<PortPair> connected() {
    return pairs;
  }

  int loopCount() {
    return loops.size();
  }

  /** A loop by its number. */
  ForwardingLoop loop(int number) {
    return loops.get(number);
  }

  /** Moves a queue of a pair, and with it those of its lane, to another loop. */
  void move(PortPair pair, int queue, int loop) {
    pair.lanes().get(queue % pair.lanes().size()).move(loops.get(loop), "asked for");
  }

  private void forget(PortPair pair) {
    synchronized (pairs) {
      pairs.remove(pair);
    }
    pair.first().connected(false);
    pair.second().connected(false);
  }

  private static boolean isPart(PortPair pair, Port port) {
    return pair.first() == port || pair.second() == port;
  }

  /**
   * Stops forwarding between two ports. When this returns no loop uses them any more; what was not
   * forwarded stays in their queues.
   *
   * @param pair connected by this forwarder
   */
  public void disconnect(PortPair pair) {
    synchronized (pairs) {
      if (!pairs.remove(pair)) {
        return;
      }
    }
    try {
      end(pair);
    } finally {
      forget(pair);
    }
  }

  /** Has all loops let a pair go; those of its lanes that have not begun are left out. */
  private static void end(PortPair pair) {
    RuntimeException first = null;
    for (Lane lane : pair.lanes()) {
      try {
        if (lane.isAttached()) {
          await(lane::execute, lane::end);
        }
      } catch (RuntimeException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /**
   * Moves no frames between the ports of these pairs, which are those of one switch, until {@link
   * #release}: all of them stop between the same two rounds, so that no frame is under way. When
   * this returns no loop uses their ports; requests of guests' frontends are still carried out.
   *
   * @param switched connected by this forwarder, of one switch, at least one
   */
  public void hold(List<PortPair> switched) {
    Lane first = switched.getFirst().lanes().getFirst();
    await(first::execute, () -> laneOf(switched).forEach(Lane::hold));
  }

  /** Moves frames of pairs that were held again, in the same round. */
  public void release(List<PortPair> switched) {
    Lane first = switched.getFirst().lanes().getFirst();
    await(first::execute, () -> laneOf(switched).forEach(Lane::release));
  }

  /** A switch's ports are of one lane each, and one loop serves all of them. */
  private static List<Lane> laneOf(List<PortPair> switched) {
    return switched.stream().map(pair -> pair.lanes().getFirst()).toList();
  }

  /**
   * Shows all frames that pass between two ports to a capture, from now on until {@link
   * #endCapture}, or until they are disconnected, which ends it. Others' frames pass as before.
   *
   * @param pair connected by this forwarder
   * @param from one of its ports: frames that come from it are inbound
   * @param capture made by {@link #capture(String, CaptureOptions)}
   */
  public void beginCapture(PortPair pair, Port from, FrameCapture capture) {
    for (Lane lane : pair.lanes()) {
      CaptureInput input = capture.input(pair.lanes().size());
      await(lane::execute, () -> lane.begin(capture, input, from));
    }
  }

  /** Shows a capture no more frames. When this returns no loop uses it any more. */
  public void endCapture(PortPair pair, FrameCapture capture) {
    for (Lane lane : pair.lanes()) {
      await(lane::execute, () -> lane.end(capture));
    }
    capture.end();
  }

  /**
   * Makes a capture of frames that a forwarder moves, which says of those dropped why.
   *
   * @param name of the port
   * @param options what is captured
   */
  public static FrameCapture capture(String name, CaptureOptions options) {
    return new FrameCapture(
        name, "in: from the guest, out: to the guest", options, FrameTap.COMMENTS);
  }

  private static void await(ForwardingLoop loop, Runnable command) {
    await(loop::execute, command);
  }

  /** Has a command run by a loop's thread and waits for it. */
  private static void await(Executor by, Runnable command) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    by.execute(
        () -> {
          try {
            command.run();
            done.complete(null);
          } catch (RuntimeException | Error e) {
            done.completeExceptionally(e);
          }
        });
    try {
      done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      // The command still runs.
      Thread.currentThread().interrupt();
      done.join();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SystemCallException refused) {
        throw refused;
      }
      throw new IllegalStateException("a loop failed", e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("a loop does not answer", e);
    }
  }

  /**
   * The pairs that are connected.
   *
   * @return in the order of their connection
   */
  public List<PortPair> pairs() {
    return List.copyOf(pairs);
  }

  /**
   * Returns a snapshot of all counters. It costs the loops nothing but the cache lines of their
   * counters.
   *
   * @return the counters at this time
   */
  public ForwarderStatistics statistics() {
    return new ForwarderStatistics(
        pairs().stream().flatMap(pair -> pair.statistics().stream()).toList(),
        loops.stream().map(ForwardingLoop::pollNanos).toList(),
        loops());
  }

  /**
   * What its loops have done.
   *
   * @return in the order of their numbers
   */
  public List<LoopStatistics> loops() {
    return loops.stream().map(this::statistics).toList();
  }

  private LoopStatistics statistics(ForwardingLoop loop) {
    List<Lane> served = lanes().filter(lane -> lane.loop() == loop).toList();
    return new LoopStatistics(
        loop.number(), served.size(), loop.busyNanos(), loop.sleeps(), loop.arrivals());
  }

  /** How often loops have gone to sleep, all together. */
  long sleeps() {
    return loops.stream().mapToLong(ForwardingLoop::sleeps).sum();
  }

  /** Whether all loops sleep, or are about to. */
  boolean isAsleep() {
    return loops.stream().allMatch(ForwardingLoop::isAsleep);
  }

  /** Disconnects all pairs and stops the loops. */
  @Override
  public void close() {
    for (PortPair pair : pairs()) {
      try {
        disconnect(pair);
      } catch (RuntimeException | Error e) {
        failed(e);
      }
    }
    loops.forEach(ForwardingLoop::wakeForEnd);
    runners.forEach(AgentRunner::close);
    loops.forEach(ForwardingLoop::close);
  }
}
