package io.fastvif.engine;

import io.fastvif.bindings.Errno;
import io.fastvif.plan.ForwardingStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SharedBridge;
import io.fastvif.plan.Step;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.agrona.collections.Hashing;
import org.agrona.collections.Object2ObjectHashMap;

/**
 * Executes plans in rounds: in each round every plan takes its next step, and all steps that are
 * netlink messages go to the kernel in one send. A plan begins and ends at any round, whatever the
 * others do. Used by the engine's thread alone.
 */
final class BatchExecutor implements AutoCloseable {
  private static final int INITIAL_PLANS = 128;

  /** Enough that a send costs nothing beside its messages. */
  private static final int SEND_MESSAGES = 512;

  private final Transport transport;
  private final OvsTransport ovs;
  private final Consumer<Throwable> errorHandler;
  private final int limit;
  private final Object2ObjectHashMap<String, PlanExecution> byVif;
  private final StepEncoder steps;
  private final RetiredBridges retired;

  /** The plans under way, in the order in which they began, and those to be used again. */
  private final PlanExecution[] active;

  private final PlanExecution[] unused;
  private int activeCount;
  private int unusedCount;
  private int followers;
  private int progress;

  private final DeletionLanes deletions;
  private final SlowSteps slow;
  private final FilterBatch filters;
  private final EngineCounters counters;
  private final Snapshots snapshots;
  private final PlanningThread planning;
  private final Refusals refusals;

  /** The plans whose messages are in the encoder, in the messages' order. */
  private final PlanExecution[] sent;

  private final AckHandler acknowledgements = this::acknowledged;
  private final IntSupplier[] parts;
  private int sentCount;
  private int firstSequence;
  private boolean sendFull;
  private boolean planningStopped;
  private final PlanningThread.Answers plannedAnswers = this::planned;

  /**
   * @param ports does the steps on vhost-user ports
   * @param limit how many plans may be under way at once
   * @param errorHandler told what is thrown where nobody else can be told
   * @param wake called by another thread when there is something to do for {@link #work()}
   * @param counters told of each send
   */
  BatchExecutor(
      Transport transport,
      OvsTransport ovs,
      VhostUserPorts ports,
      int limit,
      Consumer<Throwable> errorHandler,
      Runnable wake,
      EngineCounters counters) {
    this.transport = transport;
    this.counters = counters;
    this.ovs = ovs;
    this.errorHandler = errorHandler;
    this.limit = limit;
    active = new PlanExecution[limit];
    unused = new PlanExecution[limit];
    byVif = new Object2ObjectHashMap<>(INITIAL_PLANS, Hashing.DEFAULT_LOAD_FACTOR);
    steps = new StepEncoder(transport);
    retired = new RetiredBridges(transport, errorHandler, wake);
    deletions = new DeletionLanes(transport, limit, this::answered, errorHandler, wake);
    slow = new SlowSteps(transport, ports, wake);
    filters = new FilterBatch(transport);
    snapshots = new Snapshots(transport, ovs, ports, retired);
    planning = new PlanningThread(snapshots::take, wake);
    refusals = new Refusals(transport, this::isMadeByAnother);
    sent = new PlanExecution[Math.min(SEND_MESSAGES, transport.messageLimit())];
    parts =
        new IntSupplier[] {
          this::plan,
          deletions::collect,
          this::round,
          () -> filters.work(filterAnswers),
          () -> ovs.work(ovsAnswers),
          () -> slow.collect(slowAnswers),
          deletions::begin,
          this::dropEnded,
          () -> retired.work(activeCount == 0)
        };
  }

  /**
   * Takes a request; it begins with the next {@link #work()}, or when the one before it on the same
   * VIF has ended.
   *
   * @return false if there are too many already: add it again later
   */
  boolean add(PlugOperation request) {
    PlanExecution sameVif = byVif.get(request.vifId());
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
    PlanExecution plan = unusedCount == 0 ? new PlanExecution() : unused[--unusedCount];
    begin(plan, request);
    active[activeCount++] = plan;
    byVif.put(request.vifId(), plan);
    return true;
  }

  private void begin(PlanExecution plan, PlugOperation request) {
    plan.begin(request);
    if (plan.isPlanning()) {
      planning.add(plan, request);
    }
  }

  /** Begins none of the operations any more that are still to be planned: they fail. */
  void stopPlanning() {
    planningStopped = true;
  }

  /** Whether {@link #work()} would begin plans that were made, or have some made. */
  boolean hasPlanned() {
    return planning.isFinished() || (planning.isReady() && !isUndoingShared());
  }

  /** Takes snapshots of the host, for any thread. */
  Snapshots snapshots() {
    return snapshots;
  }

