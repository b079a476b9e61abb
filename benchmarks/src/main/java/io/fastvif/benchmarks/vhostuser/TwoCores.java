package io.fastvif.benchmarks.vhostuser;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Rates between a guest on one processor and the backend on another. Both backends stay connected,
 * each to a guest of its own; short samples alternate, and only neighbours count during which the
 * processors were equally far from each other.
 */
final class TwoCores {
  static final String TITLE =
      """
      Two cores: million frames a second, median; the ratio is fastvif's by DPDK's, median \
      (quartiles), of the pairs that had like round trips

      | | bytes | ring | DPDK | fastvif | ratio | pairs | round trip, ns |
      | --- | ---: | --- | ---: | ---: | --- | ---: | ---: |
      """;

  /** Below that many pairs the figures of a row are chance. */
  static final int MIN_PAIRS = 30;

  private static final int FRONTEND_PROCESSOR = 0;
  private static final long SAMPLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** Longer than the guest takes, with what it does not count. */
  private static final long SERVED_NANOS = TimeUnit.MILLISECONDS.toNanos(260);

  private static final int WARM_UP_SAMPLES = 10;
  private static final double NANOS_TO_MILLIONS = 1e3;

  private final Programs programs;
  private final Path folder;
  private final int pairs;
  private final int warmUpSamples;

  /**
   * @param pairs how many samples to take of each
   * @param warm whether the compiler is to have time first
   */
  TwoCores(Programs programs, Path folder, int pairs, boolean warm) {
    this.programs = programs;
    this.folder = folder;
    this.pairs = pairs;
    warmUpSamples = warm ? WARM_UP_SAMPLES : 0;
  }

  /** Measures both by turns; a row of the table. */
  String measure(Row row) throws IOException, InterruptedException {
    try (Guest dpdkGuest = new Guest();
        Guest guest = new Guest();
        DpdkBackend dpdk = new DpdkBackend(programs, folder, dpdkGuest, row);
        FastvifBackend fastvif = new FastvifBackend(folder, guest, row, null);
        Dialogue dpdkFrontend = frontend(dpdkGuest, row);
        Dialogue frontend = frontend(guest, row)) {
      for (int i = 0; i < warmUpSamples; i++) {
        sample(fastvif, frontend);
      }
      List<SamplePair> all = new ArrayList<>();
      long before = distance();
      for (int i = 0; i < pairs; i++) {
        boolean oursFirst = i % 2 == 1;
        double first = oursFirst ? sample(fastvif, frontend) : sample(dpdk, dpdkFrontend);
        long between = distance();
        double second = oursFirst ? sample(dpdk, dpdkFrontend) : sample(fastvif, frontend);
        long after = distance();
        all.add(
            new SamplePair(
                oursFirst ? second : first,
                oursFirst ? first : second,
                List.of(before, between, after)));
        before = after;
      }
      return line(row, all);
    }
  }

  /** The row of a table, of the pairs that count. */
  static String line(Row row, List<SamplePair> all) {
    List<SamplePair> like = all.stream().filter(SamplePair::isLike).toList();
    String count = like.size() + " of " + all.size();
    if (like.size() < MIN_PAIRS) {
      return "| " + row + " | | | not measurable here | " + count + " | |";
    }
    return String.format(
        Locale.ROOT,
        "| %s | %.1f | %.1f | %s | %s | %.0f |",
        row,
        Quartiles.of(like.stream().map(SamplePair::dpdk).toList()).median(),
        Quartiles.of(like.stream().map(SamplePair::fastvif).toList()).median(),
        Quartiles.of(like.stream().map(SamplePair::ratio).toList()),
        count,
        Quartiles.of(like.stream().map(SamplePair::roundTrip).toList()).median());
  }

  private Dialogue frontend(Guest guest, Row row) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(programs.frontend().toString());
    command.addAll(List.of(Integer.toString(FRONTEND_PROCESSOR), guest.path()));
    command.addAll(row.arguments());
    Dialogue frontend = new Dialogue(folder, command);
    try {
      frontend.expect("ready");
      return frontend;
    } catch (IOException | RuntimeException | Error e) {
      frontend.close();
      throw e;
    }
  }

  private static long distance() throws InterruptedException {
    return CoreDistance.roundTripNanos(FRONTEND_PROCESSOR, FastvifBackend.PROCESSOR);
  }

  private static double sample(FastvifBackend backend, Dialogue frontend)
      throws IOException, InterruptedException {
    backend.serve(SERVED_NANOS);
    double rate = rate(frontend);
    backend.awaitPause();
    return rate;
  }

  private static double sample(DpdkBackend backend, Dialogue frontend) throws IOException {
    backend.serve(SERVED_NANOS);
    double rate = rate(frontend);
    backend.awaitPause();
    return rate;
  }

  /** Million frames a second, as the guest counts them. */
  private static double rate(Dialogue frontend) throws IOException {
    frontend.ask(Long.toString(SAMPLE_NANOS));
    String answer = frontend.answer();
    int space = answer.indexOf(' ');
    double frames = Double.parseDouble(answer.substring(0, space));
    return frames / Double.parseDouble(answer.substring(space + 1)) * NANOS_TO_MILLIONS;
  }
}
