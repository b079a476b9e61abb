package io.fastvif;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.testing.FaultyProcess;
import io.fastvif.testing.KernelTest;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a lone operation costs in system calls and in threads that are woken, counted: times differ
 * from machine to machine, these do not. The package documentation of {@code io.fastvif.engine} has
 * the same as a table.
 */
class LoneOperationTest {
  /** What a thread may be woken at most where it may as well be awake still. */
  private static final int MAX_ENGINE_WAKES = 3;

  /** For all operations that end together: one for each thread that is there. */
  private static final int MAX_CALLBACK_WAKES = 4;

  /** Linkwatch tells of a link's carrier when it likes: one datagram more, and one receive. */
  private static final int MAX_EVENTS = 6;

  /** Prints that did not come from the program, such as warnings of the JVM. */
  private static final String COUNT =
      "(plug|again|unplug|awaited|together) [a-z]+ [a-z0-9-]+ [0-9]+";

  /**
   * On a busy machine something else may happen in between; what it really costs, it always does.
   */
  private static final int RUNS = 4;

  @TempDir Path folder;

  private static Map<String, Integer> counts(String... arguments) throws Exception {
    return FaultyProcess.run(LoneOperationCalls.class, arguments)
        .lines()
        .filter(line -> line.matches(COUNT))
        .collect(
            Collectors.toMap(
                line -> line.substring(0, line.lastIndexOf(' ')),
                line -> Integer.valueOf(line.substring(line.lastIndexOf(' ') + 1)),
                (one, other) -> other,
                TreeMap::new));
  }

  /** Takes out what depends on when threads run and when the kernel tells of carriers. */
  private static void removeBounded(Map<String, Integer> counts, String what, int most) {
    if (counts.getOrDefault(what, 0) <= most) {
      counts.remove(what);
    }
  }

  private static Map<String, Integer> exact(String... arguments) throws Exception {
    Map<String, Integer> counts = counts(arguments);
    for (String operation : new String[] {"plug", "again", "unplug", "awaited", "together"}) {
      removeBounded(counts, operation + " engine events", MAX_EVENTS);
      removeBounded(counts, operation + " caller wakes", 1); // none if the result was there first
      // Whether the kernel's lock is free again, asked when it has told that the link is gone: on a
      // busy machine its answer to the deletion may be there before, or the next operation.
      removeBounded(counts, operation + " departures sends", 1);
      removeBounded(counts, operation + " departures receives", 1);
      removeBounded(counts, operation + " departures events", 2 * MAX_EVENTS);
      removeBounded(counts, operation + " planning events", MAX_EVENTS);
      // What the transaction changed and its answer come together or one after the other.
      removeBounded(counts, operation + " ovsdb receives", 2);
    }
    removeBounded(counts, "awaited caller events", MAX_EVENTS);
    counts.remove("together engine events"); // as many as the kernel has put into datagrams
    for (String what : new String[] {"wakes", "files"}) { // a new one reads the processors' number
      removeBounded(counts, "together callback " + what, MAX_CALLBACK_WAKES);
    }
    // By the request, by the link's being gone, and by the kernel's answer.
    removeBounded(counts, "unplug engine wakes", MAX_ENGINE_WAKES);
    if (!counts.containsKey("plug planning wakes")) {
      return counts;
    }
    // On Open vSwitch also by each plan, by the database's answer and by a retired bridge's end.
    for (String operation : new String[] {"plug", "again", "awaited"}) {
      removeBounded(counts, operation + " engine wakes", MAX_ENGINE_WAKES);
    }
    removeBounded(counts, "unplug engine wakes", 2 * MAX_ENGINE_WAKES);
    return counts;
  }

  private static void assertCounts(Map<String, Integer> expected, String... arguments)
      throws Exception {
    Map<String, Integer> counts = exact(arguments);
    for (int i = 1; i < RUNS && !counts.equals(expected); i++) {
      System.err.println("counted once more: " + counts + ", not " + expected);
      counts = exact(arguments);
    }
    assertEquals(expected, counts);
  }

  /** What every plug and unplug of linux_bridge takes besides. */
  private static Map<String, Integer> common() {
    Map<String, Integer> expected = new TreeMap<>();
    expected.put("plug engine wakes", 1); // by the request: nothing is planned or told elsewhere
    expected.put("again engine wakes", 1);
    // The generation of the packet filter's rules: whether those that are known are the kernel's.
    expected.put("again engine sends", 1);
    expected.put("again engine receives", 1);
    expected.put("unplug engine sends", 1);
    expected.put("unplug engine receives", 1);
    // RTM_DELLINK, on a lane, which waits for the kernel's grace period alone.
    expected.put("unplug deletions sends", 1);
    expected.put("unplug deletions receives", 1);
    expected.put("unplug deletions wakes", 1);
    return expected;
  }