  private int plan() {
    int progress = planning.collect(plannedAnswers);
    if (planning.isReady()) {
      if (planningStopped) {
        planning.refuse(plannedAnswers, new EngineClosedException());
        progress++;
      } else if (!isUndoingShared()) {
        planning.begin();
        progress++;
      }
    }
    return progress;
  }

  /** Whether something is being taken back that a plan made now would count on. */
  private boolean isUndoingShared() {
    for (int i = 0; i < activeCount; i++) {
      if (active[i].isActive() && active[i].isUndoingShared()) {
        return true;
      }
    }
    return false;
  }

  private void planned(PlanExecution plan, PlugPlan made, Throwable problem) {
    if (problem == null && !planningStopped) {
      plan.planned(made);
      return;
    }
    Throwable reason = problem == null ? new EngineClosedException() : problem;
    String vifId = plan.plan().vifId();
    try {
      plan.notPlanned(PlanningFailure.of(vifId, reason, errorHandler));
    } catch (RuntimeException | Error thrown) {
      errorHandler.accept(thrown);
    }
    beginNext(plan, vifId);
  }

  /** Whether slow steps have ended that {@link #work()} would answer. */
  boolean hasFinishedSlowSteps() {
    return slow.isFinished();
  }

  /** Whether there is nothing under way, and no bridge left to be deleted. */
  boolean isIdle() {
    return activeCount == 0 && retired.isEmpty();
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
   * @return 0 if nothing can be done but wait: for deletions, slow steps, Open vSwitch, or requests
   */
  int work() {
    progress = 0;
    for (IntSupplier part : parts) {
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

  private final SlowSteps.Answers slowAnswers =
      new SlowSteps.Answers() {
        @Override
        public void answered(
            PlanExecution plan,
            Step step,
            boolean changed,
            int errno,
            String problem,
            String note) {
          if (note != null) {
            plan.left(note);
          }
          if (problem != null) {
            plan.failed(step, errno, problem);
          } else if (changed) {
            plan.succeeded();
          } else {
            plan.satisfied();
          }
        }

        @Override
        public void released(PlanExecution plan) {
          plan.retry();
        }
      };

  private final FilterBatch.Answers filterAnswers =
      (plan, step, changed, problem) -> {
        if (problem != null) {
          plan.failed(step, 0, problem);
        } else if (changed) {
          plan.succeeded();
        } else {
          plan.satisfied();
        }
      };

  /** Whether {@link #work()} would get something from Open vSwitch, or send it something. */
  boolean isOvsReady() {
    return ovs.isReady();
  }

  private final OvsTransport.Answers ovsAnswers =
      new OvsTransport.Answers() {
        @Override
        public void done(PlanExecution plan, Step step) {
          plan.succeeded();
        }

        @Override
        public void satisfied(PlanExecution plan, Step step) {
          plan.satisfied();
        }

        @Override
        public void failed(PlanExecution plan, Step step, String problem) {
          plan.failed(step, 0, problem);
        }

        @Override
        public void unknown(PlanExecution plan, Step step, String problem) {
          plan.unknown(step, 0, problem);
        }
      };

  private int round() {
    transport.encoder().reset();
    sentCount = 0;
    sendFull = false;
    for (int i = 0; i < activeCount; i++) {
      if (active[i].isActive() && !active[i].waiting) {
        advance(active[i]);
      }
    }
    int messages = sentCount;
    if (messages > 0) {
      counters.sent(messages);
      exchange();
    }
    return messages;
  }

  private void exchange() {
    try {
      transport.exchange(acknowledgements);
    } catch (RuntimeException | Error broken) {
      errorHandler.accept(broken);
      for (int i = 0; i < sentCount; i++) {
        if (sent[i] != null) {
          lost(sent[i], broken);
        }
      }
    }
    sentCount = 0;
  }

  /** The kernel has done a plan's step, or not: its answer was lost. */
  private void lost(PlanExecution plan, Throwable broken) {
    Step step = plan.next();
    Fault fault = Fault.of(broken);
    if (step instanceof Step.RenameLink) {
      plan.renaming.reset();
      plan.failedWhenDone(step, fault); // giving a link the name that it has is nothing
      return;
    }
    try {
      String name = Refusals.takenName(step, Errno.EEXIST);
      int index = name == null ? 0 : transport.linkIndex(name);
      if (index > 0 && transport.ownership(index, plan.plan().vifId()) == Ownership.OWN) {
        plan.failedWhenDone(step, fault);
        return;
      }
    } catch (RuntimeException | Error thrown) {
      errorHandler.accept(thrown);
    }
    plan.unknown(step, fault.errno(), fault.detail());
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
    for (int i = kept; i < activeCount; i++) {
      active[i] = null;
    }
    activeCount = kept;
    return 0;
  }

  /** Takes a plan forward until it waits for the kernel, for room in a send, or has ended. */
  private void advance(PlanExecution plan) {
    for (Step step = plan.next(); step != null; step = plan.next()) {
      if (plan.isSharedUndoUndecided() && isAnyGoingForward(plan.plan().shared())) {
        return; // one of them may be about to use what would be undone
      }
      if (!attempt(plan, step)) {
        return;
      }
      progress++;
    }
    String vifId = plan.plan().vifId();
    try {
      plan.complete();
    } catch (RuntimeException | Error thrown) {
      errorHandler.accept(thrown);
    }
    beginNext(plan, vifId);
  }

  private boolean isAnyGoingForward(SharedBridge shared) {
    if (planning.isUnderWay()) {
      return true; // a plan that is being made may count on what is to be undone
    }
    for (int i = 0; i < activeCount; i++) {
      PlanExecution plan = active[i];
      if (plan.isActive() && !plan.isUndoing() && shared.equals(plan.plan().shared())) {
        return true;
      }
    }
    return false;
  }

  /** Begins the next request on the VIF of a plan that has ended. */
  private void beginNext(PlanExecution plan, String vifId) {
    progress++;
    if (plan.isPlannedHere()) {
      planning.ended(vifId);
    }
    PlugOperation next = plan.nextFollower();
    if (next == null) {
      byVif.remove(vifId);
    } else {
      followers--;
      begin(plan, next);
    }
  }

  /** Whether a port has come since planning, which may rely on what the plan did for all. */
  private boolean isInUse(SharedBridge shared) {
    int bridge = transport.linkIndex(shared.bridge());
    Set<Integer> others = new HashSet<>(shared.formerPorts());
    if (shared.uplink() != null) {
      others.add(transport.linkIndex(shared.uplink()));
    }
    return bridge > 0 && transport.linkOn(bridge, others) != null;
  }

  /** Who else uses a link that the plan made for several VIFs; the bridge was looked at before. */
  private String otherUser(PlanExecution plan, Step.DeleteLink delete, int index) {
    SharedBridge shared = plan.plan().shared();
    return shared != null && delete.name().equals(shared.bridge())
        ? null
        : transport.linkOn(index, Set.of());
  }

  /** As {@link #take}; what is thrown is the end of this plan alone. */
  private boolean attempt(PlanExecution plan, Step step) {
    long mark = transport.encoder().mark();
    try {
      if (plan.isSharedUndoUndecided()) {
        plan.decideSharedUndo(isInUse(plan.plan().shared()));
        return true;
      }
      return take(plan, step);
    } catch (RuntimeException | Error thrown) {
      transport.encoder().rollback(mark);
      sendFull = true; // the sequence numbers that were taken are not used again
      Fault fault = Fault.of(thrown);
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
    switch (step) {
      case Step.CreateTap tap -> {
        int result = transport.createTap(tap, plan.plan().vifId());
        answered(plan, step, result, Refusals.ofTap(result));
      }
      case Step.DisableIpv6 ipv6 ->
          answered(plan, step, transport.disableIpv6(ipv6.name(), ipv6.disabled()), null);
      case Step.SetSysctl sysctl -> answered(plan, step, transport.setSysctl(sysctl), null);
      case Step.DeleteLink delete -> {
        int index = steps.index(plan, delete.name(), delete.index());
        if (index > 0) {
          String user = plan.isUndoing() && plan.isShared() ? otherUser(plan, delete, index) : null;
          if (user != null) {
            plan.failed(step, 0, user);
            return true;
          }
          delete(plan, delete, index);
          return false;
        }
        answered(plan, step, index, null);
      }
      case Step.RetireBridge retire -> {
        if (!retired.takesMore()) {
          delete(
              plan,
              new Step.DeleteLink(retire.name(), retire.index(), retire.group()),
              retire.index());
          return false;
        }
        return encode(plan, step);
      }
      case Step.ChangeOvs change -> {
        return awaitOvs(plan, change);
      }
      case Step.AwaitOvs await -> {
        return awaitOvs(plan, await);
      }
      case ForwardingStep forwarding -> {
        plan.waiting = true;
        filters.add(plan, forwarding);
        return false;
      }
      case Step.Slow waiting -> {
        plan.waiting = true;
        slow.begin(plan, waiting);
        return false;
      }
      default -> {
        return encode(plan, step);
      }
    }
    return true;
  }

  private boolean awaitOvs(PlanExecution plan, Step step) {
    plan.waiting = true;
    ovs.add(plan, step);
    return false;
  }

  private void delete(PlanExecution plan, Step.DeleteLink step, int index) {
    if (deletions.add(plan, step, index, !plan.isShared())) {
      plan.waiting = true;
    }
  }

  /** Puts a step into the send; returns whether it was answered instead. */
  private boolean encode(PlanExecution plan, Step step) {
    if (sendFull || sentCount == sent.length) {
      return false;
    }
    int result = steps.encode(plan, step);
    if (result > 0) {
      if (sentCount == 0) {
        firstSequence = steps.sequence();
      }
      plan.waiting = true;
      sent[sentCount++] = plan;
      return false;
    }
    if (result == 0 && sentCount > 0) {
      sendFull = true; // its turn comes with the next send
      return false;
    }
    answered(plan, step, result == 0 ? -Errno.EMSGSIZE : result, steps.problem());
    return true;
  }

  private void acknowledged(int sequence, int errno, String message) {
    int place = sequence - firstSequence;
    if (place >= 0 && place < sentCount && sent[place] != null) { // not one of an exchange before
      PlanExecution plan = sent[place];
      sent[place] = null;
      answered(plan, plan.next(), -errno, message);
    }
  }

  /**
   * What became of a plan's step: 0, or a negated error number with the kernel's message if any.
   */
  private void answered(PlanExecution plan, Step step, int result, String message) {
    try {
      judge(plan, step, result, message);
    } catch (RuntimeException | Error thrown) {
      Fault fault = Fault.of(thrown);
      if (result == 0) {
        plan.failedWhenDone(step, fault);
      } else {
        String words = message == null ? "" : message + "; ";
        plan.failed(step, -result, words + "what is there is not known: " + fault.detail());
      }
      if (fault.isOurs()) {
        errorHandler.accept(thrown);
      }
    }
  }

  private void judge(PlanExecution plan, Step step, int result, String message) {
    if (step instanceof Step.RenameLink rename) {
      renamed(plan, rename, plan.renaming.answered(rename, result, message, otherLinks));
    } else if (result == 0) {
      noteMade(plan, step);
      if (step instanceof Step.RetireBridge bridge) {
        retired.add(bridge);
      }
      plan.succeeded();
    } else {
      switch (refusals.meaning(plan, step, -result)) {
        case AS_WANTED -> plan.satisfied();
        case ADOPTED -> plan.adopted();
        case RETRY -> {
          plan.waiting = true;
          slow.awaitRelease(plan, transport.linkIndex(Refusals.takenName(step, -result)));
        }
        case IGNORED -> plan.ignored(step);
        case FAILED -> plan.failed(step, -result, refusals.detail(step, -result, message));
      }
    }
  }

  private void renamed(PlanExecution plan, Step step, Renaming.Verdict verdict) {
    Renaming renaming = plan.renaming;
    switch (verdict) {
      case AGAIN -> {
        plan.waiting = false;
        return;
      }
      case LATER -> {
        slow.pause(plan);
        return;
      }
      case DONE -> plan.succeeded();
      case FAILED -> plan.failed(step, renaming.errno(), renaming.detail());
    }
    renaming.reset();
  }

  private final Renaming.Links otherLinks =
      new Renaming.Links() {
        @Override
        public int linkIndex(String name) {
          return transport.linkIndex(name);
        }

        @Override
        public boolean isLeaving(int index) {
          for (int i = 0; i < activeCount; i++) {
            if (active[i].isActive() && active[i].willRename(index)) {
              return true;
            }
          }
          return false;
        }
      };

  private void noteMade(PlanExecution plan, Step step) {
    String name =
        switch (step) {
          case Step.CreateTap tap -> tap.name();
          case Step.CreateVeth veth -> veth.name();
          case Step.CreateMacvtap macvtap -> macvtap.name();
          case Step.CreateBridge bridge -> plan.isShared() ? null : bridge.name();
          default -> null;
        };
    if (name != null) {
      plan.made(name, transport.linkIndex(name));
    }
  }

  private boolean isMadeByAnother(PlanExecution plan, String name) {
    for (int i = 0; i < activeCount; i++) {
      if (active[i] != plan && active[i].isActive() && active[i].madeIndex(name) > 0) {
        return true;
      }
    }
    return false;
  }

  /** Ends the threads that delete; nothing may be under way. */
  @Override
  public void close() {
    for (AutoCloseable part : List.of(retired, deletions, slow, planning, filters)) {
      try {
        part.close();
      } catch (Exception | Error thrown) {
        errorHandler.accept(thrown);
      }
    }
  }
}
