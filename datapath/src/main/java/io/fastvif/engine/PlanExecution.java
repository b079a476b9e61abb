package io.fastvif.engine;

import io.fastvif.bindings.Errno;
import io.fastvif.engine.kernel.LinkPlan;
import io.fastvif.engine.kernel.Renaming;
import io.fastvif.engine.ovs.OvsPlanUnderWay;
import io.fastvif.engine.side.FailureCause;
import io.fastvif.plan.Action;
import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.Step;
import io.fastvif.trace.Log;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;

/**
 * Where one plan of a batch stands: forwards step by step, or backwards through the undo of what it
 * did. Made once for each place in a batch and used again.
 */
final class PlanExecution implements LinkPlan, OvsPlanUnderWay {
  private static final int MAX_RETRIES = 3;

  private PlugOperation request;
  private PlugPlan plan;
  private boolean planning;
  private boolean planned;
  int cursor; // the place of next() among the plan's steps
  private boolean undoing;
  private boolean created;
  private boolean changed;
  private final BitSet done = new BitSet();

  private final MadeLinks made = new MadeLinks();

  private String failedStep;
  private FailureCause failure;

  /** The network namespace's name; null for the process's own. */
  private final String namespace;

  /** Null if nobody records. */
  private OperationRecording recording;

  private final List<String> leftBehind = new ArrayList<>();

  /** What the request has thrown when it was told something; null for nothing. */
  private Throwable refused;

  private boolean sharedUndoDecided;
  private int retries;
  private final SecondLook look = new SecondLook();

  private final Renaming renaming = new Renaming();

  /** When the plan's steps on Open vSwitch are given up; 0 before the first of them. */
  private long ovsDeadline;

  private final ArrayDeque<PlugOperation> followers = new ArrayDeque<>();

  /** Whether an answer is awaited. */
  boolean waiting;

  PlanExecution() {
    this(null);
  }

  /**
   * @param namespace the network namespace's name; null for the process's own
   */
  PlanExecution(String namespace) {
    this.namespace = namespace;
  }

  /**
   * Begins a request, unless it throws when it is asked for its plan: then nothing is begun.
   *
   * @param vifId what the request has said that its VIF is
   */
  void begin(PlugOperation newRequest, String vifId) {
    PlugPlan ready = newRequest.plan();
    if (ready != null && !ready.vifId().equals(vifId)) {
      throw new IllegalArgumentException("planned for the VIF " + ready.vifId());
    }
    recording = OperationRecording.begin();
    retries = 0;
    look.reset();
    request = newRequest;
    begin(ready);
    planning = plan == null;
    planned = planning;
    if (planning) {
      plan = new PlugPlan(vifId, "", Action.PLUG, List.of(), null, List.of(), List.of());
      waiting = true;
    }
  }

  /** The plan was made: it is executed from here. */
  void planned(PlugPlan newPlan) {
    planning = false;
    boolean before = look.end() && changed;
    begin(newPlan);
    changed = before;
  }

  /** The request, if what is left of it is to be planned now; null if not. */
  PlugOperation lookAgain() {
    planning = planned && changed && failedStep == null && look.begin(plan);
    waiting = planning;
    return planning ? request : null;
  }

  /** Gives up a look at what is left; false if there was none. */
  boolean endLook() {
    if (!look.isUnderWay()) {
      return false;
    }
    look.giveUp();
    planning = false;
    waiting = false;
    return true;
  }

  /** No plan could be made. */
  void notPlanned(PlugFailure reason) {
    planning = false;
    waiting = false;
    PlugOperation ended = request;
    request = null;
    plan = null;
    recorded(reason.vifId(), "", null, Outcome.FAILED, reason);
    ended.completed(Outcome.FAILED, reason);
  }

  private void begin(PlugPlan newPlan) {
    plan = newPlan;
    cursor = 0;
    undoing = false;
    created = false;
    changed = false;
    done.clear();
    made.clear();
    failedStep = null;
    leftBehind.clear();
    refused = null;
    sharedUndoDecided = false;
    ovsDeadline = 0;
    renaming.reset();
    waiting = false;
  }

  @Override
  public int creationGroup() {
    return LinkGroups.making(plan.vifId());
  }

