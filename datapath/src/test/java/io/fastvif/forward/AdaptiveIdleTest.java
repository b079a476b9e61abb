package io.fastvif.forward;

import static io.fastvif.forward.AdaptiveIdle.MAX_NAP_NANOS;
import static io.fastvif.forward.AdaptiveIdle.POLL;
import static io.fastvif.forward.AdaptiveIdle.SLEEP;
import static io.fastvif.forward.AdaptiveIdle.SPIN_NANOS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A loop whose time is the test's: frames come at a rate, rounds and naps take their time. */
class AdaptiveIdleTest {
  private static final long SECOND = 1_000_000_000;
  private static final long ROUND_NANOS = 100;
  private static final int BURST = 64;

  /** What passed in a second, and what the loop did meanwhile. */
  private static final class Run {
    private long now;
    private long nextFrame;
    private long naps;
    private long sleeps;
    private long rounds;
    private long frames;
    private long longestWait;

    /** Frames come every so many nanoseconds, more or less. */
    Run(AdaptiveIdle idle, long begin, long apart, long nanos, Random random) {
      now = begin;
      nextFrame = begin + apart;
      while (now < begin + nanos) {
        rounds++;
        now += ROUND_NANOS;
        int count = 0;
        while (nextFrame <= now && count < BURST) {
          longestWait = Math.max(longestWait, now - nextFrame);
          nextFrame += apart / 2 + random.nextLong(apart + 1);
          count++;
        }
        frames += count;
        if (count > 0) {
          idle.worked(count);
        } else {
          rest(idle.rest(now));
        }
      }
    }

    private void rest(long nanos) {
      if (nanos == SLEEP) {
        sleeps++;
        now = Math.max(now, nextFrame); // its kick
      } else if (nanos > 0) {
        assertTrue(nanos <= MAX_NAP_NANOS);
        naps++;
        now += nanos;
      }
    }
  }

  private static Run run(long apart) {
    AdaptiveIdle idle = new AdaptiveIdle(0);
    return new Run(idle, 0, apart, SECOND, new Random(apart));
  }

  /** From a hundred a second to ten thousand: nearly each frame wakes it, and no timer does. */
  @ParameterizedTest
  @ValueSource(longs = {10_000_000, 1_000_000, 100_000})
  void fewFramesComeByKicks(long apart) {
    Run run = run(apart);
    assertTrue(run.sleeps >= run.frames * 0.9, run.sleeps + " of " + run.frames);
    assertEquals(0, run.naps);
  }

  /** It is not woken for each, and nobody kicks; the rounds would be ten million if it polled. */
  @ParameterizedTest
  @ValueSource(longs = {15_000, 5_000, 1_000, 500})
  void moreFramesComeByNaps(long apart) {
    Run run = run(apart);
    assertTrue(run.sleeps < 100, run.sleeps + " sleeps");
    assertTrue(run.naps > 10_000 && run.naps <= 100_000, run.naps + " naps");
    assertTrue(run.rounds < SECOND / ROUND_NANOS / 4, run.rounds + " rounds");
    assertTrue(run.longestWait <= MAX_NAP_NANOS + SPIN_NANOS, run.longestWait + " ns");
  }

  @Test
  void itPollsWhenBurstsFollowEachOther() {
    Run run = run(200);
    assertTrue(run.naps + run.sleeps < 100, run.naps + " naps, " + run.sleeps + " sleeps");
  }

  /** After whatever there was it sleeps within 200 us, and then for ever. */
  @ParameterizedTest
  @ValueSource(longs = {200, 1_000, 15_000, 1_000_000})
  void itSleepsSoonAfterTheLastFrame(long apart) {
    AdaptiveIdle idle = new AdaptiveIdle(0);
    Run before = new Run(idle, 0, apart, SECOND, new Random(1));
    long end = before.now;
    long now = end;
    int naps = 0;
    for (long nanos = idle.rest(now); nanos != SLEEP; nanos = idle.rest(now)) {
      naps += nanos > 0 ? 1 : 0;
      now += Math.max(nanos, ROUND_NANOS);
      assertTrue(now - end < 200_000, "it does not sleep");
    }
    assertTrue(naps <= 2, naps + " naps");
    now += SECOND;
    assertEquals(POLL, afterAFrame(idle, now));
    now += SPIN_NANOS;
    assertEquals(SLEEP, idle.rest(now), "one frame is no load");
  }

  private static long afterAFrame(AdaptiveIdle idle, long now) {
    idle.worked(1);
    return idle.rest(now);
  }

  /** Naps become short and few within some hundred microseconds of the first frame. */
  @Test
  void itFollowsALoadThatBeginsAtOnce() {
    AdaptiveIdle idle = new AdaptiveIdle(0);
    Run before = new Run(idle, 0, 1_000_000, SECOND, new Random(2));
    Run run = new Run(idle, before.now, 200, 2_000_000, new Random(3));
    assertTrue(run.naps < 20, run.naps + " naps");
    assertTrue(run.frames >= 9_000, run.frames + " frames");
  }
}
