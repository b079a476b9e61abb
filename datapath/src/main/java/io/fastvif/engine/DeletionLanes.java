package io.fastvif.engine;

import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.Step;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * The lanes on which links are deleted, each made when it is first needed. One that is free gathers
 * the deletions of a round, which then begin together. Used by the engine's thread alone.
 */
final class DeletionLanes implements AutoCloseable {
  /** How many of the kernel's waits may overlap; what comes in then leaves together, after one. */
  private static final int LANES = 4;

  private static final int DRAWS = 16;

  private final Transport transport;
  private final int limit;
  private final AnswerHandler answers;
  private final Consumer<Throwable> errorHandler;
  private final Runnable wake;
  private final DeletionLane[] lanes = new DeletionLane[LANES];
  private DeletionLane gathering;
  private int firstGroup;

  /**
   * @param limit how many deletions a lane may gather
   * @param answers told what became of each deletion
   * @param errorHandler told what kept a lane from asking the kernel
   * @param wake called by a lane's thread when there is something to {@link #collect}
   */
  DeletionLanes(
      Transport transport,
      int limit,
      AnswerHandler answers,
      Consumer<Throwable> errorHandler,
      Runnable wake) {
    this.transport = transport;
    this.limit = limit;
    this.answers = answers;
    this.errorHandler = errorHandler;
    this.wake = wake;
  }

  /** Whether {@link #collect} would answer deletions. */
  boolean isFinished() {
    for (DeletionLane lane : lanes) {
      if (lane != null && lane.isFinished()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Answers the deletions that have ended.
   *
   * @return how many lanes had some
   */
  int collect() {
    int finished = 0;
    for (DeletionLane lane : lanes) {
      if (lane != null && lane.isFinished()) {
        finished++;
        Throwable problem = lane.collect(answers);
        if (problem != null) {
          errorHandler.accept(problem);
        }
      }
    }
    return finished;
  }

  /**
   * Takes a deletion.
   *
   * @param own whether the link is the VIF's own, to be recognised by it if this process is killed
   * @return false if all lanes are busy
   */
  boolean add(PlanExecution plan, Step.DeleteLink step, int index, boolean own) {
    if (gathering == null) {
      gathering = freeLane();
    }
    if (gathering == null) {
      return false;
    }
    gathering.deletions().add(plan, step, index, own);
    return true;
  }

  private DeletionLane freeLane() {
    for (int i = 0; i < LANES; i++) {
      if (lanes[i] == null) {
        if (firstGroup == 0) {
          firstGroup = unusedGroups();
        }
        String name = "fastvif-deletions-" + (i + 1);
        lanes[i] = new DeletionLane(transport, firstGroup + i, limit, name, wake);
      }
      if (lanes[i].isFree()) {
        return lanes[i];
      }
    }
    return null;
  }

  /** The first of as many group numbers as there are lanes, which nobody uses. */
  private int unusedGroups() {
    for (int i = 0; i < DRAWS; i++) {
      int drawn =
          ThreadLocalRandom.current().nextInt(LinkGroups.MIN_LEAVING, Integer.MAX_VALUE - LANES);
      if (!transport.isGroupUsed(drawn, LANES)) {
        return drawn;
      }
    }
    throw new IllegalStateException("no interface group is free");
  }

  /**
   * Begins the deletions that were gathered.
   *
   * @return whether there were any
   */
  boolean begin() {
    if (gathering == null) {
      return false;
    }
    gathering.begin();
    gathering = null;
    return true;
  }

  /** Fails the deletions that were gathered. */
  void fail(Throwable broken) {
    if (gathering != null) {
      gathering.deletions().fail(broken);
      gathering.deletions().answer(answers);
      gathering = null;
    }
  }

  /** Ends the threads; nothing may be under way. */
  @Override
  public void close() {
    for (DeletionLane lane : lanes) {
      if (lane != null) {
        lane.close();
      }
    }
  }
}
