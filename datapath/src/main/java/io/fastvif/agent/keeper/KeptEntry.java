package io.fastvif.agent.keeper;

import io.fastvif.agent.VifState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One VIF of the keeper: what was declared, how things stand, and whose turn it is. All but {@link
 * #standing()} is the keeper's thread's.
 */
final class KeptEntry {
  /** Between words that may be names of links; a name may have all but white space and "/". */
  private static final Pattern NO_NAME = Pattern.compile("[\\s\",;:()/]+");

  private final String id;
  private final ArrayDeque<Turn> waiting = new ArrayDeque<>();
  private Turn current;
  private Declaration declared;
  private boolean toUnplug;
  private boolean saved = true;
  private VifState state = VifState.PLUGGING;
  private Instant since = Instant.now();
  private List<String> devices = List.of();
  private volatile List<KnownDevice> known = List.of();
  private long repairs;
  private String problem = "";
  private final Pauses pauses;
  private final KeeperCounters counters;
  private final DeviceIndex index;
  private long lastTurn;
  private volatile Standing standing;

  KeptEntry(String id, Pauses pauses, KeeperCounters counters, DeviceIndex index) {
    this.id = id;
    this.index = index;
    this.pauses = pauses;
    this.counters = counters;
    publish();
  }

  String id() {
    return id;
  }

  /** For any thread. */
  Standing standing() {
    return standing;
  }

  /** What was declared; null if nothing is. */
  Declaration declared() {
    return declared;
  }

  /** Whether it is declared, and not to be unplugged. */
  boolean isToPlug() {
    return declared != null && !toUnplug;
  }

  /** Whether what was declared is to be unplugged. */
  boolean isToUnplug() {
    return toUnplug;
  }

  /** Whether the disk has what is declared here. */
  boolean isSaved() {
    return saved;
  }

  void saved(boolean isSo) {
    if (isSo != saved) {
      saved = isSo;
      publish();
    }
  }

  /** When it may be tried again. */
  Pauses pauses() {
    return pauses;
  }

  VifState state() {
    return state;
  }

  List<String> devices() {
    return devices;
  }

  /** Its links as they were last seen to be as declared; none if they were not yet. */
  List<KnownDevice> known() {
    return known;
  }

  /** Its links have been seen to be as declared. */
  void knows(List<KnownDevice> links) {
    known = links.isEmpty() ? List.of() : links;
  }

  /** Takes a declaration for what is to be, or to be unplugged; null for none. */
  void declare(Declaration wanted, boolean isToUnplug) {
    index.bridge(this, bridge(declared), bridge(wanted));
    if (wanted == null) {
      has(List.of());
      known = List.of();
    }
    declared = wanted;
    toUnplug = isToUnplug;
    publish();
  }

  private static String bridge(Declaration declaration) {
    return declaration == null ? "" : declaration.bridge();
  }

  private void has(List<String> names) {
    index.devices(this, devices, names);
    devices = names;
  }

  /** Whether it is a port of Open vSwitch. */
  boolean usesOvs() {
    return declared != null && declared.usesOvs();
  }

  /** Whether it was tried in vain, to plug it or to unplug it. */
  boolean hasFailed() {
    return isToPlug()
        ? state == VifState.FAILED
        : isToUnplug() && state == VifState.UNPLUGGING && pauses.isTimed();
  }

  /** Whether what was declared, or why it failed, is about one of those names. */
  boolean mentionsAny(Set<String> names) {
    return declared.mentionsAny(names)
        || NO_NAME.splitAsStream(problem).anyMatch(names::contains)
        || devices.stream().anyMatch(names::contains);
  }

  /** Comes into a state, or stays in it with another problem. */
  void enter(VifState next, String reason) {
    if (next != state) {
      since = Instant.now();
    }
    state = next;
    problem = reason;
    publish();
  }

  /** Is on the host, with these devices. */
  void plugged(List<String> names) {
    has(names);
    declared.rest();
    enter(VifState.PLUGGED, "");
  }

  /** Was brought back. */
  void repaired() {
    repairs++;
    publish();
  }

  private void publish() {
    VifState before = counted(standing);
    standing = new Standing(declared, state, saved, since, devices, repairs, problem);
    counters.moved(before, counted(standing));
  }

  /** What is not declared is in no state. */
  private static VifState counted(Standing standing) {
    return standing == null || standing.declared() == null ? null : standing.state();
  }

  /** Waits for its turn; gives the one whose turn it is if nobody else's is. */
  Turn add(Turn turn) {
    if (current != null) {
      waiting.add(turn);
      return null;
    }
    current = turn;
    return turn;
  }

  /** The turn has ended; gives the next one, or null. */
  Turn next() {
    lastTurn = System.nanoTime();
    current = waiting.poll();
    return current;
  }

  /** Whether it is nobody's turn, and was not for that long. */
  boolean isIdleFor(Duration time) {
    return current == null && System.nanoTime() - lastTurn > time.toNanos();
  }

  /** Whether it is nobody's turn. */
  boolean isIdle() {
    return current == null;
  }
}
