package io.fastvif.benchmarks.soak;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One VIF and what is known of it. Only who has claimed it operates on it and changes what is
 * known.
 *
 * <p>A second actor that does not ask for the claim announces itself before and after, and makes
 * the disturbance count odd in between. What is known was true at one value of the count and holds
 * only while that is the value.
 */
final class SoakVif {
  private final int number;
  private final PortSort sort;
  private final String id;
  private final String name;
  private final Trace trace = new Trace();
  private final AtomicBoolean claimed = new AtomicBoolean();
  private final AtomicInteger disturbances = new AtomicInteger();

  private final Set<String> leftBehind = ConcurrentHashMap.newKeySet();

  private List<VifState> possible = List.of(VifState.ABSENT);
  private int knownAt;

  SoakVif(int number, PortSort sort) {
    this.number = number;
    this.sort = sort;
    // Different in the first eight characters, which the peer's name is made of.
    id = new UUID(((long) number << Integer.SIZE) | 0x4000, 0x8000L << 48).toString();
    name = "tap" + id.substring(0, 8);
  }

  int number() {
    return number;
  }

  PortSort sort() {
    return sort;
  }

  String id() {
    return id;
  }

  /** The name its device should have. */
  String name() {
    return name;
  }

  /** The name of the guest's end, as the plugin cuts it (os-vif's 14 characters). */
  String peerName() {
    return "gst" + id.substring(0, 11);
  }

  Trace trace() {
    return trace;
  }

  boolean claim() {
    return claimed.compareAndSet(false, true);
  }

  void release() {
    claimed.set(false);
  }

  /** The count to give to {@link #isUndisturbedSince}; read before the host is. */
  int observe() {
    return disturbances.get();
  }

  /** Whether nobody has raced with the claim's holder since that observation. */
  boolean isUndisturbedSince(int observed) {
    return observed % 2 == 0 && disturbances.get() == observed;
  }

  /** Somebody without a claim begins to change the device. */
  void beginDisturbance(String what) {
    disturbances.incrementAndGet();
    trace.add("second actor, racing, begins", what);
  }

  /** That change has ended. */
  void endDisturbance() {
    trace.add("second actor, racing, has ended", null);
    disturbances.incrementAndGet();
  }

  /** The VIF is in one of these states, as of that observation. */
  void know(int observed, VifState... states) {
    possible = List.of(states);
    knownAt = observed;
  }

  /** Nothing is known of its devices. */
  void forget() {
    possible = List.of();
  }

  /**
   * An operation has said that this is left behind, as it may when system calls are made to fail.
   */
  void toldLeftBehind(List<String> left) {
    leftBehind.addAll(left);
  }

  /** Whether an operation has said that a link of that name is left behind. */
  boolean isToldLeftBehind(String link) {
    return leftBehind.stream().anyMatch(left -> left.contains(link));
  }

  /** The states it can be in; empty if nothing is known. */
  List<VifState> possible() {
    return isUndisturbedSince(knownAt) ? possible : List.of();
  }

  /** The state it is in; null if that is not certain. */
  VifState state() {
    List<VifState> states = possible();
    return states.size() == 1 ? states.getFirst() : null;
  }

  @Override
  public String toString() {
    return "VIF " + id + " (" + sort + ", " + name + ")";
  }
}
