package io.fastvif.engine;

import io.fastvif.engine.kernel.HostObservation;
import io.fastvif.engine.kernel.KernelTransport;
import io.fastvif.engine.kernel.MonitoredObservation;
import io.fastvif.engine.kernel.Transport;
import io.fastvif.engine.ovs.OvsTransport;
import io.fastvif.engine.side.HelperThreads;
import io.fastvif.netns.Netns;
import io.fastvif.plan.BridgeKeeping;
import io.fastvif.plan.HostChanges;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.trace.Log;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * An engine without its thread: the queue, what executes, and how it comes to its end. Any thread
 * offers; all else is the engine's thread's, but for what says otherwise.
 */
final class EngineWork {
  /** How many rounds may throw before an engine of a group is ended beside the group's thread. */
  private static final int MAX_FAULTS = 16;

  /** Between looks at what is under way at the end; nobody need wake the thread for that. */
  private static final long FINISH_PAUSE_NANOS = 500_000;

  private final ManyToOneQueue<PlugOperation> queue;
  private final EngineName name;
  private final Transport.Factory transports;
  private final boolean monitored;
  private final VhostUserPorts ports;
  private final int batchLimit;
  private final BridgeKeeping keeping;
  private final Consumer<Throwable> errorHandler;
  private final Runnable wake;
  private final EngineCounters counters = new EngineCounters();
  private final Object lastDrain = new Object();

  private Transport transport;
  private HostObservation observation;
  private OvsTransport ovs;
  private BatchExecutor executor;

  /** Operations that have left the queue and could not begin yet, for want of room. */
  private final ArrayDeque<PlugOperation> taken = new ArrayDeque<>();

  private boolean waitsNoMore;
  private Optional<Path> namespaceNumber = Optional.empty();
  private final BooleanSupplier here = this::isNamespaceHere;
  private HelperThreads helpers;

  /** Whether the engine's thread is going to be woken when its time to close is up. */
  private boolean isTimed;

  private int faults;
  private volatile long closeDeadline;
  private volatile boolean closing;
  private volatile boolean beginning = true;
  private volatile boolean terminated;

  /** How many requests had been offered when all of them had ended; the engine's thread's. */
  private volatile long quietAfter;

  /**
   * @param name what its failures call it
   * @param wake has the engine's thread come to {@link #round}, from any thread
   */
  EngineWork(PlugEngineBuilder builder, EngineName name, Runnable wake) {
    this.name = name;
    queue = new ManyToOneQueue<>(builder.queueCapacity);
    if (builder.transports != null) {
      transports = builder.transports;
    } else if (builder.group == null) {
      transports = KernelTransport.factory(builder.leases);
    } else {
      transports = KernelTransport.ofMany(builder.leases);
    }
    monitored = builder.monitored;
    ports = builder.ports;
    batchLimit = builder.batchLimit();
    keeping = builder.keeping;
    errorHandler = thrown -> report(builder.errorHandler, thrown);
    this.wake = wake;
  }

  /** A handler that throws must not take the engine with it. */
  private void report(Consumer<Throwable> handler, Throwable thrown) {
    try {
      handler.accept(thrown);
    } catch (RuntimeException | Error also) {
      also.addSuppressed(thrown);
      reportUncaught(also);
    }
  }

  /** The thread is called after the engine meanwhile: a group's works for many. */
  private void reportUncaught(Throwable thrown) {
    Thread current = Thread.currentThread();
    String threadName = current.getName();
    current.setName(threadName + ", " + name);
    try {
      current.getThreadGroup().uncaughtException(current, thrown);
    } finally {
      current.setName(threadName);
    }
  }

  /** Takes what is thrown and no operation's failure; throws nothing itself. From any thread. */
  Consumer<Throwable> errorHandler() {
    return errorHandler;
  }

  /** The network namespace's name; null for the process's own. */
  String namespace() {
    return name.namespace();
  }

  /** From any thread. */
  EngineCounters counters() {
    return counters;
  }

  /**
   * Puts a request into the queue; false if it is full. From any thread, without allocating.
   *
   * @throws IllegalStateException if the engine is closed
   */
  boolean offer(PlugOperation request) {
    requireOpen();
    if (!queue.offer(request)) {
      return false;
    }
    wake.run();
    if (terminated) {
      failQueued(); // came in behind the engine's last look at the queue
    }
    return true;
  }

