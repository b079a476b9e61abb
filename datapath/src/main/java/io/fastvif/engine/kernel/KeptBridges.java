package io.fastvif.engine.kernel;

import io.fastvif.plan.BridgeKeeping;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.trace.Log;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import org.agrona.collections.IntArrayList;

/**
 * Retired bridges that are kept for the next plug that makes one, down and without ports: to rename
 * one twice takes the kernel 0.3 ms, to delete it and make another 20 to 50. A plug gets one only
 * if it is as the bridge that was made last was right after that: what somebody has set of it, or
 * given it, must not become another VIF's. As what a namespace gives new links may change (as
 * {@code net.ipv4.conf.default} does), a new one is made at least once in the time that they are
 * kept. With the message that gives it the plug's name it is marked as one that was just made. The
 * longest kept leave first. Used by the engine's thread alone.
 */
final class KeptBridges {
  private final BridgeQuestions questions;
  private final IntPredicate withoutUsers;
  private final int most;
  private final long keepNanos;
  private final Consumer<Throwable> errorHandler;
  private final LongSupplier clock;
  private final ArrayDeque<Kept> kept = new ArrayDeque<>();

  /** Those that were sent to the kernel under a plan's name, and were not answered yet. */
  private final Map<String, Integer> taken = new HashMap<>();

  /** What is set of a new bridge, with that ageing; null before one was made. */
  private byte[] asNew;

  private long asNewUntil;
  private OptionalInt ageing;
  private boolean ended;

  private record Kept(int index, long until) {}

  /**
   * @param withoutUsers whether it is known that no link is a port of a bridge, or lies on it
   * @param errorHandler told of what the kernel does not say; the bridge is then not used again
   * @param clock in nanoseconds
   */
  KeptBridges(
      BridgeQuestions questions,
      IntPredicate withoutUsers,
      BridgeKeeping keeping,
      Consumer<Throwable> errorHandler,
      LongSupplier clock) {
    this.questions = questions;
    this.withoutUsers = withoutUsers;
    most = keeping.bridges();
    keepNanos = keeping.time().toNanos();
    this.errorHandler = errorHandler;
    this.clock = clock;
  }

  /** The step that retires a bridge so that it can be kept. */
  NetlinkStep.RetireBridge retirement(NetlinkStep.RetireBridge step) {
    if (most == 0 || ended) {
      return step;
    }
    try {
      String keeper = questions.keeper();
      return new NetlinkStep.RetireBridge(step.name(), step.index(), step.group(), keeper);
    } catch (RuntimeException | Error refused) {
      errorHandler.accept(refused);
      return step;
    }
  }

  /** Keeps a bridge that was retired so; false if it is to be deleted. */
  boolean add(int index) {
    if (ended || kept.size() >= most) {
      return false;
    }
    return kept.add(new Kept(index, clock.getAsLong() + keepNanos));
  }

  int count() {
    return kept.size();
  }

  /** In how many nanoseconds the next one leaves; the longest time if there is none. */
  long nanosToNext() {
    return kept.isEmpty() ? Long.MAX_VALUE : kept.getFirst().until - clock.getAsLong();
  }

  /** Whether {@link #takeLeaving} would take some. */
  boolean hasLeaving() {
    return !taken.isEmpty() || nanosToNext() <= 0;
  }

  /**
   * Moves those whose time is up, while no plan is under way. What was sent under a plan's name and
   * never answered is among them: it is nobody's, unless it has that name.
   */
  void takeLeaving(IntArrayList leaving) {
    taken.values().forEach(leaving::addInt);
    taken.clear();
    while (nanosToNext() <= 0) {
      leaving.addInt(kept.removeFirst().index);
    }
  }

  /** Keeps none any more. */
  void end(IntArrayList leaving) {
    ended = true;
    kept.forEach(bridge -> leaving.addInt(bridge.index));
    kept.clear();
  }

  /** A plan has made a bridge of its own, of which nobody has set anything yet. */
  void made(NetlinkStep.CreateBridge step, int index) {
    boolean isReused = taken.remove(step.name()) != null;
    if (most == 0 || isReused || isKnown(step)) {
      return;
    }
    ageing = step.ageingSeconds();
    asNew = null;
    try {
      asNew = questions.settings(index);
      asNewUntil = clock.getAsLong() + keepNanos;
    } catch (RuntimeException | Error refused) {
      errorHandler.accept(refused);
    }
  }

  /** Whether it is known how a bridge is that the step makes. */
  private boolean isKnown(NetlinkStep.CreateBridge step) {
    return asNew != null
        && step.ageingSeconds().equals(ageing)
        && asNewUntil - clock.getAsLong() > 0;
  }

  /** Whether the step was to be done with a kept bridge, which is then not to be kept. */
  boolean isTaken(NetlinkStep.CreateBridge step) {
    return taken.containsKey(step.name());
  }

  /** Keeps a bridge again of which nothing was sent. */
  void giveBack(NetlinkStep.CreateBridge step) {
    Integer index = taken.remove(step.name());
    if (index != null) {
      kept.addLast(new Kept(index, clock.getAsLong() + keepNanos));
    }
  }

  /**
   * The step that takes a kept bridge, the one that came last; the same step if there is none.
   *
   * @param leaving gets those that are not to be used
   */
  NetlinkStep reuse(NetlinkStep.CreateBridge step, IntArrayList leaving) {
    if (kept.isEmpty() || !isKnown(step)) {
      return step;
    }
    int index = kept.removeLast().index;
    String difference = difference(index);
    if (difference == null) {
      taken.put(step.name(), index);
      return new NetlinkStep.ReuseBridge(step.name(), index);
    }
    Log.debug(
        KeptBridges.class, "link " + index + " (a retired bridge) is not kept: " + difference);
    asNew = null; // perhaps it is the new ones that have changed: the next one is looked at
    leaving.addInt(index);
    return step;
  }

  private String difference(int index) {
    try {
      String alias = NetlinkStep.RetireBridge.KEPT_ALIAS + questions.keeper();
      return questions.difference(index, asNew, alias, withoutUsers.test(index));
    } catch (RuntimeException | Error refused) {
      errorHandler.accept(refused);
      return "the kernel does not say how it is";
    }
  }
}
