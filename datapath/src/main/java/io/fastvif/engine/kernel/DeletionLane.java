package io.fastvif.engine.kernel;

import io.fastvif.engine.side.HelperThreads;
import io.fastvif.engine.side.Worker;
import io.fastvif.plan.DeleteLink;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.IntHashSet;

/**
 * A thread on which links are deleted, so that the engine's own goes on while the kernel waits. The
 * kernel lets such waits overlap: what comes in during one lane's wait leaves by another lane.
 *
 * <p>The deletions belong to the engine's thread while the lane is free or finished, and to the
 * lane's own in between; {@link #state} hands them over. Plans are told as soon as all links of the
 * lane are known to be gone ({@link Departures}); the lane is busy until the kernel has answered.
 */
final class DeletionLane implements AutoCloseable {
  private static final int FREE = 0;
  private static final int BUSY = 1;
  private static final int FINISHED = 2;

  private final MessageExchange exchange;
  private final LinkDeletions deletions;
  private final Runnable onFinished;
  private final Worker worker;
  private volatile int state = FREE;
  private Throwable broken;

  /** The links of which it is not known yet that they are gone. Guards itself. */
  private final IntHashSet awaited = new IntHashSet();

  private volatile boolean departed;

  /** Of one of its links, another lane may be the one that deletes it. Guarded by the set. */
  private boolean isShared;

  /** Whose links are under way, and by which steps: for the engine's thread. */
  private final List<LinkPlan> plans = new ArrayList<>();

  private final List<DeleteLink> steps = new ArrayList<>();

  /**
   * @param host the engine's own transport
   * @param group an interface group that nobody else uses
   * @param role in the name of its thread
   * @param onFinished called on the lane's thread when there is something to {@link #collect}
   */
  DeletionLane(
      LinkTransport host, int group, String role, HelperThreads helpers, Runnable onFinished) {
    exchange = host.openExchange();
    deletions = new LinkDeletions(host, exchange, group);
    this.onFinished = onFinished;
    try {
      worker = helpers.worker(role, this::execute);
    } catch (RuntimeException | Error noThread) {
      exchange.close();
      throw noThread;
    }
  }

  /** Whether links can be added to its deletions. */
  boolean isFree() {
    return state == FREE;
  }

  boolean isFinished() {
    return state == FINISHED;
  }

  /** Whether {@link #answerDeparted} would tell plans, before the kernel has answered. */
  boolean isDeparted() {
    return departed && !plans.isEmpty();
  }

  LinkDeletions deletions() {
    return deletions;
  }

  /** Its plans are told by the kernel's answer alone, until it is free again. */
  void share() {
    synchronized (awaited) {
      isShared = true;
    }
  }

  /** Begins to delete what was added. */
  void begin() {
    departed = false;
    synchronized (awaited) {
      for (int i = 0; i < deletions.count(); i++) {
        awaited.add(deletions.index(i));
        plans.add(deletions.plan(i));
        steps.add(deletions.step(i));
      }
    }
    state = BUSY;
    worker.begin();
  }

  /** From the departures' thread. */
  boolean awaits(int index) {
    synchronized (awaited) {
      return awaited.contains(index);
    }
  }

  /**
   * A link is gone; from the departures' thread.
   *
   * @return false if it was not awaited
   */
  boolean gone(int index) {
    synchronized (awaited) {
      if (!awaited.remove(index)) {
        return false;
      }
      departed = awaited.isEmpty() && !isShared;
    }
    if (departed) {
      onFinished.run();
    }
    return true;
  }

  /** Tells the plans whose links are gone. */
  void answerDeparted(AnswerHandler answers) {
    try {
      for (int i = 0; i < plans.size(); i++) {
        answers.answered(plans.get(i), steps.get(i), 0, null);
      }
    } finally {
      plans.clear();
      steps.clear();
    }
  }

  /**
   * Answers the plans of a lane that is finished, unless they were told, and frees it.
   *
   * @return null, or what kept it from asking the kernel
   */
  Throwable collect(AnswerHandler answers) {
    Throwable problem = broken;
    broken = null;
    synchronized (awaited) {
      awaited.clear();
      isShared = false;
    }
    if (plans.isEmpty()) {
      deletions.forget();
    } else {
      plans.clear();
      steps.clear();
      deletions.answer(answers);
    }
    state = FREE;
    return problem;
  }

  private void execute() {
    try {
      deletions.execute();
    } catch (RuntimeException | Error problem) {
      broken = problem;
    }
    state = FINISHED;
    onFinished.run();
  }

  /** Ends the thread, when the kernel has answered if the lane is busy. */
  @Override
  public void close() {
    worker.close();
    exchange.close();
  }
}
