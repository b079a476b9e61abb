package io.fastvif.engine.kernel;

import io.fastvif.bindings.Errno;
import io.fastvif.engine.side.FailureCause;
import io.fastvif.engine.side.HelperThreads;
import io.fastvif.plan.BridgeKeeping;
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
 * that is under way inconsistent. One that somebody has given a port or another alias meanwhile is
 * left. Some are kept for a while before, for the next plug that makes a bridge ({@code
 * KeptBridges}); those of an engine that is no more are deleted by the next one. Used by the
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
  private final KeptBridges kept;
  private IntArrayList waiting;
  private DeletionLane lane;
  private boolean deleting;
  private boolean retires;
  private volatile boolean closed;
  private volatile int count;

  /** Whether the engine is going to be woken when the time of one that is kept is up. */
  private volatile boolean isTimed;

  /**
   * @param observation may know that no link is a port of a bridge, or lies on it
   * @param errorHandler told of bridges that cannot be deleted, and why
   * @param wake called by another thread when there is something to {@link #work}
   */
  public RetiredBridges(
      LinkTransport transport,
      HostObservation observation,
      BridgeKeeping keeping,
      Consumer<Throwable> errorHandler,
      Runnable wake,
      HelperThreads helpers) {
    kept =
        new KeptBridges(
            transport.bridgeQuestions(),
            observation::isWithoutUsers,
            keeping,
            errorHandler,
            System::nanoTime);
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

  /** Takes a bridge that was retired. */
  public void add(NetlinkStep.RetireBridge bridge) {
    if (!kept.add(bridge.index())) {
      waiting.addInt(bridge.index());
    }
    tally();
  }

  /**
   * Puts a step into a send, if there is room: one that retires a bridge so that it can be kept,
   * and one that makes a bridge for one VIF as the one that takes a bridge which is kept.
   *
   * @return whether it was answered instead
   */
  public boolean encode(LinkPlan plan, NetlinkStep step, NetlinkRound round) {
    if (step instanceof NetlinkStep.RetireBridge retire) {
      return round.encode(plan, kept.retirement(retire));
    }
    return step instanceof NetlinkStep.CreateBridge create
        ? make(plan, create, round)
        : round.encode(plan, step);
  }

  private boolean make(LinkPlan plan, NetlinkStep.CreateBridge create, NetlinkRound round) {
    boolean mayReuse = !plan.isShared() && waiting != null;
    int before = round.size();
    boolean isAnswered = round.encode(plan, mayReuse ? kept.reuse(create, waiting) : create);
    if (round.size() == before) {
      kept.giveBack(create); // there was no room in the send
    }
    return isAnswered;
  }

  /** Whether a step that was refused was to be done with a bridge that was kept. */
  public boolean wasReused(NetlinkStep.CreateBridge bridge) {
    return kept.isTaken(bridge);
  }

  /** A plan has made a bridge for one VIF, or has taken one that was kept. */
  public void made(NetlinkStep.CreateBridge bridge, int index) {
    kept.made(bridge, index);
    tally();
  }

  /** Keeps none any more: all are deleted. */
  public void keepNoMore() {
    closed = true;
    kept.end(waiting == null ? new IntArrayList() : waiting);
  }

  private void tally() {
    count = (waiting == null ? 0 : waiting.size()) + (deleting ? 1 : 0) + kept.count();
  }

  /** How many there are, with those that are kept; for any thread. */
  public int count() {
    return count;
  }

  /** Whether there is none left but those that are kept. */
  public boolean isEmpty() {
    return !deleting && (waiting == null || waiting.isEmpty());
  }

  /**
   * Whether {@link #work} would do something.
   *
   * @param idle whether there is nothing else to do
   */
  public boolean isReady(boolean idle) {
    return isFinished() || (idle && (mayDelete() || kept.hasLeaving()));
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
    if (idle && kept.hasLeaving()) {
      kept.takeLeaving(waiting);
      progress++;
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
    if (idle && kept.count() > 0 && !isTimed) {
      wakeLater();
    }
    if (progress > 0) {
      tally();
    }
    return progress;
  }

  private void wakeLater() {
    isTimed = true;
    try {
      helpers.look(
          () -> {
            isTimed = false;
            if (!closed) {
              wake.run();
            }
          },
          Math.max(0, kept.nanosToNext()));
    } catch (RuntimeException | Error noThread) {
      isTimed = false; // it is tried again when there is something else to do
      errorHandler.accept(noThread);
    }
  }

  private boolean isFree(int index) {
    String problem;
    try {
      if (!isRetired(transport.alias(index))) {
        return false; // gone, in use again, or somebody else's now
      }
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

  private static boolean isRetired(String alias) {
    return alias.equals(NetlinkStep.RetireBridge.ALIAS)
        || alias.startsWith(NetlinkStep.RetireBridge.KEPT_ALIAS);
  }

  /** What is not found because the kernel does not say is found by the next engine. */
  private void find() {
    try {
      waiting = transport.bridges(this::isLeft);
    } catch (RuntimeException | Error refused) {
      errorHandler.accept(refused);
      waiting = new IntArrayList();
    }
    tally();
  }

  /** Whether a link of that alias is a retired bridge that no engine keeps. */
  private boolean isLeft(String alias) {
    if (!isRetired(alias) || alias.equals(NetlinkStep.RetireBridge.ALIAS)) {
      return isRetired(alias);
    }
    String keeper = alias.substring(NetlinkStep.RetireBridge.KEPT_ALIAS.length());
    return !transport.bridgeQuestions().isAlive(keeper);
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