  private void requireOpen() {
    if (closing) {
      throw new IllegalStateException(name + " is closed");
    }
  }

  /** Opens the transports, in the namespace of this thread. */
  void open(Function<Runnable, OvsTransport> ovsTransports, HelperThreads helpers) {
    transport = transports.open();
    observation = monitored ? MonitoredObservation.open(transport) : transport;
    ovs = ovsTransports.apply(wake);
    this.helpers = helpers;
    namespaceNumber = Netns.currentNumber();
    executor =
        new BatchExecutor(
            transport,
            observation,
            ovs,
            ports,
            batchLimit,
            keeping,
            errorHandler,
            wake,
            counters,
            helpers);
    Log.debug(PlugEngine.class, "the engine has started, fastvif " + EngineName.version());
  }

  /** Whether {@link #open} has been successful. */
  boolean isOpen() {
    return executor != null;
  }

  /** Ends it, unless it has opened, and fails what is in the queue. */
  void abandon() {
    if (executor == null) {
      closeQuietly(ovs);
      closeTransport();
    }
    closing = true;
    terminated = true;
    failQueued();
  }

  /** Takes no more requests, begins those that are in the queue until then. From any thread. */
  void closeBy(long deadline) {
    closeDeadline = deadline;
    closing = true;
    wake.run();
  }

  /** Takes no more requests, and begins none, within that time. From any thread. */
  void stopBeginning(long deadline) {
    beginning = false;
    closeBy(deadline);
  }

  /** Takes no more requests. From any thread. */
  void refuse() {
    closing = true;
  }

  /** Whether it has ended, and all was answered. From any thread. */
  boolean isTerminated() {
    return terminated;
  }

  /** Whether only another thread can give the engine's thread something to do. */
  boolean hasNothingToDo() {
    return (queue.isEmpty() || !taken.isEmpty() || !beginning)
        && !executor.hasFinishedDeletions()
        && !executor.hasAnswers()
        && !executor.hasPlanned()
        && !(closing && isOverdue() && !waitsNoMore)
        && !(closing && executor.isIdle());
  }

  /** Whether the engine's thread has something to do, also with what is under way already. */
  boolean isWorkLeft() {
    return !executor.isIdle() || !hasNothingToDo();
  }

  /** A round has thrown, which is nobody's failure. */
  void broke(Throwable thrown) {
    faults++;
    errorHandler.accept(thrown);
  }

  /** Whether it cannot even come to its end in good order. */
  boolean isBeyondRepair() {
    return faults > MAX_FAULTS;
  }

  /** Whether it is to be ended, and nothing is under way. */
  boolean mayStop() {
    boolean isRestFailed = isOverdue() || !beginning;
    return closing && executor.isIdle() && ((queue.isEmpty() && taken.isEmpty()) || isRestFailed);
  }

  private boolean isOverdue() {
    return System.nanoTime() - closeDeadline > 0;
  }

  /**
   * Takes requests in and does what can be done with all that are under way.
   *
   * @return 0 if nothing can be done but wait
   */
  int round() {
    if (closing && !isTimed) {
      isTimed = true;
      executor.retiredBridges().keepNoMore();
      wakeWhenOverdue();
    }
    if (closing && (isOverdue() || !beginning)) {
      executor.stopPlanning(name);
    }
    if (closing && isOverdue()) {
      stopWaiting();
    } else if (beginning) {
      admit();
    }
    int done = executor.work();
    if (taken.isEmpty() && executor.isIdle()) {
      quietAfter = queue.polled();
    }
    return done;
  }

  /**
   * How many requests were offered so far, if all of them have ended: nothing is under way, and
   * nothing was since an earlier call with the same result. From any thread.
   *
   * @return -1 if one has not ended
   */
  long quietAfter() {
    long offered = queue.offered();
    return quietAfter == offered ? offered : -1;
  }

