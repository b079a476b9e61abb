package io.fastvif.benchmarks.vhostuser;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The samples of one path and length, of all systems, and the rows that show them. */
final class PathRows {
  static final String TITLE =
      """
      Thousand frames a second at the other end, nanoseconds of the backend's processor time a frame, \
      and frames lost of a million: medians, all losses; fastvif's rate by the other's and the other's \
      time by fastvif's: median (quartiles), of rounds before and after which the processors' round \
      trips were alike

      | | bytes | | rate | time | lost | fastvif's rate by it | its time by fastvif's | rounds |
      | --- | ---: | --- | ---: | ---: | ---: | --- | --- | ---: |
      """;

  /** Below that a ratio says nothing. */
  static final int MIN_PAIRS = 30;

  private static final double MILLION = 1e6;

  private record Round(List<PathSample> samples, long before, long after) {
    PathSample of(int system) {
      return samples.get(system);
    }
  }

  private final DataPath path;
  private final int length;
  private final List<String> systems;
  private final List<Round> rounds = new ArrayList<>();

  /**
   * @param systems their names; the first is what others are compared with
   */
  PathRows(DataPath path, int length, List<String> systems) {
    this.path = path;
    this.length = length;
    this.systems = List.copyOf(systems);
  }

  /**
   * Adds a round: a sample of each system.
   *
   * @param before nanoseconds of a cache line's round trip before it; -1 if not known
   * @param after the same after it
   */
  void add(List<PathSample> samples, long before, long after) {
    rounds.add(new Round(samples, before, after));
  }

  /** A row for each system. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < systems.size(); i++) {
      lines.add(line(i));
    }
    return lines;
  }

  private String line(int system) {
    List<PathSample> all = rounds.stream().map(round -> round.of(system)).toList();
    long sent = all.stream().mapToLong(PathSample::sent).sum();
    long lost = all.stream().mapToLong(PathSample::lost).sum();
    return String.format(
        Locale.ROOT,
        "| %s | %d | %s | %.0f | %.0f | %.0f | %s |",
        path.title(),
        length,
        systems.get(system),
        Quartiles.of(all.stream().map(PathSample::rate).toList()).median(),
        Quartiles.of(all.stream().map(PathSample::cost).toList()).median(),
        sent == 0 ? 0 : lost * MILLION / sent,
        system == 0 ? " | | " + all.size() : ratios(system));
  }

  /** The cells that compare a system with the first one. */
  private String ratios(int system) {
    List<Double> rates = new ArrayList<>();
    List<Double> costs = new ArrayList<>();
    for (Round round : rounds) {
      PathSample ours = round.of(0);
      PathSample other = round.of(system);
      SamplePair pair =
          new SamplePair(other.rate(), ours.rate(), List.of(round.before, round.after));
      if (pair.isLike()) {
        rates.add(pair.ratio());
        costs.add(other.cost() / ours.cost());
      }
    }
    String count = rates.size() + " of " + rounds.size();
    return rates.size() < MIN_PAIRS
        ? "not measurable here | | " + count
        : Quartiles.of(rates) + " | " + Quartiles.of(costs) + " | " + count;
  }
}
