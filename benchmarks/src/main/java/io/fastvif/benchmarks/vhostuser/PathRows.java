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
      time by fastvif's: median (quartiles), of samples whose round trips between the processors were \
      alike

      | | bytes | | rate | time | lost | fastvif's rate by it | its time by fastvif's | samples |
      | --- | ---: | --- | ---: | ---: | ---: | --- | --- | ---: |
      """;

  /** Below that a ratio says nothing. */
  static final int MIN_PAIRS = 30;

  private static final double MILLION = 1e6;

  private record Measured(PathSample sample, long before, long after) {}

  private final DataPath path;
  private final int length;
  private final List<String> systems;
  private final List<List<Measured>> samples = new ArrayList<>();

  /**
   * @param systems their names; the first is what others are compared with
   */
  PathRows(DataPath path, int length, List<String> systems) {
    this.path = path;
    this.length = length;
    this.systems = List.copyOf(systems);
    systems.forEach(each -> samples.add(new ArrayList<>()));
  }

  /**
   * Adds a system's next sample.
   *
   * @param before nanoseconds of a cache line's round trip before it; -1 if not known
   * @param after the same after it
   */
  void add(int system, PathSample sample, long before, long after) {
    samples.get(system).add(new Measured(sample, before, after));
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
    List<PathSample> all = samples.get(system).stream().map(Measured::sample).toList();
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
    for (int i = 0; i < samples.get(system).size(); i++) {
      Measured ours = samples.get(0).get(i);
      Measured other = samples.get(system).get(i);
      SamplePair pair =
          new SamplePair(
              other.sample.rate(),
              ours.sample.rate(),
              List.of(ours.before, ours.after, other.before, other.after));
      if (pair.isLike()) {
        rates.add(pair.ratio());
        costs.add(other.sample.cost() / ours.sample.cost());
      }
    }
    String count = rates.size() + " of " + samples.get(system).size();
    return rates.size() < MIN_PAIRS
        ? "not measurable here | | " + count
        : Quartiles.of(rates) + " | " + Quartiles.of(costs) + " | " + count;
  }
}
