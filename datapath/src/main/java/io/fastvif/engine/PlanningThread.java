package io.fastvif.engine;

import io.fastvif.engine.side.HelperThreads;
import io.fastvif.engine.side.Worker;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlanClaims;
import io.fastvif.plan.PlugPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Plans the operations whose turn has come, on another thread than the engine's, but for a lone one
 * that nothing has to be read for: all that have gathered from one snapshot, in which their
 * predecessors are. Without such operations there is no thread. Used by the engine's thread alone.
 */
final class PlanningThread implements AutoCloseable {
  /** What its worker is for, in the thread's name. */
  static final String ROLE = "planning";

  /** Told what became of an operation. */
  interface Answers {
    /**
     * It was planned, or not.
     *
     * @param plan null if it was not
     * @param problem why not; null if it was
     */
    void planned(PlanExecution execution, PlugPlan plan, Throwable problem);
  }

  private record Due(PlanExecution execution, PlugOperation request, boolean again) {}

  /** What is handed over: operations to plan, and the VIFs whose plans have ended before. */
  private record Work(List<Due> due, List<String> ended) {}

  private record Answer(PlanExecution execution, PlugPlan plan, Throwable problem) {}

  private final Supplier<HostSnapshot> snapshots;
  private final Runnable onFinished;

  /** One handing over is under way at a time, and answered as a whole. */
  private final AtomicReference<Work> handedOver = new AtomicReference<>();

  private final AtomicReference<List<Answer>> finished = new AtomicReference<>();
  private final HelperThreads helpers;
  private final PlanClaims claims = new PlanClaims();
  private List<Due> gathered = new ArrayList<>();
  private List<String> ended = new ArrayList<>();
  private boolean underWay;
  private Worker worker;

  /**
   * @param snapshots takes a snapshot of the host
   * @param onFinished called on another thread when there is something to {@link #collect}
   */
  PlanningThread(Supplier<HostSnapshot> snapshots, Runnable onFinished, HelperThreads helpers) {
    this.helpers = helpers;
    this.snapshots = snapshots;
    this.onFinished = onFinished;
  }

  /** Takes an operation whose turn has come. */
  void add(PlanExecution execution, PlugOperation request) {
    gathered.add(new Due(execution, request, false));
  }

  /** Takes an operation that was executed, to find what has come since. */
  void addAgain(PlanExecution execution, PlugOperation request) {
    gathered.add(new Due(execution, request, true));
  }

  /** What the plan of that VIF took is the host's now, or free again. */
  void ended(String vifId) {
    ended.add(vifId);
  }

  /** Whether plans are being made, or were and are not collected yet. */
  boolean isUnderWay() {
    return underWay;
  }

  /** Whether {@link #begin} would hand something over. */
  boolean isReady() {
    return !underWay && !gathered.isEmpty();
  }

  /** Hands over what has gathered, once what was handed over before is planned. */
  void begin() {
    underWay = true;
    handedOver.set(new Work(gathered, ended));
    gathered = new ArrayList<>();
    ended = new ArrayList<>();
    try {
      if (worker == null) {
        worker = helpers.worker(ROLE, () -> planAll(handedOver.getAndSet(null), null));
      }
    } catch (OutOfMemoryError noThread) {
      planAll(handedOver.getAndSet(null), noThread);
      return;
    }
    worker.begin();
  }

  /**
   * Plans on the engine's thread what has gathered, if it is one operation and nothing that its
   * planning asks for has to be read: that saves the ways to the other thread and back.
   *
   * @param known the host, as far as it is known; of the rest it throws when it is asked
   * @return false if not, also if it cannot be planned at all: then {@link #begin} is to be called
   */
  boolean planHere(Supplier<Optional<HostSnapshot>> known, Answers answers) {
    if (gathered.size() != 1 || !gathered.getFirst().request.asksArgumentsAlone()) {
      return false;
    }
    Due due = gathered.getFirst();
    PlugPlan plan;
    try {
      Optional<HostSnapshot> host = known.get();
      if (host.isEmpty()) {
        return false;
      }
      ended.forEach(claims::release);
      ended.clear();
      claims.begin(host.get());
      plan = planned(due, host.get());
    } catch (RuntimeException | Error toBeRead) {
      return false; // or refused, which the other thread finds too, and tells
    }
    gathered.clear();
    answers.planned(due.execution, plan, null);
    return true;
  }

  /** Refuses what has gathered. */
  void refuse(Answers answers, RuntimeException reason) {
    List<Due> refused = gathered;
    gathered = new ArrayList<>();
    refused.forEach(due -> answers.planned(due.execution, null, reason));
  }

  /** Whether {@link #collect} would have something to do. */
  boolean isFinished() {
    return finished.get() != null;
  }

  /**
   * Hands on what was planned.
   *
   * @return how many operations that were
   */
  int collect(Answers answers) {
    List<Answer> all = finished.getAndSet(null);
    if (all == null) {
      return 0;
    }
    underWay = false;
    for (Answer answer : all) {
      answers.planned(answer.execution, answer.plan, answer.problem);
    }
    return all.size();
  }

  private void planAll(Work work, Throwable cannot) {
    Throwable problem = cannot;
    HostSnapshot host = null;
    try {
      work.ended.forEach(claims::release);
      if (problem == null) {
        host = snapshots.get();
        claims.begin(host);
      }
    } catch (RuntimeException | Error unreadable) {
      problem = unreadable;
    }
    List<Answer> answers = new ArrayList<>(work.due.size());
    for (Due due : work.due) {
      answers.add(problem == null ? plan(due, host) : new Answer(due.execution, null, problem));
    }
    finished.set(answers);
    onFinished.run();
  }

  private Answer plan(Due due, HostSnapshot host) {
    try {
      return new Answer(due.execution, planned(due, host), null);
    } catch (RuntimeException | Error refused) {
      return new Answer(due.execution, null, refused);
    }
  }

  private PlugPlan planned(Due due, HostSnapshot host) {
    PlugOperation request = due.request;
    PlugPlan plan = due.again ? request.planAgain(host, claims) : request.plan(host, claims);
    if (!plan.vifId().equals(request.vifId())) {
      throw new IllegalArgumentException("planned for the VIF " + plan.vifId());
    }
    return plan;
  }

  /** Ends the thread; nothing may be under way. */
  @Override
  public void close() {
    if (worker != null) {
      worker.close();
    }
  }
}
