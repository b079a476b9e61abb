package io.fastvif.engine;

import io.fastvif.netns.Netns;
import io.fastvif.netns.NetnsStay;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.switchdev.pool.DeviceLeases;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.IdleStrategy;

/**
 * Executes plans in one network namespace, in batches, on one thread. Any number of threads submit,
 * without a lock; two operations on the same VIF are executed in the order in which they were
 * submitted.
 *
 * <p>{@link #start()} gives the engine a thread of its own, which sleeps while there is nothing to
 * do. A caller that would rather run it on a thread it already has hands it, as an {@link Agent},
 * to agrona's AgentRunner or AgentInvoker; that thread enters the engine's namespace in {@link
 * #onStart()} and leaves it in {@link #onClose()}.
 */
public final class PlugEngine implements Agent, AutoCloseable {
  private static final Duration CLOSE_BOUND = Duration.ofSeconds(10);
  private static final int END_MILLIS = 500;

  private final ManyToOneQueue<PlugOperation> queue;
  private final Transport.Factory transports;
  private final Function<Runnable, OvsTransport> ovsTransports;
  private final VhostUserPorts ports;
  private final Netns namespace;
  private final Executor callbacks;
  private final int batchLimit;
  private final Consumer<Throwable> errorHandler;
  private final ParkWhenIdle parking;
  private final CountDownLatch started = new CountDownLatch(1);
  private final Object lastDrain = new Object();
  private final EngineCounters counters = new EngineCounters();

