package io.fastvif.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.fastvif.benchmarks.Root;
import io.fastvif.benchmarks.report.Result;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every system plugs and unplugs a few VIFs; the figures mean nothing here. */
class SystemsTest {
  private static final Limits LIMITS = new Limits(Duration.ofMinutes(10), Duration.ofMinutes(30));
  private static final List<Integer> SIZES = List.of(1, 20);
  private static final int RUNS = 2;

  @BeforeEach
  void root() {
    Root.require();
  }

  @ParameterizedTest
  @EnumSource
  void everySystemDoesTheWork(Workload workload) throws Exception {
    try (Resources resources = new Resources()) {
      List<MeasuredSystem> systems = present(workload.systems(resources));
      StringWriter progress = new StringWriter();
      ComparisonRun run = new ComparisonRun(workload, systems, LIMITS, new PrintWriter(progress));
      for (int size : SIZES) {
        run.measure(size, RUNS);
      }
      assertFalse(run.hasFailed(), progress::toString);
      assertEquals(List.of(), run.notes());
      assertEquals(rows(workload, systems), run.results().stream().map(SystemsTest::row).toList());
      for (Result result : run.results()) {
        assertNull(result.problem(), result::toString);
        assertEquals(RUNS, result.runs().size(), result::toString);
        result.runs().forEach(micros -> assertTrue(micros > 0 && micros < 1e6, result::toString));
        assertLatency(result, systems);
      }
    }
  }

  private static void assertLatency(Result result, List<MeasuredSystem> systems) {
    boolean reports =
        systems.stream()
            .anyMatch(system -> system.name().equals(result.system()) && system.reportsLatency());
    if (!reports || !result.operation().equals("plug")) {
      assertNull(result.latency(), result::toString);
      return;
    }
    long eachTurn = Math.ceilDiv(result.vifs(), RUNS);
    assertEquals(RUNS * eachTurn, result.latency().count(), result::toString);
    assertTrue(result.latency().p50() > 0, result::toString);
    assertTrue(result.latency().p50() <= result.latency().p99(), result::toString);
    assertTrue(result.latency().p999() <= result.latency().max(), result::toString);
    assertFalse(result.latency().percentiles().isEmpty(), result::toString);
  }

  /** Without those that are not installed, each of which is named in a line. */
  private static List<MeasuredSystem> present(List<MeasuredSystem> systems) {
    List<MeasuredSystem> present = new ArrayList<>();
    for (MeasuredSystem system : systems) {
      if (system.missing().isEmpty()) {
        present.add(system);
        continue;
      }
      String reason = system.name() + " is missing: apt-get install " + system.missing().get();
      if (Boolean.getBoolean("fastvif.require-all-peers")) {
        fail(reason);
      }
      System.err.println(reason);
    }
    return present;
  }

  private static List<String> rows(Workload workload, List<MeasuredSystem> systems) {
    Set<String> operations = new TreeSet<>(Set.of("plug"));
    if (workload.hasPorts()) {
      operations.add("unplug");
    }
    return SIZES.stream()
        .flatMap(
            size ->
                systems.stream()
                    .flatMap(
                        system ->
                            operations.stream()
                                .map(
                                    operation ->
                                        String.join(
                                            " ", system.name(), operation, size.toString()))))
        .collect(Collectors.toList());
  }

  private static String row(Result result) {
    return result.system() + " " + result.operation() + " " + result.vifs();
  }
}
