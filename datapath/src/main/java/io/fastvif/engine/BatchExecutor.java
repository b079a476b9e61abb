package io.fastvif.engine;

import io.fastvif.engine.filter.FilterBatch;
import io.fastvif.engine.kernel.DeletionLanes;
import io.fastvif.engine.kernel.HostObservation;
import io.fastvif.engine.kernel.LinkAnswers;
import io.fastvif.engine.kernel.NetlinkRound;
import io.fastvif.engine.kernel.RetiredBridges;
import io.fastvif.engine.kernel.Transport;
import io.fastvif.engine.ovs.OvsTransport;
import io.fastvif.engine.side.FailureCause;
import io.fastvif.engine.side.HelperThreads;
import io.fastvif.plan.BridgeKeeping;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.ForwardingStep;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.OvsStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.PluginStep;
import io.fastvif.plan.SlowStep;
import io.fastvif.plan.Step;
import io.fastvif.plan.WaitingStep;
import io.fastvif.trace.Tracing;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.agrona.collections.Object2ObjectHashMap;

/**
 * Executes plans in rounds: in each round every plan takes its next step, and all steps that are
 * netlink messages go to the kernel in one send. A plan begins and ends at any round, whatever the
 * others do. Used by the engine's thread alone.
 */
final class BatchExecutor implements AutoCloseable {
  private final HostObservation observation;
  private final OvsTransport ovs;
  private final Consumer<Throwable> errorHandler;
  private final int limit;
  private final String namespace = Tracing.namespace();
  private final Object2ObjectHashMap<String, PlanExecution> byVif;
  private final RetiredBridges retired;

  /** The plans under way, in the order in which they began, and those to be used again. */
  private final PlanExecution[] active;

  private final PlanExecution[] unused;
  private int activeCount;
  private int unusedCount;
  private int followers;
  private int progress;

  private final DeletionLanes deletions;
  private final StepAnswers elsewhere;
  private final SlowSteps slow;
  private final WaitingSteps waits;
  private final HelperThreads helpers;
  private final FilterBatch filters;
  private final EngineCounters counters;
  private final EndedOperations ended;
  private final Consumer<Runnable> telling;
  private final Snapshots snapshots;
  private final PlanningThread planning;

  private final PlansUnderWay underWay;
  private final LinkAnswers answers;
  private final NetlinkRound round;
  private final LocalSteps locals;
  private final SharedUse shared;
  private final IntSupplier[] parts;
  private final IntSupplier[] partsForCallers;

  /** Of a caller that does the round: whether it is in the engine's namespace; otherwise null. */
  private BooleanSupplier callerIsHere;

  /** The engine that plans nothing any more; null until then. */
  private EngineName stopped;

  private final PlanningThread.Answers plannedAnswers = this::planned;

  /**
   * @param observation what planning is told
   * @param ports does the steps on vhost-user ports
   * @param limit how many plans may be under way at once
   * @param errorHandler told what is thrown where nobody else can be told
   * @param wake called by another thread when there is something to do for {@link #work()}
   * @param counters told of each send
   * @param helpers what else than the engine's thread works for it, which this closes
   */
  BatchExecutor(
      Transport transport,
      HostObservation observation,
      OvsTransport ovs,
      VhostUserPorts ports,
      int limit,
      BridgeKeeping keeping,
      Consumer<Throwable> errorHandler,
      Runnable wake,
      EngineCounters counters,
      HelperThreads helpers) {
    this.observation = observation;
    this.counters = counters;
    ended = new EndedOperations(errorHandler);
    telling = ended::add;
    this.helpers = helpers;
    this.ovs = ovs;
    this.errorHandler = errorHandler;
    this.limit = limit;
    active = new PlanExecution[limit];
    unused = new PlanExecution[limit];
    byVif = new Object2ObjectHashMap<>();
    retired = new RetiredBridges(transport, observation, keeping, errorHandler, wake, helpers);
    elsewhere = new StepAnswers(wake);
    waits = new WaitingSteps(transport, elsewhere, helpers);
    slow = new SlowSteps(transport, ports, elsewhere, helpers, waits);
    underWay = new PlansUnderWay(active);
    answers = new LinkAnswers(transport, retired, underWay, waits, errorHandler);
    round = new NetlinkRound(transport, observation, answers, errorHandler);
    locals = new LocalSteps(transport, observation, answers);
    shared = new SharedUse(transport);
    deletions = new DeletionLanes(transport, answers, errorHandler, wake, helpers);
    filters = new FilterBatch(transport::openFilters, transport.knownFilters());
    snapshots = new Snapshots(observation, ovs, ports, retired);
    planning = new PlanningThread(snapshots::take, wake, helpers);
    parts =
        new IntSupplier[] {
          this::plan,
          deletions::collect,
          this::round,
          () -> filters.work(PlanAnswers.OF_FILTERS),
          () -> ovs.work(PlanAnswers.OF_OVS),
          () -> elsewhere.collect(PlanAnswers.OF_OTHER_THREADS),
          deletions::begin,
          this::dropEnded,
          () -> retired.work(activeCount == 0)
        };
    partsForCallers = new IntSupplier[] {this::planHere, this::round, this::dropEnded};
  }

