package io.fastvif.engine;

import io.fastvif.bindings.Errno;
import io.fastvif.plan.Action;
import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.Step;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Where one plan of a batch stands: forwards step by step, or backwards through the undo of what it
 * did. Made once for each place in a batch and used again.
 */
final class PlanExecution {
  private static final int MAX_RETRIES = 3;

  private PlugOperation request;
  private PlugPlan plan;
  private boolean planning;
  private boolean planned;
  private int cursor;
  private boolean undoing;
  private boolean created;
  private boolean changed;
  private final BitSet done = new BitSet();

  private final List<String> madeNames = new ArrayList<>();
  private int[] madeIndexes = new int[4];

  private String failedStep;
  private int failedErrno;
  private String failedDetail;
  private final List<String> leftBehind = new ArrayList<>();

  private boolean sharedUndoDecided;
  private int retries;

  /** Where the renaming of a link stands, if the step is one. */
  final Renaming renaming = new Renaming();

  /** When the plan's steps on Open vSwitch are given up; 0 before the first of them. */
  private long ovsDeadline;

  private final ArrayDeque<PlugOperation> followers = new ArrayDeque<>();

  /** Whether an answer is awaited. */
  boolean waiting;

  void begin(PlugOperation newRequest) {
    retries = 0;
    request = newRequest;
    begin(newRequest.plan());
    planning = plan == null;
    planned = planning;
    if (planning) {
      plan = unplanned(newRequest.vifId());
      waiting = true;
    }
  }

  private static PlugPlan unplanned(String vifId) {
    return new PlugPlan(vifId, "", Action.PLUG, List.of(), null, List.of(), List.of());
  }

  /** The plan was made: it is executed from here. */
  void planned(PlugPlan newPlan) {
    planning = false;
    begin(newPlan);
  }

  /** No plan could be made. */
  void notPlanned(PlugFailure reason) {
    planning = false;
    waiting = false;
    PlugOperation ended = request;
    request = null;
    plan = null;
    ended.completed(Outcome.FAILED, reason);
  }

  private void begin(PlugPlan newPlan) {
    plan = newPlan;
    cursor = 0;
    undoing = false;
    created = false;
    changed = false;
    done.clear();
    madeNames.clear();
    failedStep = null;
    leftBehind.clear();
    sharedUndoDecided = false;
    ovsDeadline = 0;
    renaming.reset();
    waiting = false;
  }

  /** The interface group in which links are created for the VIF. */
  int creationGroup() {
    return LinkGroups.making(plan.vifId());
  }

  /** Whether a step that could not be done is to be tried again, which counts as a try. */
  boolean mayRetry() {
    return ++retries <= MAX_RETRIES;
  }

