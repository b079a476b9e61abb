package io.fastvif.benchmarks.vhostuser;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** {@code fastvif bench --paths}. */
public final class PathComparison {
  private static final int SAMPLES = 60;
  private static final int QUICK_SAMPLES = 40;
  private static final int WARM_UP_SAMPLES = 12;
  private static final long SAMPLE_NANOS = 200_000_000L;
  private static final List<Integer> LENGTHS = List.of(64, 1500);

  /** How much is measured. */
  record Extent(List<Integer> lengths, int warmUpSamples, int samples, long nanos) {}

  private final Programs programs;
  private final Path folder;
  private final PrintWriter out;
  private final PrintWriter err;
  private boolean failed;
  private int runs;

  /**
   * Prepares the comparison.
   *
   * @param folder for sockets, programs and outputs
   * @param out takes the table, as Markdown
   * @param err takes what goes wrong
   * @throws InvalidInputException if this cannot be measured here
   * @throws IOException if the folder cannot be written
   */
  public PathComparison(Path folder, PrintWriter out, PrintWriter err) throws IOException {
    if (!Child.works("gcc", "--version")) {
      throw InvalidInputException.ofValue(
          "--paths", "a C compiler", "is not installed", "the Debian packages gcc libc6-dev");
    }
    if (Runtime.getRuntime().availableProcessors() < 2) {
      throw InvalidInputException.ofValue("--paths", "1 processor", "is too few", "two processors");
    }
    programs = new Programs(folder);
    programs.pathGuests();
    this.folder = folder;
    this.out = out;
    this.err = err;
  }

  /**
   * Measures paths.
   *
   * @param names of the paths, with commas between; empty for all
   * @param quick whether with fewer samples, and without the long frames
   * @throws InvalidInputException if there is no such path
   */
  public void run(String names, boolean quick) {
    List<DataPath> paths = paths(names);
    out.printf(
        "DPDK %s, Open vSwitch %s, passt %s, JDK %s%n%n",
        TestpmdBackend.version(),
        OvsDpdkBackend.version(),
        PasstBackend.version(),
        Runtime.version());
    run(
        paths,
        new Extent(
            quick ? LENGTHS.subList(0, 1) : LENGTHS,
            WARM_UP_SAMPLES,
            quick ? QUICK_SAMPLES : SAMPLES,
            SAMPLE_NANOS));
  }

  /** The paths of these names. */
  static List<DataPath> paths(String names) {
    if (names.isEmpty()) {
      return List.of(DataPath.values());
    }
    List<DataPath> paths = new ArrayList<>();
    for (String name : names.split(",", -1)) {
      paths.add(
          Arrays.stream(DataPath.values())
              .filter(path -> path.option().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      InvalidInputException.ofValue(
                          "--paths",
                          name,
                          "is no path",
                          Arrays.stream(DataPath.values())
                              .map(DataPath::option)
                              .collect(Collectors.joining(", ")))));
    }
    return paths;
  }

  /** Measures paths and prints their rows. */
  void run(List<DataPath> paths, Extent extent) {
    out.print(PathRows.TITLE);
    for (DataPath path : paths) {
      for (int length : path.lengths(extent.lengths)) {
        measure(path, length, extent).forEach(out::println);
        out.flush();
      }
    }
    err.flush();
  }

  private List<String> measure(DataPath path, int length, Extent extent) {
    List<String> lines = new ArrayList<>();
    List<PathRun> started = new ArrayList<>();
    List<String> names = new ArrayList<>();
    try {
      for (PathSystem system : PathSystem.of(path)) {
        if (system.missing().isPresent()) {
          lines.add(line(path, length, system, "not installed: " + system.missing().get()));
          continue;
        }
        try {
          Path place = folder.resolve("path" + runs++);
          started.add(new PathRun(programs, place, system, path, length));
          names.add(system.name());
        } catch (IOException | RuntimeException problem) {
          lines.add(failure(path, length, system.name(), problem));
        }
      }
      if (!started.isEmpty()) {
        lines.addAll(0, sample(started, new PathRows(path, length, names), extent));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(Child.interrupted(e));
    } catch (IOException | RuntimeException problem) {
      lines.add(failure(path, length, "", problem));
    } finally {
      started.forEach(PathRun::close);
    }
    return lines;
  }

  /** All in turns; every other round in the opposite order. */
  private static List<String> sample(List<PathRun> systems, PathRows rows, Extent extent)
      throws IOException, InterruptedException {
    for (int i = 0; i < extent.warmUpSamples; i++) {
      for (PathRun system : systems) {
        system.sample(extent.nanos);
      }
    }
    long before = distance();
    for (int round = 0; round < extent.samples; round++) {
      PathSample[] samples = new PathSample[systems.size()];
      for (int turn = 0; turn < samples.length; turn++) {
        int system = round % 2 == 0 ? turn : samples.length - 1 - turn;
        samples[system] = systems.get(system).sample(extent.nanos);
      }
      // Once a round: where others have the processors, it takes longer than a sample.
      long after = distance();
      rows.add(List.of(samples), before, after);
      before = after;
    }
    return rows.lines();
  }

  private static long distance() throws InterruptedException {
    return CoreDistance.roundTripNanos(0, FastvifBackend.PROCESSOR);
  }

  private String failure(DataPath path, int length, String system, Exception problem) {
    failed = true;
    err.println(path.title() + ", " + length + " bytes, " + system + ": " + problem);
    return "| " + path.title() + " | " + length + " | " + system + " | failed |";
  }

  private static String line(DataPath path, int length, PathSystem system, String text) {
    return "| " + path.title() + " | " + length + " | " + system.name() + " | " + text + " |";
  }

  /**
   * Whether a measurement has failed.
   *
   * @return true if a row of the table lacks its figures
   */
  public boolean hasFailed() {
    return failed;
  }
}
