package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * Everything of a network namespace that plugging may change, as text: each object by what it is
 * ({@code link eth1}, {@code route ...}) with all its attributes, those that fastvif does not know
 * too. Counters and timers are left out. Two of them are compared for what a plug left, or took.
 *
 * @param objects the attributes of each object, by their names
 */
public record HostState(SortedMap<String, SortedMap<String, String>> objects) {
  /** What is limited in time is written as the second of its end, which is known to this much. */
  private static final long TIME_TOLERANCE_SECONDS = 3;

  /** Before a number that is the second in which something ends. */
  public static final String UNTIL = "until ";

  /** The kernel brings link states up to date once a second. */
  private static final long SETTLE_NANOS = 60_000_000_000L;

  private static final long PAUSE_NANOS = 20_000_000L;

  /** Copies the maps. */
  public HostState {
    SortedMap<String, SortedMap<String, String>> copy = new TreeMap<>();
    objects.forEach((name, attributes) -> copy.put(name, new TreeMap<>(attributes)));
    objects = copy;
  }

  /** The state of the namespace of this thread, without Open vSwitch and files. */
  public static HostState read() {
    return new HostStateReader().read();
  }

  /** The same without the objects of that sort. */
  public HostState without(Predicate<String> objectNames) {
    SortedMap<String, SortedMap<String, String>> kept = new TreeMap<>(objects);
    kept.keySet().removeIf(objectNames);
    return new HostState(kept);
  }

  /**
   * What differs in a later state, a line for each attribute; empty if nothing does.
   *
   * @param later the state to compare with
   */
  public List<String> differences(HostState later) {
    List<String> lines = new ArrayList<>();
    TreeSet<String> names = new TreeSet<>(objects.keySet());
    names.addAll(later.objects.keySet());
    for (String name : names) {
      SortedMap<String, String> before = objects.get(name);
      SortedMap<String, String> after = later.objects.get(name);
      if (after == null) {
        lines.add("- " + name + " " + before);
      } else if (before == null) {
        lines.add("+ " + name + " " + after);
      } else {
        addDifferences(name, before, after, lines);
      }
    }
    return lines;
  }

  private static void addDifferences(
      String name, Map<String, String> before, Map<String, String> after, List<String> lines) {
    TreeSet<String> attributes = new TreeSet<>(before.keySet());
    attributes.addAll(after.keySet());
    for (String attribute : attributes) {
      String was = before.get(attribute);
      String is = after.get(attribute);
      if (!isSame(was, is)) {
        lines.add("~ " + name + ": " + attribute + ": " + was + " -> " + is);
      }
    }
  }

  private static boolean isSame(String was, String is) {
    if (was != null && is != null && was.startsWith(UNTIL) && is.startsWith(UNTIL)) {
      long difference =
          Long.parseLong(was.substring(UNTIL.length()))
              - Long.parseLong(is.substring(UNTIL.length()));
      return Math.abs(difference) <= TIME_TOLERANCE_SECONDS;
    }
    return Objects.equals(was, is);
  }

  /**
   * What differs still when the kernel has brought its link states up to date, which it does a
   * little later than what changed them.
   *
   * @param reader reads the later state
   */
  public List<String> lastingDifferences(HostStateReader reader) {
    long deadline = System.nanoTime() + SETTLE_NANOS;
    while (true) {
      List<String> found = differences(reader.read());
      if (found.isEmpty() || System.nanoTime() > deadline) {
        return found;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /**
   * Fails unless the namespace of this thread is as here, or soon becomes so.
   *
   * @param what what was done in between, for the message
   */
  public void assertUnchanged(String what, HostStateReader reader) {
    assertEquals("", String.join("\n", lastingDifferences(reader)), what);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    objects.forEach((name, value) -> text.append(name).append(' ').append(value).append('\n'));
    return text.toString();
  }
}
