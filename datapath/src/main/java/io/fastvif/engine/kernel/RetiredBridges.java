package io.fastvif.engine.kernel;

import io.fastvif.bindings.Errno;
import io.fastvif.engine.side.FailureCause;
import io.fastvif.engine.side.HelperThreads;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.Step;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.agrona.collections.IntArrayList;

/**
 * Bridges that are nobody's any more and are still to be deleted. The kernel holds its lock of all
 * links (RTNL) while it waits for RCU, some 17 ms for each bridge, and whoever wants links changed
 * waits with it. So they are deleted one by one, on a thread of their own, and only while the
 * engine has nothing else to do and nobody reads the host: each deletion makes a dump of the links
 * that is under way inconsistent. One that somebody has given a port meanwhile is left. Used by the
 * engine's thread, but for the readers.
 */
public final class RetiredBridges implements AutoCloseable {
  /** Above this number bridges are deleted at once, so that the host does not fill up with them. */
  private static final int MAX_BRIDGES = 1024;

  private final LinkTransport transport;
  private final Consumer<Throwable> errorHandler;
  private final Runnable wake;
  private final HelperThreads helpers;
  private final AnswerHandler answers = this::answered;
  private final AtomicInteger readers = new AtomicInteger();
  private IntArrayList waiting;
  private DeletionLane lane;
  private boolean deleting;
  private boolean retires;
  private volatile int count;

  public RetiredBridges(
      LinkTransport transport,
      Consumer<Throwable> errorHandler,
      Runnable wake,
      HelperThreads helpers) {
    this.helpers = helpers;
    this.transport = transport;
    this.errorHandler = errorHandler;
    this.wake = wake;
  }

  /** Whether another bridge is better retired than deleted. */
  public boolean takesMore() {
    if (!retires) {
      retires = true;
      find(); // others may have left some meanwhile
    }
    // Where a rename waits too, deleting at once is no slower.
    return waiting.size() < MAX_BRIDGES && transport.renamesAtOnce();
  }

  /** Takes a bridge that was retired, after {@link #takesMore}. */
  public void add(NetlinkStep.RetireBridge bridge) {
    waiting.addInt(bridge.index());
    count = waiting.size();
  }

  /** How many there are; for any thread. */
  public int count() {
    return count;
  }

  /** Whether there is none left. */
  public boolean isEmpty() {
    return !deleting && (waiting == null || waiting.isEmpty());
  }

  /**
   * Whether {@link #work} would do something.
   *
   * @param idle whether there is nothing else to do
   */
  public boolean isReady(boolean idle) {
    return isFinished() || (idle && mayDelete());
  }

  private boolean mayDelete() {
    return !deleting && waiting != null && !waiting.isEmpty() && readers.get() == 0;
  }

  /** Lets none be deleted until {@link #endReading}. From any thread. */
  public void beginReading() {
    readers.incrementAndGet();
  }

  /** Lets them be deleted again. From any thread. */
  public void endReading() {
    if (readers.decrementAndGet() == 0 && count > 0) {
      wake.run();
    }
  }

  private boolean isFinished() {
    return lane != null && lane.isFinished();
  }

  /**
   * Takes notice of a deletion that has ended, and begins the next one.
   *
   * @param idle whether there is nothing else to do
   * @return 0 if there was nothing to do
   */
  public int work(boolean idle) {
    int progress = 0;
    if (isFinished()) {
      deleting = false;
      progress++;
      Throwable problem = lane.collect(answers);
      if (problem != null) {
        errorHandler.accept(problem);
      }
      if (helpers.areShared()) {
        lane.close();
        lane = null;
      }
    }
    if (idle && waiting == null) {
      // An earlier engine, or its whole process, may have ended before it had deleted its own.
      find();
    }
    if (idle && mayDelete()) {
      progress++;
      int last = waiting.size() - 1;
      int index = waiting.getInt(last);
      waiting.fastUnorderedRemove(last);
      if (isFree(index)) {
        delete(new DeleteLink("link " + index, index, 0), index);
      }
    }
    if (progress > 0) {
      count = waiting.size() + (deleting ? 1 : 0);
    }
    return progress;
  }

  private boolean isFree(int index) {
    String problem;
    try {
      String port = transport.portOf(index);
      problem = port == null ? null : port + " is a port of it";
    } catch (RuntimeException | Error refused) {
      problem = FailureCause.of(refused).detail();
    }
    if (problem != null) {
      errorHandler.accept(
          new IllegalStateException("link " + index + " (a retired bridge) is left: " + problem));
    }
    return problem == null;
  }

  /** What is not found because the kernel does not say is found by the next engine. */
  private void find() {
    try {
      waiting = transport.bridges(NetlinkStep.RetireBridge.ALIAS);
    } catch (RuntimeException | Error refused) {
      errorHandler.accept(refused);
      waiting = new IntArrayList();
    }
    count = waiting.size() + (deleting ? 1 : 0);
  }

  /** On a lane; where none can be made, as without a free descriptor, the engine's thread waits. */
  private void delete(DeleteLink bridge, int index) {
    if (lane == null) {
      try {
        lane = new DeletionLane(transport, 0, "retired", helpers, wake);
      } catch (RuntimeException | Error refused) {
        errorHandler.accept(refused);
        deleteHere(bridge, index);
        return;
      }
    }
    lane.deletions().add(null, bridge, index, false);
    lane.begin();
    deleting = true;
  }

  private void deleteHere(DeleteLink bridge, int index) {
    LinkDeletions one = new LinkDeletions(transport, transport, 0);
    one.add(null, bridge, index, false);
    try {
      one.execute();
    } catch (RuntimeException | Error broken) {
      // the bridge's answer says so
    }
    one.answer(answers);
  }

  private void answered(LinkPlan none, Step step, int result, String message) {
    if (result != 0 && result != -Errno.ENODEV) {
      errorHandler.accept(
          new IllegalStateException(
              step + " (a retired bridge): " + Errno.name(-result) + ": " + message));
    }
  }

  /** Whether the kernel is deleting one. */
  public boolean isDeleting() {
    return deleting;
  }

  /** Ends its thread; none may be being deleted. */
  @Override
  public void close() {
    if (lane != null) {
      lane.close();
    }
  }
}
