package io.fastvif.engine.kernel;

import io.fastvif.engine.side.HelperThreads;
import io.fastvif.engine.side.Worker;

/**
 * A thread on which links are deleted, so that the engine's own goes on while the kernel waits. The
 * kernel lets such waits overlap: what comes in during one lane's wait leaves by another lane.
 *
 * <p>The deletions belong to the engine's thread while the lane is free or finished, and to the
 * lane's own in between; {@link #state} hands them over.
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

  LinkDeletions deletions() {
    return deletions;
  }

  /** Begins to delete what was added. */
  void begin() {
    state = BUSY;
    worker.begin();
  }

  /**
   * Answers the plans of a lane that is finished, and frees it.
   *
   * @return null, or what kept it from asking the kernel
   */
  Throwable collect(AnswerHandler answers) {
    Throwable problem = broken;
    broken = null;
    deletions.answer(answers);
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