  @Override
  public boolean mayRetry() {
    return ++retries <= MAX_RETRIES;
  }

  @Override
  public void waits() {
    waiting = true;
  }

  @Override
  public void retry() {
    waiting = false;
  }

  /** Whether the request waits for its plan. */
  boolean isPlanning() {
    return planning;
  }

  /** Whether the plan was, or is being, made for this request when its turn had come. */
  boolean isPlannedHere() {
    return planned;
  }

  /** Whether a plan made now would count on what this one is about to change for all. */
  boolean isAmidShared() {
    if (next() == null) {
      return false;
    }
    return undoing
        ? SharedSteps.areTakenBack(plan.steps(), done, cursor, sharedUndoDecided)
        : SharedSteps.areMarked(plan.steps(), cursor);
  }

  /** Whether a request is being executed here. */
  boolean isActive() {
    return request != null;
  }

  PlugPlan plan() {
    return plan;
  }

  @Override
  public String vifId() {
    return plan.vifId();
  }

  @Override
  public Renaming renaming() {
    return renaming;
  }

  /** Keeps a request on the same VIF until this one has ended. */
  void follow(PlugOperation follower) {
    followers.add(follower);
  }

  /** The request to execute here next; null if there is none. */
  PlugOperation nextFollower() {
    return followers.poll();
  }

  boolean isUndoing() {
    return undoing;
  }

  @Override
  public Step next() {
    if (undoing) {
      while (cursor >= 0 && (!done.get(cursor) || plan.steps().get(cursor).undo() == null)) {
        cursor--;
      }
      return cursor < 0 ? null : plan.steps().get(cursor).undo();
    }
    while (cursor < plan.steps().size()) {
      PlannedStep planned = plan.steps().get(cursor);
      if (!planned.onlyIfCreated() || created) {
        return planned.step();
      }
      cursor++;
    }
    return null;
  }

  /** Whether a step that is still to be done renames the link of that index. */
  boolean willRename(int index) {
    int step = undoing ? -1 : 1;
    for (int i = cursor; i >= 0 && i < plan.steps().size(); i += step) {
      PlannedStep planned = plan.steps().get(i);
      boolean isDue = !undoing || done.get(i);
      Step taken = undoing ? planned.undo() : planned.step();
      if (isDue && taken instanceof NetlinkStep.RenameLink rename && rename.index() == index) {
        return true;
      }
    }
    return false;
  }

  /** Whether the undo that {@link #next()} gave touches what other VIFs may use. */
  boolean isSharedUndoUndecided() {
    return undoing && plan.steps().get(cursor).shared() && !sharedUndoDecided;
  }

  @Override
  public boolean isShared() {
    return plan.steps().get(cursor).shared();
  }

  @Override
  public boolean isKeeping() {
    return !undoing && plan.steps().get(cursor).keeping();
  }

  /** Decides for all of the plan's shared steps whether they are undone. */
  void decideSharedUndo(boolean inUse) {
    sharedUndoDecided = true;
    for (int i = 0; inUse && i <= cursor; i++) {
      if (plan.steps().get(i).shared()) {
        done.clear(i);
      }
    }
  }

  @Override
  public void succeeded() {
    waiting = false;
    if (undoing) {
      cursor--;
      return;
    }
    changed |= !isKeeping();
    done.set(cursor);
    if (StepKinds.isEnsuring(plan.steps().get(cursor).step())) {
      created = true;
    }
    cursor++;
  }

  @Override
  public void satisfied() {
    waiting = false;
    if (undoing) {
      cursor--;
      return;
    }
    if (StepKinds.isEnsuring(plan.steps().get(cursor).step())) {
      created = false;
    }
    cursor++;
  }

  @Override
  public void adopted() {
    waiting = false;
    created = true;
    changed = true;
    cursor++;
  }

  @Override
  public void ignored(Step step) {
    if (!undoing) {
      try {
        request.ignored(step);
      } catch (RuntimeException | Error thrown) {
        refused = thrown;
      }
    }
    satisfied();
  }

  @Override
  public void left(String note) {
    try {
      request.left(note);
    } catch (RuntimeException | Error thrown) {
      refused = thrown;
    }
  }