  /** The step is tried again with the next round. */
  void retry() {
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

  /** Whether the undo of what other VIFs may use is next, or being done. */
  boolean isUndoingShared() {
    return undoing && next() != null && plan.steps().get(cursor).shared();
  }

  /** Whether a request is being executed here. */
  boolean isActive() {
    return request != null;
  }

  PlugPlan plan() {
    return plan;
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

  /** The step to do now; null when there is none left. */
  Step next() {
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
      if (isDue && taken instanceof Step.RenameLink rename && rename.index() == index) {
        return true;
      }
    }
    return false;
  }

  /** Whether the undo that {@link #next()} gave touches what other VIFs may use. */
  boolean isSharedUndoUndecided() {
    return undoing && plan.steps().get(cursor).shared() && !sharedUndoDecided;
  }

  /** Whether the step that was just done or refused is one that other VIFs may rely on. */
  boolean isShared() {
    return plan.steps().get(cursor).shared();
  }

  /** Whether the step that was just done or refused only keeps something as it is. */
  boolean isKeeping() {
    return !undoing && plan.steps().get(cursor).keeping();
  }

  /** Decides for all of the plan's shared steps whether they are undone. */
  void decideSharedUndo(boolean inUse) {
    sharedUndoDecided = true;
    if (inUse) {
      for (int i = 0; i <= cursor; i++) {
        if (plan.steps().get(i).shared()) {
          done.clear(i);
        }
      }
    }
  }

  /** The step was done and changed something. */
  void succeeded() {
    waiting = false;
    if (undoing) {
      cursor--;
      return;
    }
    changed |= !isKeeping();
    done.set(cursor);
    if (isEnsuring(plan.steps().get(cursor).step())) {
      created = true;
    }
    cursor++;
  }

  /** There was nothing to do for the step, so there is nothing to undo either. */
  void satisfied() {
    waiting = false;
    if (undoing) {
      cursor--;
      return;
    }
    if (isEnsuring(plan.steps().get(cursor).step())) {
      created = false;
    }
    cursor++;
  }

  /**
   * What the step would create is there, half made: by another plan that is about to finish it, or
   * by a process that was killed. It is finished here too, and taken back by whoever made it.
   */
  void adopted() {
    waiting = false;
    created = true;
    changed = true;
    cursor++;
  }

  /** The driver does not know what the step asks of it, and need not. */
  void ignored(Step step) {
    if (!undoing) {
      request.ignored(step);
    }
    satisfied();
  }

  /** Something was left as it is, because somebody uses it. */
  void left(String note) {
    request.left(note);
  }

  /**
   * When to give up the plan's steps on Open vSwitch: one limit holds for them together, and one
   * for taking them back.
   */
  long ovsDeadline(Duration limit) {
    if (ovsDeadline == 0) {
      ovsDeadline = (System.nanoTime() + limit.toNanos()) | 1; // 0 stands for none
    }
    return ovsDeadline;
  }

  /** Nobody knows whether the step was done, or will be: it may be left behind. */
  void unknown(Step step, int errno, String detail) {
    if (!undoing && !isPartial(step)) {
      leftBehind.add("perhaps, for nobody knows whether it was done: " + step);
    }
    failed(step, errno, detail);
  }

  /** The step was done, and then something went wrong: it is undone with those before it. */
  void failedWhenDone(Step step, Fault fault) {
    int place = cursor;
    boolean forward = !undoing;
    failed(step, fault.errno(), fault.detail());
    if (forward) {
      done.set(place);
      cursor = place;
    }
  }

  /** The step failed: from here the plan goes backwards. */
  void failed(Step step, int errno, String detail) {
    waiting = false;
    if (undoing) {
      leftBehind.add(
          step
              + (errno == 0 ? "" : ": " + Errno.name(errno))
              + (detail.isEmpty() ? "" : ": " + detail));
    } else {
      failedStep = step.toString();
      failedErrno = errno;
      failedDetail = detail;
      undoing = true;
      ovsDeadline = 0;
      if (isPartial(step) && errno != Errno.ENODEV) {
        // The kernel takes a message's settings one by one: those before the refused one are done.
        done.set(cursor);
        return;
      }
    }
    cursor--;
  }

  private static boolean isPartial(Step step) {
    return step instanceof Step.ConfigureLink || step instanceof Step.ConfigureVf;
  }

  private static boolean isEnsuring(Step step) {
    return step instanceof Step.CreateBridge || step instanceof Step.CreateVlan;
  }

  /** Notes the index of a link that this plan made. */
  void made(String name, int index) {
    if (madeNames.size() == madeIndexes.length) {
      madeIndexes = Arrays.copyOf(madeIndexes, 2 * madeIndexes.length);
    }
    madeIndexes[madeNames.size()] = index;
    madeNames.add(name);
  }

  /** The index of the link of that name if this plan made it, otherwise 0. */
  int madeIndex(String name) {
    for (int i = madeNames.size() - 1; i >= 0; i--) {
      if (madeNames.get(i).equals(name)) {
        return madeIndexes[i];
      }
    }
    return 0;
  }

  /** Tells the request how its plan ended, and lets go of it. */
  void complete() {
    PlugOperation ended = request;
    PlugPlan executed = plan;
    request = null;
    plan = null;
    if (failedStep != null) {
      ended.completed(
          Outcome.FAILED,
          new PlugFailure(executed.vifId(), failedStep, failedErrno, failedDetail, leftBehind));
    } else if (!changed) {
      ended.completed(Outcome.UNCHANGED, null);
    } else {
      ended.completed(
          switch (executed.action()) {
            case PLUG -> Outcome.PLUGGED;
            case UNPLUG -> Outcome.UNPLUGGED;
            case CHANGE -> Outcome.CHANGED;
          },
          null);
    }
  }
}
