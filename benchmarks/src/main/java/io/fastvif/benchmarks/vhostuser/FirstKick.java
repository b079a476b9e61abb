package io.fastvif.benchmarks.vhostuser;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How long it takes from the first kick after a rest until frames come at the full rate. */
final class FirstKick {
  static final String TITLE =
      """

      | | first frame, us: median | 90 % | full rate within, us: median | 90 % | frames in 50 us, of the first, second, third | in the long run |
      | --- | ---: | ---: | ---: | ---: | --- | ---: |
      """;

  /** Slots in which the rate is full for certain. */
  private static final int STEADY_FROM = 20;

  /** What counts as full. */
  private static final double FULL = 0.9;

  private static final int SHOWN = 3;

  private final List<Double> arrivals = new ArrayList<>();
  private final List<Double> full = new ArrayList<>();
  private final List<List<Double>> first = new ArrayList<>();
  private final List<Double> steady = new ArrayList<>();

  FirstKick() {
    for (int i = 0; i < SHOWN; i++) {
      first.add(new ArrayList<>());
    }
  }

  /** A burst after a rest. */
  void add(PacedSample burst) {
    long[] rest =
        Arrays.stream(burst.slots(), STEADY_FROM, burst.slots().length).sorted().toArray();
    long usual = rest[rest.length / 2];
    arrivals.add(burst.arrivalMicros());
    steady.add((double) usual);
    full.add((double) PacedSample.SLOT_MICROS * (1 + firstFull(burst.slots(), usual)));
    for (int i = 0; i < SHOWN; i++) {
      first.get(i).add((double) burst.slots()[i]);
    }
  }

  /** The first slot with the full rate; as many as there are if none has it. */
  static int firstFull(long[] slots, long usual) {
    for (int i = 0; i < slots.length; i++) {
      if (slots[i] > 0 && slots[i] >= FULL * usual) {
        return i;
      }
    }
    return slots.length;
  }

  /** The row of a table. */
  String row(String system) {
    return String.format(
        Locale.ROOT,
        "| %s | %.0f | %.0f | %.0f | %.0f | %.0f, %.0f, %.0f | %.0f |",
        system,
        median(arrivals),
        most(arrivals),
        median(full),
        most(full),
        median(first.get(0)),
        median(first.get(1)),
        median(first.get(2)),
        median(steady));
  }

  private static double median(List<Double> numbers) {
    return Quartiles.of(numbers).median();
  }

  private static double most(List<Double> numbers) {
    return numbers.stream().sorted().toList().get((int) (FULL * (numbers.size() - 1)));
  }
}