  /**
   * Takes a request; it begins with the next {@link #work()}, or when the one before it on the same
   * VIF has ended.
   *
   * @return false if there are too many already: add it again later
   */
  boolean add(PlugOperation request) {
    String vifId;
    PlanExecution sameVif;
    try {
      vifId = request.vifId();
      sameVif = byVif.get(vifId);
    } catch (RuntimeException | Error thrown) {
      UnreadableOperation.fail(request, null, thrown, errorHandler);
      return true;
    }
    if (sameVif != null) {
      if (followers == limit) {
        return false;
      }
      followers++;
      sameVif.follow(request);
      return true;
    }
    if (activeCount == limit) {
      return false;
    }
    PlanExecution plan = unusedCount == 0 ? new PlanExecution(namespace) : unused[--unusedCount];
    if (begin(plan, request, vifId)) {
      active[activeCount++] = plan;
      byVif.put(vifId, plan);
    } else {
      unused[unusedCount++] = plan;
    }
    return true;
  }

  /** False if it has failed already, because it could not even be asked for its plan. */
  private boolean begin(PlanExecution plan, PlugOperation request, String vifId) {
    try {
      plan.begin(request, vifId);
    } catch (RuntimeException | Error thrown) {
      UnreadableOperation.fail(request, vifId, thrown, errorHandler);
      return false;
    }
    if (plan.isPlanning()) {
      planning.add(plan, request);
    }
    return true;
  }

  /** Begins none of the operations any more that are still to be planned: they fail. */
  void stopPlanning(EngineName engine) {
    stopped = engine;
  }

  /** Ends what waits for somebody else, who may never answer: it fails, and is taken back. */
  void stopWaiting(EngineName engine) {
    waits.stop(engine);
  }

  /** Whether {@link #work()} would begin plans that were made, or have some made. */
  boolean hasPlanned() {
    return planning.isFinished() || (planning.isReady() && !underWay.isAmidShared());
  }

  /** Takes snapshots of the host, for any thread. */
  Snapshots snapshots() {
    return snapshots;
  }

  private int plan() {
    int progress = planning.collect(plannedAnswers);
    if (planning.isReady()) {
      if (stopped != null) {
        planning.refuse(plannedAnswers, new EngineClosedException(stopped));
        progress++;
      } else if (!underWay.isAmidShared()) {
        if (planHere() == 0) {
          planning.begin();
        }
        progress++;
      }
    }
    return progress;
  }

  private int planHere() {
    boolean mayPlan =
        stopped == null && activeCount == 1 && planning.isReady() && !underWay.isAmidShared();
    return mayPlan && planning.planHere(snapshots::knownHere, plannedAnswers) ? 1 : 0;
  }

