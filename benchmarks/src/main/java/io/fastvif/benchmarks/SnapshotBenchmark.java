package io.fastvif.benchmarks;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugEngine;
import io.fastvif.netns.Netns;
import io.fastvif.plan.HostSnapshot;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/**
 * What planning waits for: the links, addresses and routes of a namespace. Needs root, to make the
 * namespace.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsPrepend = ForkedJvm.NATIVE_ACCESS)
public class SnapshotBenchmark {
  /** Made by JMH. */
  public SnapshotBenchmark() {}

  /** A private network namespace of its own. */
  @State(Scope.Benchmark)
  public static class Host {
    /** How many links it has, beside lo. */
    @Param({"100", "1000", "10000"})
    public int links;

    private Netns namespace;
    private PlugEngine engine;

    /** Made by JMH. */
    public Host() {}

    /** Makes the namespace and veth pairs in it. */
    @Setup
    public void open() {
      namespace = Netns.createPrivate();
      engine = PlugEngine.builder().namespace(namespace).queueCapacity(links).build().start();
      PlugHost.execute(engine, VethPairs.plans(links / 2), Outcome.PLUGGED);
    }

    /** Drops the namespace. */
    @TearDown
    public void close() {
      engine.close();
      namespace.close();
    }

    HostSnapshot snapshot() {
      return engine.snapshot();
    }
  }

  /**
   * One thread reads.
   *
   * @return what is in the namespace
   */
  @Benchmark
  @Threads(1)
  public HostSnapshot oneThread(Host host) {
    return host.snapshot();
  }

  /**
   * Two threads read, of the same engine.
   *
   * @return what is in the namespace
   */
  @Benchmark
  @Threads(2)
  public HostSnapshot twoThreads(Host host) {
    return host.snapshot();
  }

  /**
   * Four threads read, of the same engine.
   *
   * @return what is in the namespace
   */
  @Benchmark
  @Threads(4)
  public HostSnapshot fourThreads(Host host) {
    return host.snapshot();
  }
}
