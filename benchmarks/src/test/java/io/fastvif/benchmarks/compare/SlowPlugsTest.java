package io.fastvif.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.benchmarks.compare.SlowPlugs.Cause;
import io.fastvif.benchmarks.compare.SlowPlugs.Measured;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SlowPlugsTest {
  private static Measured plug(long micros, long exchangeMicros, Map<Cause, Long> within) {
    return new Measured(1000 * micros, 1000 * exchangeMicros, within);
  }

  @Test
  void aSlowPlugIsPutDownToHalfOfItsExcess() {
    Measured usual = plug(400, 300, Map.of(Cause.COLLECTION, 0L, Cause.PROCESSOR, 0L));
    String words =
        SlowPlugs.describe(
            List.of(
                usual,
                usual,
                usual,
                usual,
                usual,
                usual,
                plug(599, 499, Map.of()),
                plug(1000, 600, Map.of(Cause.COLLECTION, 299_000L)),
                plug(1200, 300, Map.of(Cause.COLLECTION, 400_000L)),
                plug(900, 300, Map.of(Cause.PROCESSOR, 249_000L))));
    assertEquals(
        "3 of 10 single plugs of another pass, with Flight Recorder, took more than 1.5 times"
            + " their median, 400 us; garbage collection: 1, at most 1200 us; the kernel took"
            + " longer to answer a send: 1, at most 1000 us; none of these: 1, at most 900 us.",
        words);
  }

  @Test
  void whatIsRecordedIsDescribed() throws Exception {
    try (SlowPlugs slow = new SlowPlugs()) {
      for (int i = 0; i < 10; i++) {
        slow.record(() -> {});
      }
      assertTrue(slow.describe().contains(" of 10 single plugs "));
    }
  }
}