  private Transport transport;
  private OvsTransport ovs;
  private BatchExecutor executor;
  private PlugOperation carried;
  private boolean ovsGivenUp;
  private volatile RuntimeException startFailure;
  private volatile long closeDeadline;
  private volatile boolean closing;
  private volatile boolean beginning = true;
  private volatile boolean terminated;
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.NEW);
  private volatile Thread thread;
  private NetnsStay stay;

  private enum Phase {
    NEW,
    BEGUN,
    CLOSED
  }

  private PlugEngine(Builder builder) {
    namespace = builder.namespace;
    callbacks = builder.callbacks;
    queue = new ManyToOneQueue<>(builder.queueCapacity);
    Transport.Factory plain =
        builder.transports == null ? KernelTransport.factory(builder.leases) : builder.transports;
    transports = builder.monitored ? MonitoredTransport.factory(plain) : plain;
    ovsTransports = builder.ovsTransports;
    ports = builder.ports;
    batchLimit = builder.batchLimit;
    errorHandler = thrown -> report(builder.errorHandler, thrown);
    parking = new ParkWhenIdle(this::hasNothingToDo);
  }

  /** A handler that throws must not take the engine with it. */
  private static void report(Consumer<Throwable> handler, Throwable thrown) {
    try {
      handler.accept(thrown);
    } catch (RuntimeException | Error also) {
      Thread current = Thread.currentThread();
      also.addSuppressed(thrown);
      current.getThreadGroup().uncaughtException(current, also);
    }
  }

  /** An engine for the network namespace that the engine's thread is started in. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Starts the engine's own thread and waits until it is ready.
   *
   * @return this engine
   * @throws io.fastvif.bindings.SystemCallException if the namespace cannot be entered or a socket
   *     not be opened
   * @throws IllegalStateException if the engine was started or closed before
   */
  public PlugEngine start() {
    return start(parking);
  }

  /**
   * Starts the engine's own thread with an idle strategy of the caller's choice (agrona's
   * BusySpinIdleStrategy for the least latency, for example) and waits until it is ready.
   */
  public PlugEngine start(IdleStrategy idleStrategy) {
    begin();
    Thread own = new Thread(() -> run(idleStrategy), roleName());
    own.setDaemon(true);
    thread = own;
    try {
      own.start();
    } catch (RuntimeException | Error noThread) {
      fail(noThread);
      throw noThread;
    }
    try {
      awaitStart();
    } catch (RuntimeException notStarted) {
      closing = true; // or an engine whose caller was interrupted would go on without an owner
      throw notStarted;
    }
    return this;
  }

  private void begin() {
    if (!phase.compareAndSet(Phase.NEW, Phase.BEGUN)) {
      throw new IllegalStateException(
          phase.get() == Phase.CLOSED ? "the engine is closed" : "the engine was started already");
    }
  }

  private void run(IdleStrategy idleStrategy) {
    try {
      if (namespace != null) {
        namespace.enter();
      }
      open();
    } catch (RuntimeException | Error failure) {
      fail(failure); // thrown again by awaitStart, to the caller
      return;
    }
    try {
      while (!mayStop()) {
        idleStrategy.idle(doWork());
      }
    } finally {
      onClose();
    }
  }

  /** Whether only another thread can give the engine's thread something to do. */
  private boolean hasNothingToDo() {
    return (queue.isEmpty() || carried != null || !beginning)
        && !executor.hasFinishedDeletions()
        && !executor.hasFinishedSlowSteps()
        && !executor.isOvsReady()
        && !executor.hasPlanned()
        && !(closing && isOverdue() && !ovsGivenUp)
        && !(closing && executor.isIdle());
  }

  private boolean mayStop() {
    boolean isRestFailed = isOverdue() || !beginning;
    return closing && executor.isIdle() && ((queue.isEmpty() && carried == null) || isRestFailed);
  }

  private boolean isOverdue() {
    return System.nanoTime() - closeDeadline > 0;
  }

  private void requireStarted() {
    if (terminated || phase.get() == Phase.NEW) {
      throw new IllegalStateException(
          terminated ? "the engine is closed" : "the engine was not started");
    }
    awaitStart();
  }

  private void awaitStart() {
    try {
      if (started.getCount() > 0) {
        started.await(); // refuses an interrupted thread even where there is nothing to wait for
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the engine started", interrupted);
    }
    if (startFailure != null) {
      throw startFailure;
    }
  }

  /**
   * Hands a request to the engine, without waiting and without allocating.
   *
   * @return false if the queue is full: nothing was done, offer again later
   * @throws IllegalStateException if the engine is closed
   */
  public boolean offer(PlugOperation request) {
    Objects.requireNonNull(request.vifId());
    if (closing) {
      throw new IllegalStateException("the engine is closed");
    }
    if (!queue.offer(request)) {
      return false;
    }
    parking.wake();
    if (terminated) {
      failQueued(); // came in behind the engine's last look at the queue
    }
    return true;
  }

  /**
   * Hands a plan to the engine without waiting.
   *
   * @return a stage that always completes with the result, on {@link Builder#callbacks}; empty if
   *     the queue is full: nothing was done, submit again later
   * @throws IllegalStateException if the engine is closed
   */
  public Optional<CompletionStage<PlugResult>> submit(PlugPlan plan) {
    return submit(new PlugCompletion(plan, callbacks, counters));
  }

  /**
   * Hands an operation to the engine without waiting, to be planned when its turn comes: when the
   * operation before it on the same VIF has ended, from a snapshot of the host that has that in it.
   * What it is planned for and what comes of it is as with {@link PlugOperation}.
   *
   * @param vifId the VIF that it is on
   * @return as {@link #submit(PlugPlan)}; the result has no plan if none could be made
   * @throws IllegalStateException if the engine is closed
   */
  public Optional<CompletionStage<PlugResult>> submit(String vifId, Planning planning) {
    return submit(new PlugCompletion(vifId, planning, callbacks, counters));
  }

  private Optional<CompletionStage<PlugResult>> submit(PlugCompletion completion) {
    return offer(completion) ? Optional.of(completion) : Optional.empty();
  }

  /**
   * The links, addresses and routes of the engine's namespace, for planning: read now, or of the
   * {@link Builder#monitorHost() monitor}; Open vSwitch's rows and the functions of SR-IOV cards
   * when the snapshot is first asked for them; the forwarder's vhost-user ports. What this engine
   * has completed before is in it.
   *
   * @throws IllegalStateException if the engine was not started, or is closed
   */
  public HostSnapshot snapshot() {
    requireStarted();
    return executor.snapshots().take();
  }

  /** What the engine has done since it was started; waits for that. */
  public EngineStatistics statistics() {
    awaitStart();
    return new EngineStatistics(
        queue.size(),
        counters.batches(),
        counters.outcomes(),
        counters.latencies(),
        Math.max(0, transport.readings() - 1),
        executor.retiredBridges().count());
  }

  @Override
  public void onStart() {
    begin();
    try {
      stay = NetnsStay.begin(namespace);
      open();
    } catch (RuntimeException | Error failure) {
      fail(failure);
      leave();
      throw startFailure;
    }
  }

  private void open() {
    transport = transports.open();
    ovs = ovsTransports.apply(parking::wake);
    executor =
        new BatchExecutor(transport, ovs, ports, batchLimit, errorHandler, parking::wake, counters);
    started.countDown();
  }

  private void fail(Throwable failure) {
    closeQuietly(ovs);
    closeQuietly(transport);
    startFailure =
        failure instanceof RuntimeException cause ? cause : new IllegalStateException(failure);
    closing = true;
    terminated = true;
    started.countDown();
    failQueued();
  }

  private void closeQuietly(AutoCloseable part) {
    try {
      if (part != null) {
        part.close();
      }
    } catch (Exception | Error thrown) {
      errorHandler.accept(thrown);
    }
  }

  /** Gives a caller's thread back in the namespace that it was in. */
  private void leave() {
    closeQuietly(stay);
    stay = null;
  }

  @Override
  public int doWork() {
    if (stay != null) {
      stay.resume(); // what else runs on the thread may work in another namespace
    }
    if (closing && (isOverdue() || !beginning)) {
      executor.stopPlanning();
    }
    if (closing && isOverdue()) {
      giveOvsUp();
    } else if (beginning) {
      admit();
    }
    return executor.work();
  }

  /** Fails what waits for Open vSwitch, which may never answer. */
  private void giveOvsUp() {
    if (!ovsGivenUp) {
      ovsGivenUp = true;
      closeQuietly(ovs);
    }
  }

  /** Moves requests from the queue to the executor, until it has no more room. */
  private void admit() {
    PlugOperation request = carried == null ? queue.poll() : carried;
    carried = null;
    while (request != null) {
      if (!executor.add(request)) {
        carried = request;
        return;
      }
      request = queue.poll();
    }
  }

  @Override
  public void onClose() {
    closing = true;
    terminated = true;
    try {
      if (executor != null) {
        finish();
      }
    } finally {
      failQueued();
      leave();
    }
  }

  private void finish() {
    if (stay != null) {
      stay.resume();
    }
    executor.stopPlanning();
    giveOvsUp();
    while (!executor.isIdle()) {
      parking.idle(executor.work()); // what was begun is finished, or undone
    }
    failQueued();
    closeQuietly(executor);
    closeQuietly(transport);
  }

  private void failQueued() {
    synchronized (lastDrain) {
      PlugOperation request = carried == null ? queue.poll() : carried;
      carried = null;
      for (; request != null; request = queue.poll()) {
        PlugFailure failure = new EngineClosedException().failure(request.vifId());
        try {
          request.completed(Outcome.FAILED, failure);
        } catch (RuntimeException | Error thrown) {
          errorHandler.accept(thrown);
        }
      }
    }
  }

  @Override
  public String roleName() {
    return "fastvif-engine";
  }

  /** Closes the engine within ten seconds; see {@link #close(Duration)}. */
  @Override
  public void close() {
    close(CLOSE_BOUND);
  }

  /**
   * Takes no more requests and begins none; what was begun is finished, or undone where it fails.
   * What is in the queue fails when the engine has come to that. From any thread, without waiting;
   * {@link #close()} follows.
   */
  public void stopBeginning() {
    beginning = false;
    closeDeadline = System.nanoTime() + CLOSE_BOUND.toNanos();
    closing = true;
    parking.wake();
  }

  /**
   * Takes no more requests, begins what is in the queue for at most that long, fails the rest, and
   * ends the engine's thread. What was begun in the kernel is finished whatever the bound; what
   * waits for Open vSwitch fails then. Of an engine that was not started everything fails, and it
   * cannot be started any more. An engine that runs on a caller's thread finishes when that
   * thread's runner calls {@link #onClose()}.
   *
   * @return whether the engine's thread has ended within the bound and half a second more
   */
  public boolean close(Duration bound) {
    closeDeadline = System.nanoTime() + bound.toNanos();
    closing = true;
    parking.wake();
    if (phase.compareAndSet(Phase.NEW, Phase.CLOSED)) {
      terminated = true;
      started.countDown();
      failQueued(); // nobody ever will
    }
    Thread own = thread;
    if (own == null || own.getState() == Thread.State.NEW) {
      return terminated;
    }
    try {
      if (own.join(bound)) {
        return true;
      }
      parking.wake(); // for what is overdue to be given up
      return own.join(Duration.ofMillis(END_MILLIS));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** What an engine is made of. */
  public static final class Builder {
    private static final int MAX_CAPACITY = 1 << 30;

    private Transport.Factory transports;
    private Netns namespace;
    private Path leases = DeviceLeases.FOLDER;
    private boolean monitored;
    private Function<Runnable, OvsTransport> ovsTransports =
        wake -> OvsTransport.none("the engine was not told where Open vSwitch's database is");
    private VhostUserPorts ports = new NoVhostUserPorts();
    private Executor callbacks = CallbackThreads.executor();
    private int queueCapacity = 4096;
    private int batchLimit = 2048;
    private Consumer<Throwable> errorHandler =
        thrown ->
            Thread.currentThread()
                .getUncaughtExceptionHandler()
                .uncaughtException(Thread.currentThread(), thrown);

    private Builder() {}

    /**
     * The namespace to work in; by default the one of the engine's thread. May be closed once the
     * engine is started.
     */
    public Builder namespace(Netns other) {
      namespace = Objects.requireNonNull(other);
      return this;
    }

    /**
     * Where the leases of devices are kept; {@link DeviceLeases#FOLDER} by default, which all
     * engines of a host should share.
     */
    public Builder leases(Path folder) {
      leases = Objects.requireNonNull(folder);
      return this;
    }

    /**
     * No namespace and no kernel, to measure the engine itself: everything is done but the system
     * calls, every message counts as carried out at once, and nothing is plugged. Its results say
     * nothing of any host; its snapshots are empty.
     */
    public Builder withoutKernel() {
      return transport(NullTransport::new);
    }

    /**
     * Where Open vSwitch is. The connection is opened when it is first needed, in the engine's
     * namespace.
     */
    public Builder ovs(OvsSettings settings) {
      Objects.requireNonNull(settings);
      return ovs(wake -> new OvsdbTransport(settings, wake));
    }

    Builder ovs(Function<Runnable, OvsTransport> factory) {
      ovsTransports = factory;
      return this;
    }

    /**
     * The forwarder that serves vhost-user ports; the caller's to close, after the engine. Without
     * one, plans that open a port fail and say so.
     */
    public Builder vhostUser(VhostUserPorts forwarder) {
      ports = Objects.requireNonNull(forwarder);
      return this;
    }

    Builder transport(Transport.Factory factory) {
      transports = factory;
      return this;
    }

    /**
     * Keeps {@link PlugEngine#snapshot()} current from the kernel's events instead of reading
     * everything each time: for an agent that plans often. Not worth it for a few snapshots. See
     * {@link HostMonitor} for the changes by other programs that have no event.
     */
    public Builder monitorHost() {
      monitored = true;
      return this;
    }

    /**
     * What completes the stages that {@link PlugEngine#submit} returns, and so runs what depends on
     * them; by default a few threads that all engines of the process share, in the process's own
     * network namespace. A callback may wait for other operations there. An executor that runs
     * callbacks at once ({@code Runnable::run}) has them run on the engine's thread, where they
     * must not block. Stages of different operations may complete in any order.
     */
    public Builder callbacks(Executor executor) {
      callbacks = Objects.requireNonNull(executor);
      return this;
    }

    /** How many requests may wait, 1 to 2^30, rounded up to a power of two; 4,096 by default. */
    public Builder queueCapacity(int requests) {
      if (requests < 1 || requests > MAX_CAPACITY) {
        throw new IllegalArgumentException(
            "queueCapacity: " + requests + ": expected 1 to " + MAX_CAPACITY);
      }
      queueCapacity = requests;
      return this;
    }

    /** How many requests are under way at once at most; 2,048 by default. */
    public Builder batchLimit(int requests) {
      if (requests < 1) {
        throw new IllegalArgumentException("batchLimit: " + requests + ": expected at least 1");
      }
      batchLimit = requests;
      return this;
    }

    /**
     * Told what a {@link PlugOperation#completed} throws; by default the thread's
     * uncaught-exception handler.
     */
    public Builder errorHandler(Consumer<Throwable> handler) {
      errorHandler = Objects.requireNonNull(handler);
      return this;
    }

    /** The engine, not started yet. */
    public PlugEngine build() {
      return new PlugEngine(this);
    }
  }
}
