package io.fastvif.engine;

import io.fastvif.engine.ovs.OvsTransport;
import io.fastvif.netns.Netns;
import io.fastvif.netns.NetnsStay;
import io.fastvif.observe.HostMonitor;
import io.fastvif.plan.HostChanges;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.trace.Tracer;
import io.fastvif.trace.Tracing;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
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

  private final Netns namespace;
  private final EngineName name;
  final Executor callbacks;
  final EngineWork work;
  private final Function<Runnable, OvsTransport> ovsTransports;
  final ParkWhenIdle parking;

  /** Null where nobody traces. */
  private final Tracer tracer;

  private final EngineGroup group;
  private final GroupMember member;
  private final EngineEnd end = new EngineEnd();
  private final EngineStart start;
  private volatile Thread thread;
  private volatile Netns place;

  /** Whether the group's thread may open it: it may be woken before it knows its namespace. */
  private volatile boolean joined;

  private volatile String description = "not opened";

  /** What log lines, events and traces call its namespace; null for the process's own. */
  private volatile String scopeName;

  private NetnsStay stay;

  /** Ends an engine of a group that throws at every turn; null for none. */
  private GroupFinish finish;

  PlugEngine(PlugEngineBuilder builder) {
    namespace = builder.namespace;
    name = new EngineName(namespace, builder.group);
    start = new EngineStart(name);
    scopeName = name.namespace();
    callbacks = builder.callbacks;
    ovsTransports = builder.ovsTransports;
    work = new EngineWork(builder, name, this::wake);
    tracer = builder.tracer;
    parking = new ParkWhenIdle(work::hasNothingToDo);
    group = builder.group;
    member = group == null ? null : group.member(this);
  }

  /** What a line of the log or of a trace names; a group's thread works in many namespaces. */
  Tracing.Scope scope() {
    return Tracing.in(scopeName, tracer);
  }

  /** An engine for the network namespace that the engine's thread is started in. */
  public static PlugEngineBuilder builder() {
    return new PlugEngineBuilder();
  }

  /**
   * Starts the engine's own thread and waits until it is ready.
   *
   * @return this engine
   * @throws io.fastvif.bindings.SystemCallException if the namespace cannot be entered or a socket
   *     not be opened
   * @throws IllegalStateException if the engine was started or closed before, or its group is
   *     closed
   */
  public PlugEngine start() {
    return member == null ? start(parking) : startInGroup();
  }

  private PlugEngine startInGroup() {
    start.begin();
    Netns here = namespace == null ? Netns.current() : null;
    try {
      place = here == null ? namespace : here;
      joinGroup();
      start.await();
      return this;
    } catch (RuntimeException notStarted) {
      work.refuse();
      member.wake();
      throw notStarted;
    } finally {
      if (here != null) {
        here.close();
      }
    }
  }

  private void joinGroup() {
    try {
      description = place.name();
      if (namespace == null && !ProcessNamespace.is(place)) {
        scopeName = description;
      }
      if (!group.add(member)) {
        throw new IllegalStateException("the group " + group.name() + " is closed, or full");
      }
      joined = true;
      member.wake();
    } catch (RuntimeException | Error refused) {
      fail(refused); // thrown again by its await
    }
  }

  /**
   * Starts the engine's own thread with an idle strategy of the caller's choice (agrona's
   * BusySpinIdleStrategy for the least latency, for example) and waits until it is ready.
   *
   * @throws IllegalStateException as {@link #start()}; if the engine belongs to a group
   */
  public PlugEngine start(IdleStrategy idleStrategy) {
    requireNoGroup();
    start.begin();
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
      start.await();
    } catch (RuntimeException notStarted) {
      work.refuse(); // or an engine whose caller was interrupted would go on without an owner
      throw notStarted;
    }
    return this;
  }

  private void requireNoGroup() {
    if (member != null) {
      throw new IllegalStateException(name + " runs on the threads of its group");
    }
  }

  @SuppressWarnings("try") // it ends with the block
  private void run(IdleStrategy idleStrategy) {
    try (Tracing.Scope scope = scope()) {
      try {
        if (namespace != null) {
          namespace.enter();
        }
        open();
      } catch (RuntimeException | Error failure) {
        fail(failure); // thrown again by its await, to the caller
        return;
      }
      try {
        while (!work.mayStop()) {
          idleStrategy.idle(doWork());
        }
      } finally {
        onClose();
      }
    }
  }

  void requireStarted() {
    boolean isEnded = work.isTerminated();
    if (isEnded || start.isNew()) {
      throw new IllegalStateException(name + (isEnded ? " is closed" : " was not started"));
    }
    start.await();
  }

  /**
   * Hands a request to the engine, without waiting and without allocating.
   *
   * @return false if the queue is full: nothing was done, offer again later
   * @throws IllegalStateException if the engine is closed
   */
  public boolean offer(PlugOperation request) {
    Objects.requireNonNull(request.vifId());
    return work.offer(request);
  }

  /** Has the engine's thread look for something to do. From any thread. */
  void wake() {
    if (member == null) {
      parking.wake();
    } else {
      member.wake();
    }
  }

  /**
   * Hands a plan to the engine without waiting.
   *
   * @return a stage that always completes with the result, on {@link PlugEngineBuilder#callbacks};
   *     empty if the queue is full: nothing was done, submit again later
   * @throws IllegalStateException if the engine is closed
   */
  public Optional<CompletionStage<PlugResult>> submit(PlugPlan plan) {
    return submitted(new PlugCompletion(plan, callbacks, work.counters()));
  }

  /**
   * As {@link #submit(PlugPlan)}, of plans that begin in the same round, as far as there is room
   * for so many: links can exchange their names.
   *
   * @return the plans' stages, in their order
   */
  public Optional<List<CompletionStage<PlugResult>>> submit(List<PlugPlan> plans) {
    List<PlugCompletion> completions =
        plans.stream().map(plan -> new PlugCompletion(plan, callbacks, work.counters())).toList();
    return completions.isEmpty() || work.offer(new OperationsTogether(completions))
        ? Optional.of(List.copyOf(completions))
        : Optional.empty();
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
    return submitted(new PlugCompletion(vifId, planning, callbacks, work.counters()));
  }

  private Optional<CompletionStage<PlugResult>> submitted(PlugCompletion completion) {
    return offer(completion) ? Optional.of(completion) : Optional.empty();
  }

  /**
   * The links, addresses and routes of the engine's namespace, for planning: read now, or of the
   * {@link PlugEngineBuilder#monitorHost() monitor}; Open vSwitch's rows and the functions of
   * SR-IOV cards when the snapshot is first asked for them; the forwarder's vhost-user ports. What
   * this engine has completed before is in it.
   *
   * @throws IllegalStateException if the engine was not started, or is closed
   */
  public HostSnapshot snapshot() {
    requireStarted();
    return work.snapshot();
  }

  /**
   * Has somebody told within milliseconds what changes on the host, as far as {@link HostMonitor}
   * has events for it, by a thread that sleeps meanwhile.
   *
   * @param changes gets them, until {@link #unwatch()}, or the engine is closed
   * @throws IllegalStateException if the engine has no {@link PlugEngineBuilder#monitorHost()
   *     monitor}, tells somebody already, was not started, or is closed
   */
  public void watch(HostChanges changes) {
    requireStarted();
    work.watch(changes);
  }

  /** Tells nobody of changes of the host any more; somebody else may be told from now on. */
  public void unwatch() {
    if (!work.isTerminated()) {
      requireStarted();
      work.unwatch();
    }
  }

  /**
   * What the engine has done since it was started; waits until it is.
   *
   * @throws IllegalStateException if it was closed before it was started
   */
  public EngineStatistics statistics() {
    start.await();
    if (start.isClosed()) {
      throw new IllegalStateException(name + " is closed");
    }
    return work.statistics(description);
  }

  @Override
  public void onStart() {
    requireNoGroup();
    start.begin();
    openOn(namespace);
    start.await(); // throws what kept it from opening
  }

  /** Opens the engine on a thread that is not its own. */
  @SuppressWarnings("try") // it ends with the block
  private boolean openOn(Netns other) {
    try (Tracing.Scope scope = scope()) {
      stay = NetnsStay.begin(other);
      open();
      return true;
    } catch (RuntimeException | Error failure) {
      fail(failure);
      leave();
      return false;
    }
  }

  private void open() {
    if (group == null) {
      description = namespace == null ? EngineName.here() : namespace.name();
      work.open(OvsWhenAsked.here(ovsTransports), new OwnThreads(name.suffix()));
    } else {
      Netns own = stay.namespace();
      work.open(OvsWhenAsked.in(own, ovsTransports), group.helpers().of(own));
    }
    start.done();
  }

  private void fail(Throwable failure) {
    start.failed(failure);
    work.abandon();
    leaveGroup();
    start.done();
  }

  private void leaveGroup() {
    if (member != null) {
      group.remove(member);
      end.reached();
    }
  }

  /** Gives a caller's thread back in the namespace that it was in. */
  private void leave() {
    work.closeQuietly(stay);
    stay = null;
  }

  /**
   * A round on a thread of the group's.
   *
   * @return whether there is something to do before anybody wakes the engine
   */
  boolean turn() {
    if (finish != null) {
      if (finish.isDone() && !end.isReached()) {
        leave();
        leaveGroup();
      }
      return false;
    }
    if (work.isTerminated() || !joined) {
      return false;
    }
    if (!work.isOpen()) {
      return openOn(place);
    }
    try {
      int done = doWork();
      if (!work.mayStop()) {
        return done > 0 || !work.hasNothingToDo();
      }
    } catch (RuntimeException | Error broken) {
      work.broke(broken);
      stopBeginning();
      if (!work.isBeyondRepair() || finishesElsewhere()) {
        return finish == null;
      }
    }
    try {
      onClose();
    } catch (RuntimeException | Error thrown) {
      work.errorHandler().accept(thrown);
    }
    leaveGroup();
    return false;
  }

  private boolean finishesElsewhere() {
    String own = roleName() + "-ending";
    finish = GroupFinish.begin(own, work, stay.namespace(), this::scope, member::wake);
    return finish != null;
  }

  @SuppressWarnings("try") // it ends with the block
  @Override
  public int doWork() {
    if (stay == null || (tracer == null && member == null)) {
      return round();
    }
    try (Tracing.Scope scope = scope()) {
      return round();
    }
  }

  private int round() {
    if (stay != null) {
      stay.resume(); // what else runs on the thread may work in another namespace
    }
    return work.round();
  }

  @SuppressWarnings("try") // it ends with the block
  @Override
  public void onClose() {
    try (Tracing.Scope scope = scope()) {
      work.finish(stay == null ? null : stay.tryResume());
    } finally {
      leave();
    }
  }

  /** Where it works, in words: the subject of what is said of it. */
  @Override
  public String toString() {
    return name.toString();
  }

  @Override
  public String roleName() {
    return "fastvif-engine" + name.suffix();
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
    work.stopBeginning(System.nanoTime() + CLOSE_BOUND.toNanos());
  }

  /**
   * Takes no more requests, begins what is in the queue for at most that long, fails the rest, and
   * ends the engine's thread. What was begun in the kernel is finished whatever the bound; what
   * waits for somebody else fails then. Of an engine that was not started everything fails, and it
   * cannot be started any more. An engine that runs on a caller's thread finishes when that
   * thread's runner calls {@link #onClose()}.
   *
   * @return whether the engine's thread has ended within the bound and half a second more
   */
  public boolean close(Duration bound) {
    beginClose(bound);
    return awaitEnd(bound);
  }

  void beginClose(Duration bound) {
    work.closeBy(System.nanoTime() + bound.toNanos());
    if (start.close()) {
      work.abandon(); // nobody ever will answer what is in the queue
      leaveGroup();
      start.done();
    }
  }

  /** Waits for the end of the engine's thread, or of the engine in its group. */
  boolean awaitEnd(Duration bound) {
    Thread own = thread;
    boolean isRunElsewhere =
        member == null
            ? own == null || own.getState() == Thread.State.NEW
            : start.isClosed() || member.thread().isCurrent();
    if (isRunElsewhere) {
      return work.isTerminated();
    }
    return end.await(own, bound, this::wake);
  }
}
