package io.fastvif.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark runs through JMH; its figures mean nothing here. */
class BenchmarksTest {
  private static final TimeValue SHORT = TimeValue.milliseconds(20);
  private static final int ITERATIONS_UNTIL_COMPILED = 12;
  private static final Set<String> WITHOUT_ROOT =
      Set.of(
          "DecodeBenchmark.everythingFourThreads",
          "DecodeBenchmark.everythingOneThread",
          "DecodeBenchmark.everythingTwoThreads",
          "DecodeBenchmark.numbersFourThreads",
          "DecodeBenchmark.numbersOneThread",
          "DecodeBenchmark.numbersTwoThreads",
          "EncodePlugBenchmark.tap",
          "EncodePlugBenchmark.veth",
          "EngineBenchmark.fourProducers",
          "EngineBenchmark.oneProducer",
          "EngineBenchmark.twoProducers",
          "JsonBenchmark.read",
          "JsonBenchmark.write",
          "LibvirtXmlBenchmark.bridgeFourThreads",
          "LibvirtXmlBenchmark.bridgeOneThread",
          "LibvirtXmlBenchmark.bridgeTwoThreads",
          "NativeCallBenchmark.epollWait",
          "NativeCallBenchmark.gettid",
          "NativeCallBenchmark.poll",
          "NativeCallBenchmark.writeCounter",
          "PlanBenchmark.plug",
          "PlanBenchmark.plugAgain",
          "PlanBenchmark.unplug",
          "SubmitBenchmark.burstFourProducers",
          "SubmitBenchmark.burstOneProducer",
          "SubmitBenchmark.sustainedFourProducers",
          "SubmitBenchmark.sustainedOneProducer",
          "VirtqueueBenchmark.guestToDevice");

  @Test
  void allThatNeedNoRoot() throws RunnerException, CommandLineOptionException {
    CommandLineOptions arguments = new CommandLineOptions(Benchmarks.withoutRoot(new String[0]));
    Collection<RunResult> results =
        run(
            new OptionsBuilder()
                .parent(arguments)
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(SHORT));
    assertEquals(new TreeSet<>(WITHOUT_ROOT), names(results));
  }

  @Test
  void plugAndUnplugInEachBatchSize() throws RunnerException {
    Root.require();
    Collection<RunResult> results =
        run(
            new OptionsBuilder()
                .include("\\.PlugBenchmark\\.")
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(SHORT));
    assertEquals(Set.of("PlugBenchmark.plug", "PlugBenchmark.unplug"), names(results));
    assertEquals(6, results.size());
    for (RunResult result : results) {
      int batch = Integer.parseInt(result.getParams().getParam("batch"));
      double ofOneVif = result.getSecondaryResults().get("vifs").getScore();
      assertEquals(result.getPrimaryResult().getScore() / batch, ofOneVif, 0.001 * ofOneVif);
    }
  }

  @Test
  void snapshotsOfASmallNamespace() throws RunnerException {
    Root.require();
    Collection<RunResult> results =
        run(
            new OptionsBuilder()
                .include("\\.SnapshotBenchmark\\.")
                .param("links", "100")
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(SHORT));
    assertEquals(
        Set.of(
            "SnapshotBenchmark.fourThreads",
            "SnapshotBenchmark.oneThread",
            "SnapshotBenchmark.twoThreads"),
        names(results));
  }

  @Test
  void encodingAllocatesNothing() throws RunnerException {
    Collection<RunResult> results =
        run(
            new OptionsBuilder()
                .include("\\.EncodePlugBenchmark\\.")
                .warmupIterations(0)
                .measurementIterations(ITERATIONS_UNTIL_COMPILED)
                .measurementTime(TimeValue.milliseconds(250))
                .addProfiler(GCProfiler.class));
    assertEquals(2, results.size());
    for (RunResult result : results) {
      Result<?> bytes = result.getSecondaryResults().get("gc.alloc.rate.norm");
      assertEquals("B/op", bytes.getScoreUnit());
      // The least, because code that is not compiled yet allocates; below one and not zero, because
      // of JMH's own objects in an iteration, divided by its operations.
      double least = bytes.getStatistics().getMin();
      assertTrue(least < 1, () -> result.getParams().getBenchmark() + ": " + least + " B/op");
    }
  }

  private static Collection<RunResult> run(ChainedOptionsBuilder options) throws RunnerException {
    // Two of JMH at the same time are no fault of a test that takes no figures.
    System.setProperty("jmh.ignoreLock", "true");
    OutputFormat quiet =
        OutputFormatFactory.createFormatInstance(
            new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8),
            VerboseMode.SILENT);
    return new Runner(
            options
                .forks(0)
                .timeout(TimeValue.seconds(60))
                .timeUnit(TimeUnit.MICROSECONDS)
                .shouldFailOnError(true)
                .build(),
            quiet)
        .run();
  }

  private static Set<String> names(Collection<RunResult> results) {
    Set<String> names = new TreeSet<>();
    for (RunResult result : results) {
      String name = result.getParams().getBenchmark();
      names.add(name.substring(Benchmarks.class.getPackageName().length() + 1));
    }
    return names;
  }
}
