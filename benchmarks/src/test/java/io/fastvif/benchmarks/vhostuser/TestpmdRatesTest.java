package io.fastvif.benchmarks.vhostuser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class TestpmdRatesTest {
  private static final String OUTPUT =
      """
        RX-packets: 0          RX-missed: 0          RX-bytes:  0
        Throughput (since last show)
        Rx-pps:            0          Rx-bps:            0
        Tx-pps:     33012345          Tx-bps:  16902320640
        Rx-pps:           17          Rx-bps:            0
        Tx-pps:     33000000          Tx-bps:  16902320640
      """;

  @Test
  void ratesAreReadFromTestpmdsStatistics() {
    assertEquals(List.of(33012345.0, 33000000.0), Testpmd.rates(OUTPUT, "Tx-pps"));
    assertEquals(List.of(0.0, 17.0), Testpmd.rates(OUTPUT, "Rx-pps"));
    assertTrue(Testpmd.rates("", "Tx-pps").isEmpty());
  }

  @Test
  void theMedianCounts() {
    assertEquals(2.0, Measured.median(List.of(9.0, 1.0, 2.0)));
    assertEquals(3.0, Measured.median(List.of(9.0, 1.0, 2.0, 4.0)));
    assertEquals(2.5, new Measured(List.of(2e6, 3e6), 1, 1).millions());
    assertTrue(Double.isNaN(new Measured(List.of(), 1, 1).millions()));
  }
}
