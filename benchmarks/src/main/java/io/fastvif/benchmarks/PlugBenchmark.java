package io.fastvif.benchmarks;

import io.fastvif.engine.Outcome;
import io.fastvif.plan.PlugPlan;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Plugging and unplugging a batch of veth VIFs on one bridge in a private network namespace, from
 * the first submit to the last result. Planning is not in it. The score is the time of a batch, the
 * secondary result {@code vifs} the time of one VIF of it. Needs root.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsPrepend = ForkedJvm.NATIVE_ACCESS)
public class PlugBenchmark {
  /** Made by JMH. */
  public PlugBenchmark() {}

  /** The namespace. */
  @State(Scope.Benchmark)
  public static class Host {
    /** How many VIFs are plugged and unplugged together. */
    @Param({"1", "16", "128"})
    public int batch;

    PlugHost host;

    /** Made by JMH. */
    public Host() {}

    /** Makes the namespace and its bridge. */
    @Setup
    public void open() {
      host = new PlugHost(batch);
    }

    /** Drops the namespace. */
    @TearDown
    public void close() {
      host.close();
    }
  }

  /** A namespace where nothing is plugged, and the plans to change that. */
  @State(Scope.Benchmark)
  public static class Unplugged {
    List<PlugPlan> plans;

    /** Made by JMH. */
    public Unplugged() {}

    /** Plans. */
    @Setup
    public void plan(Host host) {
      plans = host.host.plugPlans();
    }

    /** Unplugs what the benchmark has plugged. */
    @TearDown(Level.Invocation)
    public void unplug(Host host) {
      host.host.execute(host.host.unplugPlans(), Outcome.UNPLUGGED);
    }
  }

  /** A namespace where everything is plugged, and the plans to change that. */
  @State(Scope.Benchmark)
  public static class Plugged {
    List<PlugPlan> plans;
    private List<PlugPlan> plugs;

    /** Made by JMH. */
    public Plugged() {}

    /** Plans to plug. */
    @Setup
    public void plan(Host host) {
      plugs = host.host.plugPlans();
    }

    /** Plugs what the benchmark will unplug. */
    @Setup(Level.Invocation)
    public void plug(Host host) {
      host.host.execute(plugs, Outcome.PLUGGED);
      plans = host.host.unplugPlans();
    }
  }

  /** Counts VIFs, so that JMH divides the time by them too. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Count {
    /** VIFs plugged or unplugged. */
    public long vifs;

    /** Made by JMH. */
    public Count() {}
  }

  /** Plugs a batch. */
  @Benchmark
  public void plug(Host host, Unplugged state, Count count) {
    host.host.execute(state.plans, Outcome.PLUGGED);
    count.vifs += host.batch;
  }

  /** Unplugs a batch. */
  @Benchmark
  public void unplug(Host host, Plugged state, Count count) {
    host.host.execute(state.plans, Outcome.UNPLUGGED);
    count.vifs += host.batch;
  }
}
