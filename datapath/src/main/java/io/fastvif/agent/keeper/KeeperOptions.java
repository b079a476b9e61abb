package io.fastvif.agent.keeper;

import io.fastvif.Orphans;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * How a {@link HostKeeper} works. Never changes; each {@code with…} gives another.
 *
 * @param state the folder that what was declared is kept in; made if it is missing
 * @param repairs whether drift is repaired; if not it is only said, and so is what differs at the
 *     start
 * @param orphans what becomes of the VIFs that the host has in fastvif's name at the start and that
 *     nobody declared
 * @param firstPause how long a VIF whose repair did not last, or failed, is left alone; doubled
 *     each time
 * @param longestPause what that pause grows to
 * @param quiet after how long without drift a VIF's pause begins anew
 */
public record KeeperOptions(
    Path state,
    boolean repairs,
    Orphans orphans,
    Duration firstPause,
    Duration longestPause,
    Duration quiet) {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
  private static final Duration QUIET = Duration.ofMinutes(2);

  /** Checks that nothing is missing, and that the pauses are some. */
  public KeeperOptions {
    Objects.requireNonNull(state);
    Objects.requireNonNull(orphans);
    requirePositive("firstPause", firstPause);
    requirePositive("longestPause", longestPause);
    requirePositive("quiet", quiet);
  }

  private static void requirePositive(String name, Duration pause) {
    if (pause.isNegative() || pause.isZero()) {
      throw new IllegalArgumentException(name + ": " + pause + ": expected more than nothing");
    }
  }

  /** Repairs what drifts, and leaves orphans alone. */
  public static KeeperOptions of(Path state) {
    return new KeeperOptions(state, true, Orphans.KEEP, FIRST_PAUSE, LONGEST_PAUSE, QUIET);
  }

  /** The same, which repairs drift or only says it. */
  public KeeperOptions withRepairs(boolean isRepairing) {
    return new KeeperOptions(state, isRepairing, orphans, firstPause, longestPause, quiet);
  }

  /** The same with something else done with orphans. */
  public KeeperOptions withOrphans(Orphans fate) {
    return new KeeperOptions(state, repairs, fate, firstPause, longestPause, quiet);
  }

  /**
   * The same with other pauses.
   *
   * @param first of a VIF whose repair did not last, or failed
   * @param longest what it grows to
   * @param calm after how long without drift it begins anew
   */
  public KeeperOptions withPauses(Duration first, Duration longest, Duration calm) {
    return new KeeperOptions(state, repairs, orphans, first, longest, calm);
  }
}
