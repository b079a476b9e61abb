package io.fastvif.engine;

import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.Step;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * The lanes on which links are deleted, each made when it is first needed. One that is free gathers
 * the deletions of a round, which then begin together. Where not even the first lane can be made,
 * as without a free descriptor, links are deleted all the same, by the engine's own thread, which
 * then waits for the kernel. Used by the engine's thread alone.
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
  private final LinkDeletions here;
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
    here = new LinkDeletions(transport, transport, 0, limit);
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
    if (gathering == null && here.isEmpty()) {
      gathering = freeLane();
    }
    if (gathering != null) {
      gathering.deletions().add(plan, step, index, own);
      return true;
    }
    if (lanes[0] != null) {
      return false;
    }
    here.add(plan, step, index, own);
    return true;
  }

  /** Null if all are busy, or no more can be made. */
  private DeletionLane freeLane() {
    for (int i = 0; i < LANES; i++) {
      if (lanes[i] == null && !open(i)) {
        return null;
      }
      if (lanes[i].isFree()) {
        return lanes[i];
      }
    }
    return null;
  }

  private boolean open(int i) {
    try {
      if (firstGroup == 0) {
        firstGroup = unusedGroups();
      }
      String name = "fastvif-deletions-" + (i + 1);
      lanes[i] = new DeletionLane(transport, firstGroup + i, limit, name, wake);
      return true;
    } catch (RuntimeException | Error refused) {
      errorHandler.accept(refused);
      return false;
    }
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
   * @return 0 if there were none
   */
  int begin() {
    if (!here.isEmpty()) {
      deleteHere();
      return 1;
    }
    if (gathering == null) {
      return 0;
    }
    gathering.begin();
    gathering = null;
    return 1;
  }

  private void deleteHere() {
    try {
      here.execute();
    } catch (RuntimeException | Error broken) {
      errorHandler.accept(broken);
      here.fail(broken);
    }
    here.answer(answers);
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
