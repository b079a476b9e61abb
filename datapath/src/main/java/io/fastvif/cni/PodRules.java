package io.fastvif.cni;

import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Rules of nf_tables for the pods of a host, in tables of our own: masquerading, and the check of
 * source MAC addresses. For any thread in the host's namespace: what several want at the same time
 * goes to the kernel as one change.
 */
final class PodRules implements AutoCloseable {
  private final List<PodRuleTable> tables =
      PodRule.FAMILIES.stream().map(family -> new PodRuleTable(family, this::passed)).toList();
  private final Queue<Change> waiting = new ConcurrentLinkedQueue<>();

  /** What a VIF is to have, and what came of it. Guarded by the lock but for what is final. */
  private static final class Change {
    final String vifId;
    final List<PodRule> rules;
    boolean isDone;
    boolean hadRules;
    Throwable failed;

    Change(String vifId, List<PodRule> rules) {
      this.vifId = vifId;
      this.rules = rules;
    }
  }

  /**
   * Gives a VIF these rules instead of those that it has.
   *
   * @param rules none to take its rules away
   * @return whether it had any
   * @throws IOException what the kernel refused; rules of one family are replaced all or none
   */
  boolean replace(String vifId, List<PodRule> rules) throws IOException {
    Change change = new Change(vifId, List.copyOf(rules));
    waiting.add(change);
    synchronized (tables) {
      while (!change.isDone) {
        performNext();
      }
    }
    if (change.failed != null) {
      throw new IOException(change.failed.getMessage(), change.failed);
    }
    return change.hadRules;
  }

  /** How many rules a VIF has. */
  int count(String vifId) throws IOException {
    int count = 0;
    synchronized (tables) {
      for (PodRuleTable table : tables) {
        count += table.counts().getOrDefault(vifId, 0);
      }
    }
    return count;
  }

  /** The ids of the VIFs that have rules. */
  Set<String> vifIds() throws IOException {
    Set<String> ids = new HashSet<>();
    synchronized (tables) {
      for (PodRuleTable table : tables) {
        ids.addAll(table.counts().keySet());
      }
    }
    return ids;
  }

  /** One of the tables has changed, which the others need not be read again for. */
  private void passed(int generation) {
    tables.forEach(table -> table.passed(generation));
  }

  /** What waits, as far as no VIF is in it twice. */
  private void performNext() {
    Map<String, Change> together = new LinkedHashMap<>();
    for (Change next = waiting.peek();
        next != null && together.putIfAbsent(next.vifId, next) == null;
        next = waiting.peek()) {
      waiting.remove();
    }
    for (PodRuleTable table : tables) {
      perform(table, together.values().stream().filter(change -> change.failed == null).toList());
    }
    together.values().forEach(change -> change.isDone = true);
  }

  /** One that is refused does not fail the others. */
  private static void perform(PodRuleTable table, List<Change> changes) {
    Map<String, List<PodRule>> wanted = new LinkedHashMap<>();
    for (Change change : changes) {
      wanted.put(
          change.vifId,
          change.rules.stream().filter(rule -> rule.family() == table.family()).toList());
    }
    try {
      Set<String> gone = table.replace(wanted);
      changes.forEach(change -> change.hadRules |= gone.contains(change.vifId));
    } catch (IOException | RuntimeException | Error refused) {
      if (changes.size() == 1) {
        changes.getFirst().failed = refused;
      } else {
        changes.forEach(change -> perform(table, List.of(change)));
      }
    }
  }

  @Override
  public void close() {
    synchronized (tables) {
      tables.forEach(PodRuleTable::close);
    }
  }
}
