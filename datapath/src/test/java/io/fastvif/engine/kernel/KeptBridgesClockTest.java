package io.fastvif.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.fastvif.plan.BridgeKeeping;
import io.fastvif.plan.NetlinkStep;
import java.time.Duration;
import java.util.OptionalInt;
import org.agrona.collections.IntArrayList;
import org.junit.jupiter.api.Test;

/** How long it counts as known what a new bridge is like. */
class KeptBridgesClockTest {
  private static final BridgeKeeping MINUTE = new BridgeKeeping(4, Duration.ofMinutes(1));
  private static final NetlinkStep.CreateBridge STEP =
      new NetlinkStep.CreateBridge("qbr1", OptionalInt.of(0));

  private final IntArrayList leaving = new IntArrayList();
  private long now;
  private byte[] compared;
  private byte looks;

  private final BridgeQuestions questions =
      new BridgeQuestions() {
        @Override
        public byte[] settings(int index) {
          return new byte[] {++looks};
        }

        @Override
        public String difference(int index, byte[] asNew, String alias, boolean isWithoutUsers) {
          compared = asNew;
          return null;
        }

        @Override
        public String keeper() {
          return "this";
        }

        @Override
        public boolean isAlive(String keeper) {
          return true;
        }
      };

  /** Else what a namespace gives new links would never reach VIFs that come and go. */
  @Test
  void aNewBridgeIsMadeOnceInTheTimeThatTheyAreKept() {
    KeptBridges bridges =
        new KeptBridges(
            questions,
            index -> true,
            MINUTE,
            thrown -> {
              throw new AssertionError(thrown);
            },
            () -> now);
    bridges.made(STEP, 1);
    for (int second = 0; second < 60; second += 10) {
      now = Duration.ofSeconds(second).toNanos();
      bridges.add(1);
      assertEquals(new NetlinkStep.ReuseBridge("qbr1", 1), bridges.reuse(STEP, leaving));
      assertEquals(1, compared[0]);
      bridges.made(STEP, 1);
    }
    now = MINUTE.time().toNanos();
    compared = null;
    bridges.add(1);
    assertEquals(STEP, bridges.reuse(STEP, leaving));
    assertNull(compared);
    bridges.made(STEP, 2);
    assertEquals(new NetlinkStep.ReuseBridge("qbr1", 1), bridges.reuse(STEP, leaving));
    assertEquals(2, compared[0], "with the one that was made last");
    assertEquals(0, leaving.size());
  }
}