  /** What the engine's thread does for a plug that it was woken for, its caller does instead. */
  private static void copy(Map<String, Integer> expected, String from, String to) {
    for (String what : new String[] {"sends", "receives", "ioctls", "files"}) {
      expected.put(to + " " + what, expected.get(from + " " + what));
    }
  }

  @KernelTest
  void aVethPair() throws Exception {
    Map<String, Integer> expected = common();
    // The rules' generation; the pair; both ends set up together.
    expected.put("plug engine sends", 3);
    expected.put("plug engine receives", 3);
    expected.put("plug engine ioctls", 3); // the indexes of both ends and of the bridge
    expected.put("plug engine files", 2); // disable_ipv6 of both ends: netlink does not take it
    copy(expected, "plug engine", "awaited caller"); // and nobody is woken
    expected.put("together engine wakes", 1);
    expected.put("together engine sends", 2); // all pairs, and all settings of them
    expected.put("together engine receives", 11); // of 100 and of 200 answers, 32 in each
    expected.put("together engine ioctls", 300);
    expected.put("together engine files", 200);
    assertCounts(expected, "veth", "100");
  }

  @KernelTest
  void aTap() throws Exception {
    Map<String, Integer> expected = common();
    // The rules' generation; the marks that a tap has before it persists; its settings.
    expected.put("plug engine sends", 3);
    expected.put("plug engine receives", 3);
    // TUNSETIFF, TUNSETPERSIST, the tap's index before and after it persists, the bridge's index.
    expected.put("plug engine ioctls", 5);
    expected.put("plug engine files", 2); // /dev/net/tun, and the tap's disable_ipv6
    copy(expected, "plug engine", "awaited caller");
    expected.put("together engine wakes", 1);
    expected.put("together engine sends", 21); // the marks of each, and all settings
    expected.put("together engine receives", 21);
    expected.put("together engine ioctls", 100);
    expected.put("together engine files", 40);
    assertCounts(expected, "tap", "20");
  }

  /** What every plug and unplug on Open vSwitch takes besides. */
  private static Map<String, Integer> onOpenVSwitch() {
    Map<String, Integer> expected = new TreeMap<>();
    // Open vSwitch's rows are read on the other thread, where a link needs no question any more.
    for (String operation : new String[] {"plug", "again", "awaited"}) {
      expected.put(operation + " planning wakes", 1);
    }
    expected.put("unplug planning wakes", 2); // and once more when all is done
    for (String operation : new String[] {"plug", "unplug", "awaited"}) {
      expected.put(operation + " ovsdb sends", 1); // the transaction
    }
    expected.put("unplug deletions sends", 1);
    expected.put("unplug deletions receives", 1);
    expected.put("unplug deletions wakes", 1);
    return expected;
  }

  @KernelTest
  void aPortOfOpenVSwitch() throws Exception {
    Map<String, Integer> expected = onOpenVSwitch();
    // The marks that a tap has before it persists; its settings; that it is up, behind its port.
    expected.put("plug engine sends", 3);
    expected.put("plug engine receives", 3);
    expected.put("plug engine ioctls", 4);
    expected.put("plug engine files", 1); // /dev/net/tun
    copy(expected, "plug engine", "awaited engine");
    assertCounts(expected, "ovs", folder.toString());
  }

  @KernelTest
  void aHybridVif() throws Exception {
    Map<String, Integer> expected = onOpenVSwitch();
    // The bridge, its settings and that it keeps its address; the pair; each end's settings.
    expected.put("plug engine sends", 6);
    expected.put("plug engine receives", 6);
    expected.put("plug engine ioctls", 3);
    expected.put("plug engine files", 3); // disable_ipv6 of the bridge and of both ends
    copy(expected, "plug engine", "awaited engine");
    expected.put("unplug engine sends", 3); // the bridge gets rid of its name, mark and ports
    expected.put("unplug engine receives", 3);
    expected.put("unplug retired sends", 1); // and is deleted when all has been answered
    expected.put("unplug retired receives", 1);
    expected.put("unplug retired wakes", 1);
    assertCounts(expected, "hybrid", folder.toString());
  }
}
