package io.fastvif.forward.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The table against a map that does the same. */
class MacTableTest {
  private static final int PORTS = 8;
  private static final int LIMIT = 300;
  private static final int AGEING = 60;

  private record Entry(int port, int expiry) {}

  private final Map<Long, Entry> expected = new HashMap<>();
  private final MacTable table = new MacTable(42);

  private long learnedBy(int port) {
    return expected.values().stream().filter(entry -> entry.port == port).count();
  }

  private void learn(long key, int port, int now) {
    Entry former = expected.get(key);
    boolean isNew = former == null || former.port != port;
    int outcome = MacTable.LEARNED;
    if (isNew && learnedBy(port) >= LIMIT) {
      outcome = MacTable.AT_LIMIT;
    } else {
      expected.put(key, new Entry(port, now + AGEING));
    }
    assertEquals(outcome, table.learn(key, port, now, AGEING, LIMIT));
  }

  /** Old entries are taken out all at once, as none of them has to be found any more. */
  private void sweep(int now) {
    expected.values().removeIf(entry -> entry.expiry <= now);
    table.sweep(now, 2 * MacTable.MAX_LEARNED);
  }

  @Test
  void entriesAreFoundUntilTheyAreOldOrTheirPortLeaves() {
    Random random = new Random(7);
    for (int step = 0; step < 20_000; step++) {
      int now = step / 50;
      long key = MacTable.key(random.nextInt(3), 1 + random.nextInt(1000));
      learn(key, random.nextInt(PORTS), now);
      long asked = MacTable.key(random.nextInt(3), 1 + random.nextInt(1000));
      Entry entry = expected.get(asked);
      int port = entry == null || entry.expiry <= now ? -1 : entry.port;
      assertEquals(port, table.find(asked, now));
      if (step % 997 == 0) {
        int gone = random.nextInt(PORTS);
        expected.values().removeIf(each -> each.port == gone);
        table.removePort(gone);
        assertEquals(0, table.learned(gone));
      }
      if (step % 1009 == 0) {
        sweep(now);
      }
      assertEquals(expected.size(), table.size());
    }
    expected.forEach((key, entry) -> assertEquals(entry.port, table.find(key, 0)));
  }

  @Test
  void pinnedEntriesStay() {
    long key = MacTable.key(5, 0x02_0000_000001L);
    learn(key, 1, 0);
    table.pin(key, 2);
    assertEquals(0, table.learned(1));
    assertEquals(2, table.find(key, Integer.MAX_VALUE));
    assertEquals(MacTable.PINNED_ELSEWHERE, table.learn(key, 3, 0, AGEING, LIMIT));
    assertEquals(MacTable.LEARNED, table.learn(key, 2, 0, AGEING, LIMIT));
    table.sweep(Integer.MAX_VALUE, 2 * MacTable.MAX_LEARNED);
    assertEquals(2, table.find(key, Integer.MAX_VALUE));
    assertEquals(-1, table.find(MacTable.key(6, 0x02_0000_000001L), 0));
    table.removePort(2);
    assertEquals(-1, table.find(key, 0));
    assertEquals(0, table.size());
  }

  @Test
  void fullTableStillPins() {
    for (int i = 1; i <= MacTable.MAX_LEARNED + 10; i++) {
      table.learn(i, 0, 0, AGEING, Integer.MAX_VALUE);
    }
    assertEquals(MacTable.MAX_LEARNED, table.size());
    assertEquals(-1, table.find(MacTable.MAX_LEARNED + 1, 0));
    table.pin(MacTable.MAX_LEARNED + 1, 1);
    assertEquals(1, table.find(MacTable.MAX_LEARNED + 1, 0));
    assertEquals(0, table.find(1, 0));
  }
}