  /**
   * Does an operation, or begins it, in the engine's stead.
   *
   * @return false if the queue is full
   * @throws IllegalStateException if the engine is closed
   */
  boolean workForCaller(PlugCompletion operation) {
    requireOpen();
    if (!queue.offer(operation)) {
      return false;
    }
    int done = 1;
    while (done > 0 && !operation.isEnded()) {
      admit();
      done = executor.workByCaller(here);
    }
    quietAfter = executor.isIdle() && taken.isEmpty() ? queue.polled() : quietAfter;
    return true;
  }

  /** Whether the calling thread is where the engine's is: the kernel is asked, which takes long. */
  private boolean isNamespaceHere() {
    return namespaceNumber.isPresent() && namespaceNumber.equals(Netns.currentNumber());
  }

  /** Whether Open vSwitch's rows can be looked at without waiting. From any thread. */
  boolean isOvsConnected() {
    return ovs.isConnected();
  }

  private void wakeWhenOverdue() {
    try {
      helpers.look(wake, Math.max(0, closeDeadline - System.nanoTime()) + 1);
    } catch (RuntimeException | Error noThread) {
      // who closes it and waits for that wakes it too
    }
  }

  /** Fails what waits for somebody else, who may never answer. */
  private void stopWaiting() {
    if (!waitsNoMore) {
      waitsNoMore = true;
      closeQuietly(ovs);
      executor.stopWaiting(name);
    }
  }

  /** Moves requests from the queue to the executor, until it has no more room. */
  private void admit() {
    for (PlugOperation request = next(); request != null; request = next()) {
      if (!executor.add(request)) {
        taken.addFirst(request);
        return;
      }
    }
  }

  private PlugOperation next() {
    PlugOperation next = taken.isEmpty() ? queue.poll() : taken.poll();
    if (next instanceof OperationsTogether together) {
      taken.addAll(together.operations());
      return taken.poll();
    }
    return next;
  }

  /**
   * Finishes or undoes what was begun, fails the rest, and closes all.
   *
   * @param unreachable why the thread is not in the engine's namespace, so that what was begun
   *     stays as it is; null if it is there
   */
  void finish(Throwable unreachable) {
    closing = true;
    terminated = true;
    try {
      if (executor != null) {
        executor.stopPlanning(name);
        executor.retiredBridges().keepNoMore();
        stopWaiting();
        if (unreachable != null) {
          executor.giveUp(unreachable, name);
        }
        while (unreachable == null && !executor.isIdle()) {
          if (executor.work() == 0) {
            LockSupport.parkNanos(FINISH_PAUSE_NANOS);
          }
        }
        failQueued();
        closeQuietly(executor);
        closeTransport();
        Log.debug(PlugEngine.class, "the engine has stopped");
      }
    } finally {
      failQueued();
    }
  }

  private void closeTransport() {
    if (observation != transport) {
      closeQuietly(observation);
    }
    closeQuietly(transport);
  }

  /** Closes something, and reports what keeps it from that. */
  void closeQuietly(AutoCloseable part) {
    try {
      if (part != null) {
        part.close();
      }
    } catch (Exception | Error thrown) {
      errorHandler.accept(thrown);
    }
  }

  private void failQueued() {
    synchronized (lastDrain) {
      for (PlugOperation request = next(); request != null; request = next()) {
        new EngineClosedException(name).fail(request, errorHandler);
      }
    }
  }

  /** What planning knows of the host; from any thread. */
  HostSnapshot snapshot() {
    return executor.snapshots().take();
  }

  /** The same, as {@link Snapshots#known()} has it; from any thread. */
  Optional<HostSnapshot> knownSnapshot() {
    return executor.snapshots().known();
  }

  /** Tells nobody of changes of the host any more; from any thread. */
  void unwatch() {
    observation.unwatch();
    ovs.watch(null);
  }

  /** Has somebody told of changes of the host; from any thread. */
  void watch(HostChanges changes) {
    observation.watch(changes);
    ovs.watch(changes);
  }

  /** What was done; from any thread. */
  EngineStatistics statistics(String namespace) {
    return new EngineStatistics(
        namespace,
        queue.size(),
        counters.batches(),
        counters.outcomes(),
        counters.ends(),
        counters.latencies(),
        Math.max(0, observation.readings() - 1),
        executor.retiredBridges().count(),
        executor.deletionLanes().count(),
        executor.deletionLanes().busy(),
        ovs.isConnected());
  }
}
