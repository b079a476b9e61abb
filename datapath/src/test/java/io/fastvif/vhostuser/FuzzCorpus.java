package io.fastvif.vhostuser;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * The inputs of a fuzzer that did something new, of which others are made. An input is a row of
 * seeds, one for each of its steps. What is new is not seen in the code, but from outside: another
 * outcome, or two states one after the other that did not follow each other before. Numbers are
 * left out of both.
 */
public final class FuzzCorpus {
  private static final int MAX_KEPT = 1_000;

  private final Random random;
  private final int steps;
  private final List<long[]> kept = new ArrayList<>();
  private final Map<String, Long> outcomes = new TreeMap<>();
  private final Map<String, Long> passages = new TreeMap<>();

  /**
   * Begins with nothing.
   *
   * @param steps how many seeds an input has
   */
  public FuzzCorpus(long seed, int steps) {
    random = new Random(seed);
    this.steps = steps;
  }

  /** An input: new one time in four, otherwise one that was kept, with some steps changed. */
  public long[] next() {
    if (kept.isEmpty() || random.nextInt(4) == 0) {
      return random.longs(steps).toArray();
    }
    long[] input = kept.get(random.nextInt(kept.size())).clone();
    int from = random.nextInt(steps);
    if (random.nextBoolean()) {
      // All that follows is new, or what another had there.
      long[] other =
          random.nextBoolean()
              ? random.longs(steps).toArray()
              : kept.get(random.nextInt(kept.size()));
      System.arraycopy(other, from, input, from, steps - from);
    } else {
      input[from] = random.nextLong();
    }
    return input;
  }

  /** An input had that end. */
  public void outcome(long[] input, String end) {
    note(outcomes, input, end);
  }

  /** An input led from one state to another. */
  public void passed(long[] input, String from, String to) {
    note(passages, input, from + " > " + to);
  }

  private void note(Map<String, Long> seen, long[] input, String what) {
    if (seen.merge(what.replaceAll("(0x)?[0-9a-f]*[0-9][0-9a-f]*", "N"), 1L, Long::sum) == 1
        && kept.size() < MAX_KEPT) {
      kept.add(input.clone());
    }
  }

  /** How many outcomes there were. */
  public int outcomes() {
    return outcomes.size();
  }

  @Override
  public String toString() {
    return outcomes.size()
        + " distinct outcomes, "
        + passages.size()
        + " distinct passages, "
        + kept.size()
        + " inputs kept";
  }
}
