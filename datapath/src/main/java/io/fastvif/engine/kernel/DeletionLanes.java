package io.fastvif.engine.kernel;

import io.fastvif.engine.side.HelperThreads;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.LinkGroups;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.collections.IntHashSet;

/**
 * The lanes on which links are deleted, each made when it is first needed. One that is free gathers
 * the deletions of a round, which then begin together. Where not even the first lane can be made,
 * as without a free descriptor, links are deleted all the same, by the engine's own thread, which
 * then waits for the kernel. Used by the engine's thread alone.
 */
public final class DeletionLanes implements AutoCloseable, Departures.Listener {
  /** How many of the kernel's waits may overlap; what comes in then leaves together, after one. */
  private static final int LANES = 8;

  private static final int DRAWS = 16;

  /** More than are ever deleted at once. */
  private static final int MAX_UNHEARD = 1 << 14;

  /** For how long an engine of many listens after its last deletion. */
  private static final long LISTENING_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LinkTransport transport;
  private final AnswerHandler answers;
  private final Consumer<Throwable> errorHandler;
  private final Runnable wake;
  private final HelperThreads helpers;
  private final DeletionLane[] lanes = new DeletionLane[LANES];
  private final LinkDeletions here;
  private DeletionLane gathering;
  private int firstGroup;

  /** The lanes, for the thread of the departures. */
  private final List<DeletionLane> listening = new CopyOnWriteArrayList<>();

  /** Null where plans are told when the kernel has answered. */
  private Departures departures;

  /** The links that lanes were to delete and whose event has not come. Guards itself. */
  private final IntHashSet unheard = new IntHashSet();

  private long usedNanos;
  private volatile boolean isListeningLong;
  private volatile boolean closed;

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
      if (lane != null && (lane.isFinished() || lane.isDeparted())) {
        return true;
      }
    }
    return isListeningLong;
  }

  /**
   * Answers the deletions that have ended, and those of links that are gone.
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
          listening.remove(lane);
          lane.close();
        }
        if (problem != null) {
          errorHandler.accept(problem);
        }
      } else if (lane != null && lane.isDeparted()) {
        finished++;
        lane.answerDeparted(answers);
      }
    }
    if (isListeningLong) {
      isListeningLong = false;
      stopListening();
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
      listen();
      String role = "deletions-" + (i + 1);
      lanes[i] = new DeletionLane(transport, firstGroup + i, role, helpers, wake);
      listening.add(lanes[i]);
      return true;
    } catch (RuntimeException | Error refused) {
      errorHandler.accept(refused);
      return false;
    }
  }

  /** Without, plans are told when the kernel has answered: no reason to have no lane. */
  private void listen() {
    if (departures != null) {
      return;
    }
    try {
      departures = transport.openDepartures(this);
      if (departures != null && helpers.areShared()) {
        stopListeningLater();
      }
    } catch (RuntimeException | Error refused) {
      errorHandler.accept(refused);
    }
  }

  private void stopListeningLater() {
    helpers.look(
        () -> {
          isListeningLong = true;
          if (!closed) {
            wake.run();
          }
        },
        LISTENING_NANOS);
  }

  /** Unless there were deletions meanwhile. */
  private void stopListening() {
    boolean isUsed = gathering != null || busy() > 0;
    if (isUsed || System.nanoTime() - usedNanos < LISTENING_NANOS) {
      stopListeningLater();
    } else {
      departures.close();
      departures = null;
      synchronized (unheard) {
        unheard.clear();
      }
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
    usedNanos = System.nanoTime();
    if (departures != null) {
      shareWithOthers(gathering);
    }
    gathering.begin();
    gathering = null;
    return 1;
  }

  /**
   * Of two deletions of one link, the event of it does not tell which one it is of, and may come
   * when the first has ended: the kernel's answers do.
   */
  private void shareWithOthers(DeletionLane beginning) {
    for (int i = 0; i < beginning.deletions().count(); i++) {
      int index = beginning.deletions().index(i);
      boolean isNew;
      synchronized (unheard) {
        if (unheard.size() == MAX_UNHEARD) {
          unheard.clear(); // events were lost
        }
        isNew = unheard.add(index);
      }
      if (!isNew) {
        beginning.share();
        listening.stream().filter(lane -> lane.awaits(index)).forEach(DeletionLane::share);
      }
    }
  }

  private void deleteHere() {
    try {
      here.execute();
    } catch (RuntimeException | Error broken) {
      errorHandler.accept(broken);
    }
    here.answer(answers);
  }

  @Override
  public boolean awaits(int index) {
    for (DeletionLane lane : listening) {
      if (lane.awaits(index)) {
        return true;
      }
    }
    heard(index); // the kernel's answer came before
    return false;
  }

  private void heard(int index) {
    synchronized (unheard) {
      unheard.remove(index);
    }
  }

  /** From here on, another deletion of a link of that number is of another link. */
  @Override
  public void gone(int index) {
    tell(index);
    heard(index);
  }

  private void tell(int index) {
    for (DeletionLane lane : listening) {
      if (lane.gone(index)) {
        return;
      }
    }
  }

  /** Ends the threads, when the kernel has answered; no plan may be under way. */
  @Override
  public void close() {
    closed = true;
    if (departures != null) {
      departures.close();
    }
    for (DeletionLane lane : lanes) {
      if (lane != null) {
        lane.close();
      }
    }
  }
}
