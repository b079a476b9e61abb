package io.fastvif.forward.bridge;

/**
 * Which port an address is at, by VLAN: a hash table with open addressing, at most half full, whose
 * order of slots nobody outside can tell. One thread uses it.
 *
 * <p>A key is a VLAN in 12 bits above a MAC address in 48, and never 0.
 */
final class MacTable {
  /** Entries that are learned, of all ports together. */
  static final int MAX_LEARNED = 8192;

  private static final int SLOTS = 2 * MAX_LEARNED;
  private static final int MASK = SLOTS - 1;
  private static final int MAC_BITS = 48;
  private static final long FREE = 0;

  /** What {@link #learn} says: the address is where it was seen, or the table has no room. */
  static final int LEARNED = 0;

  /** It was not noted, because its port has as many as it may. */
  static final int AT_LIMIT = 1;

  /** It was not noted, because it is pinned to another port. */
  static final int PINNED_ELSEWHERE = 2;

  /** Of an entry that stays. */
  private static final int PINNED = -1;

  private final long seed;
  private final long[] keys = new long[SLOTS];
  private final int[] ports = new int[SLOTS];

  /** The second since which an entry is not used any more, or {@link #PINNED}. */
  private final int[] expiry = new int[SLOTS];

  private final int[] learnedBy = new int[LearningSwitch.MAX_PORTS];
  private int learned;
  private int pinned;
  private int swept;

  /**
   * Makes an empty table.
   *
   * @param seed secret of the order of slots
   */
  MacTable(long seed) {
    this.seed = seed;
  }

  static long key(int vlan, long mac) {
    return (long) vlan << MAC_BITS | mac;
  }

  private int home(long key) {
    long mixed = (key ^ seed) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
    return (int) (mixed ^ mixed >>> 33) & MASK;
  }

  private int slot(long key) {
    int slot = home(key);
    while (keys[slot] != FREE && keys[slot] != key) {
      slot = slot + 1 & MASK;
    }
    return slot;
  }

  /**
   * Looks a key up.
   *
   * @param now the second
   * @return its port, or -1 for none
   */
  int find(long key, int now) {
    int slot = slot(key);
    if (keys[slot] == FREE || (expiry[slot] != PINNED && expiry[slot] <= now)) {
      return -1;
    }
    return ports[slot];
  }

  /**
   * Notes that an address was seen.
   *
   * @param port where
   * @param now the second
   * @param ageing after how many seconds it is forgotten
   * @param limit how many entries the port may have
   * @return {@link #LEARNED}, {@link #AT_LIMIT} or {@link #PINNED_ELSEWHERE}
   */
  int learn(long key, int port, int now, int ageing, int limit) {
    int slot = slot(key);
    if (keys[slot] == key) {
      if (expiry[slot] == PINNED) {
        return ports[slot] == port ? LEARNED : PINNED_ELSEWHERE;
      }
      if (ports[slot] != port) {
        if (learnedBy[port] >= limit) {
          return AT_LIMIT;
        }
        learnedBy[ports[slot]]--;
        learnedBy[port]++;
        ports[slot] = port;
      }
      expiry[slot] = now + ageing;
      return LEARNED;
    }
    if (learnedBy[port] >= limit) {
      return AT_LIMIT;
    }
    if (learned == MAX_LEARNED) {
      return LEARNED;
    }
    keys[slot] = key;
    ports[slot] = port;
    expiry[slot] = now + ageing;
    learnedBy[port]++;
    learned++;
    return LEARNED;
  }

  /**
   * Shows what was learned and is not forgotten.
   *
   * @param now the second
   */
  void forEachLearned(int now, LearningSwitch.Learned learned) {
    for (int slot = 0; slot < SLOTS; slot++) {
      if (keys[slot] != FREE && expiry[slot] != PINNED && expiry[slot] > now) {
        learned.at(keys[slot], ports[slot], expiry[slot] - now);
      }
    }
  }

  /** Has an address stay at a port, wherever it was. Its port is the only one to pin it. */
  void pin(long key, int port) {
    int slot = slot(key);
    if (keys[slot] == key && expiry[slot] != PINNED) {
      forget(slot);
      slot = slot(key);
    }
    if (keys[slot] == FREE) {
      pinned++;
    }
    keys[slot] = key;
    ports[slot] = port;
    expiry[slot] = PINNED;
  }

  /** Takes an entry out, and moves those behind it that would not be found any more. */
  private void forget(int slot) {
    if (expiry[slot] == PINNED) {
      pinned--;
    } else {
      learnedBy[ports[slot]]--;
      learned--;
    }
    int hole = slot;
    for (int next = hole + 1 & MASK; keys[next] != FREE; next = next + 1 & MASK) {
      // It may stay if its home lies behind the hole, seen from the hole on.
      if ((next - home(keys[next]) & MASK) >= (next - hole & MASK)) {
        keys[hole] = keys[next];
        ports[hole] = ports[next];
        expiry[hole] = expiry[next];
        hole = next;
      }
    }
    keys[hole] = FREE;
  }

  /** Takes out what is old of the next slots; those come round again and again. */
  void sweep(int now, int slots) {
    for (int i = 0; i < slots; i++) {
      // A hole may have been filled from behind: the slot is looked at again then.
      while (keys[swept] != FREE && expiry[swept] != PINNED && expiry[swept] <= now) {
        forget(swept);
      }
      swept = swept + 1 & MASK;
    }
  }

  /** Takes out all of a port. */
  void removePort(int port) {
    for (int i = 0; i < SLOTS; i++) {
      while (keys[i] != FREE && ports[i] == port) {
        forget(i);
      }
    }
  }

  /** How many entries were learned from a port and not taken out yet. */
  int learned(int port) {
    return learnedBy[port];
  }

  /** How many entries there are. */
  int size() {
    return learned + pinned;
  }
}
