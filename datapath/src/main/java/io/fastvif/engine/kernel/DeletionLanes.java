package io.fastvif.engine.kernel;

import io.fastvif.engine.side.HelperThreads;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.LinkGroups;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * The lanes on which links are deleted, each made when it is first needed. One that is free gathers
 * the deletions of a round, which then begin together. Where not even the first lane can be made,
 * as without a free descriptor, links are deleted all the same, by the engine's own thread, which
 * then waits for the kernel. Used by the engine's thread alone.
 */
public final class DeletionLanes implements AutoCloseable {
  /** How many of the kernel's waits may overlap; what comes in then leaves together, after one. */
  private static final int LANES = 4;

  private static final int DRAWS = 16;

  private final LinkTransport transport;
  private final AnswerHandler answers;
  private final Consumer<Throwable> errorHandler;
  private final Runnable wake;
  private final HelperThreads helpers;
  private final DeletionLane[] lanes = new DeletionLane[LANES];
  private final LinkDeletions here;
  private DeletionLane gathering;
  private int firstGroup;

  /**
   * @param answers told what became of each deletion
   * @param errorHandler told what kept a lane from asking the kernel
   * @param wake called by a lane's thread when there is something to {@link #collect}
   * @param helpers have the lanes' threads
   */
  public DeletionLanes(
      LinkTransport transport,
      AnswerHandler answers,
      Consumer<Throwable> errorHandler,
      Runnable wake,
      HelperThreads helpers) {
    this.helpers = helpers;
    this.transport = transport;
    this.answers = answers;
    this.errorHandler = errorHandler;
    this.wake = wake;
    here = new LinkDeletions(transport, transport, 0);
  }

  /** How many lanes there are: one is made when all others are busy. From any thread. */
  public int count() {
    int count = 0;
    for (DeletionLane lane : lanes) {
      count += lane == null ? 0 : 1;
    }
    return count;
  }

  /** How many lanes wait for the kernel, or to be collected. From any thread. */
  public int busy() {
    int count = 0;
    for (DeletionLane lane : lanes) {
      count += lane == null || lane.isFree() ? 0 : 1;
    }
    return count;
  }

  /** Whether {@link #collect} would answer deletions. */
  public boolean isFinished() {
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
  public int collect() {
    int finished = 0;
    for (int i = 0; i < LANES; i++) {
      DeletionLane lane = lanes[i];
      if (lane != null && lane.isFinished()) {
        finished++;
        Throwable problem = lane.collect(answers);
        boolean stranded = lane.deletions().isStranded();
        if (stranded) {
          firstGroup = 0; // no lane may delete what is in that group now
        }
        if (stranded || helpers.areShared()) {
          lanes[i] = null; // an engine of many keeps no socket that it does not need
          lane.close();
        }
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
  public boolean add(LinkPlan plan, DeleteLink step, int index, boolean own) {
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
      String role = "deletions-" + (i + 1);
      lanes[i] = new DeletionLane(transport, firstGroup + i, role, helpers, wake);
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
  public int begin() {
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
