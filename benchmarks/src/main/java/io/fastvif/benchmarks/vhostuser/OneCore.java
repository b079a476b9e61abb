package io.fastvif.benchmarks.vhostuser;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Processor time of the backends alone: the driver fills the rings and the backend empties them in
 * one thread, so no cache line travels.
 */
final class OneCore {
  static final String TITLE =
      """
      One core: nanoseconds per frame of the backend alone, median; the ratio is DPDK's by fastvif's, \
      median (quartiles)

      | | bytes | ring | DPDK | fastvif | ratio |
      | --- | ---: | --- | ---: | ---: | --- |
      """;

  private static final int TURNS = 500;

  /** In the first samples the compiler is at work, and caches fill. */
  private static final int WARM_UP_TURNS = 2_000;

  private static final int WARM_UP_SAMPLES = 50;

  private final Programs programs;
  private final Path folder;
  private final int pairs;
  private final int warmUpSamples;

  /**
   * @param pairs how many samples to take of each
   * @param warm whether the compiler is to have time first
   */
  OneCore(Programs programs, Path folder, int pairs, boolean warm) {
    this.programs = programs;
    this.folder = folder;
    this.pairs = pairs;
    warmUpSamples = warm ? WARM_UP_SAMPLES : 1;
  }

  /** Measures both by turns; a row of the table. */
  String measure(Row row) throws IOException, InterruptedException {
    List<Double> theirs = new ArrayList<>();
    List<Double> ours = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    try (Guest dpdkGuest = new Guest();
        Guest guest = new Guest();
        GuestDevice device = new GuestDevice(programs.guestDevice(), guest, row);
        DpdkBackend dpdk = new DpdkBackend(programs, folder, dpdkGuest, row);
        FastvifBackend fastvif = new FastvifBackend(folder, guest, row, device)) {
      for (int i = 0; i < warmUpSamples; i++) {
        fastvif.turns(WARM_UP_TURNS);
        dpdk.turns(1);
      }
      for (int i = 0; i < pairs; i++) {
        theirs.add(dpdk.turns(TURNS) / Guest.RING_SIZE);
        ours.add(fastvif.turns(TURNS) / Guest.RING_SIZE);
        ratios.add(theirs.getLast() / ours.getLast());
      }
    }
    return String.format(
        Locale.ROOT,
        "| %s | %.1f | %.1f | %s |",
        row,
        Quartiles.of(theirs).median(),
        Quartiles.of(ours).median(),
        Quartiles.of(ratios));
  }
}