  private void planned(PlanExecution plan, PlugPlan made, Throwable problem) {
    if (problem == null && stopped == null) {
      plan.planned(made);
      observation.begun(made.vifId());
      return;
    }
    if (plan.endLook()) {
      return;
    }
    Throwable reason = problem == null ? new EngineClosedException(stopped) : problem;
    String vifId = plan.plan().vifId();
    try {
      plan.notPlanned(PlanningFailure.of(vifId, reason, errorHandler));
    } catch (RuntimeException | Error thrown) {
      errorHandler.accept(thrown);
    }
    beginNext(plan, vifId);
  }

  /** Whether steps on other threads have ended, or Open vSwitch has answered or is to be asked. */
  boolean hasAnswers() {
    return elsewhere.isFinished() || ovs.isReady();
  }

  /** Ends all that is under way, without another step: what was done is left behind, and named. */
  void giveUp(Throwable reason, EngineName engine) {
    waits.stop(engine);
    GivenUpPlans.end(active, activeCount, deletions, retired, reason, engine, errorHandler);
  }

  /** Whether there is nothing under way, and no bridge left to be deleted but those kept. */
  boolean isIdle() {
    return activeCount == 0 && retired.isEmpty();
  }

  DeletionLanes deletionLanes() {
    return deletions;
  }

  RetiredBridges retiredBridges() {
    return retired;
  }

  /** Whether {@link #work()} would answer deletions that have ended, or begin one of a bridge. */
  boolean hasFinishedDeletions() {
    return retired.isReady(activeCount == 0) || deletions.isFinished();
  }

  /**
   * Does a round.
   *
   * @return 0 if nothing can be done but wait: for deletions, other threads, Open vSwitch, requests
   */
  int work() {
    return work(parts);
  }

  /**
   * Does what a caller's thread may do in the engine's stead: plans that nothing has to be read
   * for, and exchanges with the kernel; {@code isHere} tells whether it is in its namespace.
   *
   * @return 0 if the rest is the engine's thread's
   */
  int workByCaller(BooleanSupplier isHere) {
    callerIsHere = isHere;
    try {
      return work(partsForCallers);
    } finally {
      callerIsHere = null;
    }
  }

  private int work(IntSupplier[] whole) {
    progress = 0;
    for (IntSupplier part : whole) {
      try {
        int done = part.getAsInt();
        progress += done; // in two, for it counts some itself
      } catch (RuntimeException | Error thrown) {
        // Each part ends what is thrown at the plan that it belongs to: this would be nobody's.
        errorHandler.accept(thrown);
      }
    }
    return progress;
  }

  private int round() {
    round.begin();
    advanceAll(true); // first those that only have to be told of: the others may take long
    ended.tell();
    advanceAll(false);
    ended.tell();
    int messages = round.size();
    if (messages > 0) {
      counters.sent(messages);
      round.exchange();
    }
    return messages;
  }

  private void advanceAll(boolean done) {
    for (int i = 0; i < activeCount; i++) {
      PlanExecution plan = active[i];
      if (plan.isActive() && !plan.waiting && (!done || plan.next() == null)) {
        advance(plan);
      }
    }
  }

  private int dropEnded() {
    int kept = 0;
    for (int i = 0; i < activeCount; i++) {
      PlanExecution plan = active[i];
      if (plan.isActive()) {
        active[kept++] = plan;
      } else {
        unused[unusedCount++] = plan;
      }
    }
    Arrays.fill(active, kept, activeCount, null);
    activeCount = kept;
    if (kept == 0 && callerIsHere == null) { // who waits is not kept for the events, which are kept
      observation.idle();
    }
    return 0;
  }