  @Override
  public long ovsDeadline(Duration limit) {
    if (ovsDeadline == 0) {
      ovsDeadline = (System.nanoTime() + limit.toNanos()) | 1; // 0 stands for none
    }
    return ovsDeadline;
  }

  @Override
  public void unknown(Step step, FailureCause cause) {
    if (!undoing && !StepKinds.isPartial(step)) {
      leftBehind.add("perhaps, for nobody knows whether it was done: " + StepWords.of(step));
    }
    failed(step, cause);
  }

  @Override
  public void failedWhenDone(Step step, FailureCause fault) {
    int place = cursor;
    boolean forward = !undoing;
    failed(step, fault);
    if (forward) {
      done.set(place);
      cursor = place;
    }
  }

  @Override
  public void failed(Step step, FailureCause cause) {
    waiting = false;
    int errno = cause.errno();
    String detail = cause.detail();
    if (undoing) {
      leftBehind.add(
          StepWords.of(step)
              + (errno == 0 ? "" : ": " + Errno.name(errno))
              + (detail.isEmpty() ? "" : ": " + detail));
    } else {
      failedStep = StepWords.of(step);
      failure = cause;
      undoing = true;
      ovsDeadline = 0;
      if (StepKinds.isPartial(step) && errno != Errno.ENODEV) {
        // The kernel takes a message's settings one by one: those before the refused one are done.
        done.set(cursor);
        return;
      }
    }
    cursor--;
  }

  @Override
  public void made(String name, int index) {
    made.add(name, index);
  }

  @Override
  public int madeIndex(String name) {
    return made.index(name);
  }

  /**
   * Ends the plan without another step, and fails what follows it.
   *
   * @param cause why nothing can be done or undone
   * @param engine what is closed, for those that were not begun
   * @param errorHandler told what a request throws
   */
  void giveUp(FailureCause cause, EngineName engine, Consumer<Throwable> errorHandler) {
    if (request != null) {
      try {
        giveUp(cause, engine);
      } catch (RuntimeException | Error thrown) {
        errorHandler.accept(thrown);
      }
    }
    for (PlugOperation next = followers.poll(); next != null; next = followers.poll()) {
      new EngineClosedException(engine).fail(next, errorHandler);
    }
  }

  private void giveUp(FailureCause cause, EngineName engine) {
    if (endLook()) {
      complete(Runnable::run);
      return;
    }
    if (planning) {
      notPlanned(new EngineClosedException(engine).failure(plan.vifId()));
      return;
    }
    Step step = next();
    if (step != null && waiting) {
      unknown(step, cause);
    }
    for (step = next(); step != null; step = next()) {
      failed(step, cause);
    }
    complete(Runnable::run);
  }

  /**
   * Tells the request how its plan ended, and lets go of it.
   *
   * @param telling takes what wakes who waits
   * @throws IllegalStateException if it threw what it was told before; it is ended all the same
   */
  void complete(Consumer<Runnable> telling) {
    PlugOperation ended = request;
    PlugPlan executed = plan;
    request = null;
    plan = null;
    PlugFailure failed = null;
    if (failedStep != null) {
      failed =
          new PlugFailure(
              executed.vifId(),
              failedStep,
              failure.errno(),
              failure.detail(),
              leftBehind,
              failure.kind());
      if (!leftBehind.isEmpty()) {
        Log.warning(PlanExecution.class, failed.message());
      }
    }
    Outcome outcome = outcome(executed);
    recorded(executed.vifId(), executed.name(), executed.action(), outcome, failed);
    telling.accept(ended.ended(outcome, failed));
    if (refused != null) {
      throw new IllegalStateException(
          "VIF "
              + executed.vifId()
              + ": the operation threw when it was told what was left: "
              + refused,
          refused);
    }
  }

  private Outcome outcome(PlugPlan executed) {
    if (failedStep != null) {
      return Outcome.FAILED;
    }
    if (!changed) {
      return Outcome.UNCHANGED;
    }
    return Outcome.of(executed.action());
  }

  private void recorded(
      String vifId, String device, Action action, Outcome outcome, PlugFailure reason) {
    if (recording != null) {
      recording.end(namespace, vifId, device, action, outcome, reason);
      recording = null;
    }
  }
}