  /** Takes a plan forward until it waits for the kernel, for room in a send, or has ended. */
  private void advance(PlanExecution plan) {
    for (Step step = plan.next(); step != null; step = plan.next()) {
      if (callerIsHere != null && !StepKinds.isForCallers(plan, step, callerIsHere)) {
        return;
      }
      if (plan.isSharedUndoUndecided()
          && (planning.isUnderWay() || underWay.isAnyGoingForward(plan.plan().shared()))) {
        return; // one of them, or one that is being made, may be about to use what would be undone
      }
      if (!attempt(plan, step)) {
        StepsAhead.encode(plan, round);
        return;
      }
      progress++;
      if (plan.waiting) {
        return; // it was answered, and is to be tried again later
      }
    }
    PlugOperation again = plan.lookAgain();
    if (again != null) {
      planning.addAgain(plan, again);
      return;
    }
    String vifId = plan.plan().vifId();
    observation.ended(vifId); // before anybody is told, who may look
    try {
      plan.complete(telling);
    } catch (RuntimeException | Error thrown) {
      errorHandler.accept(thrown);
    }
    beginNext(plan, vifId);
  }

  /** Begins the next request on the VIF of a plan that has ended. */
  private void beginNext(PlanExecution plan, String vifId) {
    progress++;
    if (plan.isPlannedHere()) {
      planning.ended(vifId);
    }
    for (PlugOperation next = plan.nextFollower(); next != null; next = plan.nextFollower()) {
      followers--;
      if (begin(plan, next, vifId)) {
        return;
      }
    }
    byVif.remove(vifId);
  }

  /** As {@link #take}; what is thrown is the end of this plan alone. */
  private boolean attempt(PlanExecution plan, Step step) {
    long mark = round.mark();
    try {
      if (plan.isSharedUndoUndecided()) {
        plan.decideSharedUndo(shared.isInUse(plan.plan()));
        return true;
      }
      return take(plan, step);
    } catch (RuntimeException | Error thrown) {
      round.rollback(mark);
      FailureCause fault = FailureCause.of(thrown);
      String words = fault.isOurs() ? "an error of fastvif's own: " : "";
      plan.failed(step, fault.errno(), words + fault.detail());
      if (fault.isOurs()) {
        errorHandler.accept(thrown);
      }
      return true;
    }
  }

  /** Does a step or puts it into the send; returns whether the plan can go on at once. */
  private boolean take(PlanExecution plan, Step step) {
    // Not a switch over types, of which the JVM makes a class anew at each start of the command.
    if (step instanceof NetlinkStep message) {
      return (message instanceof NetlinkStep.RetireBridge bridge && !retired.takesMore())
          ? delete(plan, new DeleteLink(bridge.name(), bridge.index(), bridge.group()))
          : retired.encode(plan, message, round);
    }
    if (step instanceof DeleteLink delete) {
      return delete(plan, delete);
    }
    if (step instanceof LocalStep local) {
      locals.perform(plan, local);
      return true;
    }
    plan.waiting = true;
    if (step instanceof OvsStep change) {
      ovs.add(plan, plan.isUndoing() ? shared.withoutUsed(plan, change) : change);
    } else if (step instanceof ForwardingStep forwarding) {
      filters.add(plan, forwarding);
    } else if (step instanceof SlowStep work) {
      slow.begin(plan, work);
    } else if (step instanceof WaitingStep wait) {
      waits.begin(plan, wait);
    } else {
      slow.begin(plan, (PluginStep) step);
    }
    return false;
  }

  /** Gives a link to a lane, unless somebody uses it or it is gone. */
  private boolean delete(PlanExecution plan, DeleteLink step) {
    int index = round.index(plan, step.name(), step.index());
    if (index <= 0) {
      answers.answered(plan, step, index, null);
      return true;
    }
    String user = plan.isUndoing() && plan.isShared() ? shared.otherUser(plan, step, index) : null;
    if (user != null) {
      plan.failed(step, 0, user);
      return true;
    }
    if (deletions.add(plan, step, index, !plan.isShared())) {
      plan.waiting = true;
    }
    return false;
  }

  /** Ends the threads that delete; nothing may be under way. */
  @Override
  public void close() {
    for (AutoCloseable part :
        new AutoCloseable[] {retired, deletions, planning, filters, helpers}) {
      try {
        part.close();
      } catch (Exception | Error thrown) {
        errorHandler.accept(thrown);
      }
    }
  }
}
