package io.fastvif.benchmarks;

import io.fastvif.engine.PlugEngine;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * Handing operations to an engine of default size, whose plans have no steps: the queue and the
 * completion alone, without the kernel.
 *
 * <p>Burst: what an offer costs the producer while the queue has room. Each invocation offers a
 * burst to an engine that has finished the one before; all producers' bursts fit into the queue.
 *
 * <p>Sustained: what an accepted operation costs when producers never stop. The queue is full most
 * of the time then, so this is how fast the engine takes from it; a refused offer is counted,
 * followed by a short pause and tried again, all within the measured time.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsPrepend = ForkedJvm.NATIVE_ACCESS)
public class SubmitBenchmark {
  static final int BURST = 1024;

  /** Made by JMH. */
  public SubmitBenchmark() {}

  /** The engine that all producers offer to. */
  @State(Scope.Benchmark)
  public static class Engine {
    PlugEngine engine;

    /** Made by JMH. */
    public Engine() {}

    /** Starts it. */
    @Setup
    public void start() {
      engine = PlugEngine.builder().build().start();
    }

    /** Ends it. */
    @TearDown
    public void close() {
      engine.close();
    }
  }

  /** A producer that goes on at once. */
  @State(Scope.Thread)
  public static class Steady {
    Producer producer;

    /** Made by JMH. */
    public Steady() {}

    /** Makes its operations. */
    @Setup
    public void make(Engine engine, ThreadParams thread) {
      producer = new Producer(engine.engine, "producer-" + thread.getThreadIndex());
    }

    /** Fails the run if an operation was lost or completed twice. */
    @TearDown(Level.Iteration)
    public void check() {
      producer.check();
    }
  }

  /** A producer that waits for its burst outside the measured time. */
  @State(Scope.Thread)
  public static class Pausing extends Steady {
    /** Made by JMH. */
    public Pausing() {}

    /** Waits for the burst. */
    @TearDown(Level.Invocation)
    public void await() {
      producer.await();
    }
  }

  /** How many offers found the queue full in an iteration. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Refusals {
    /** Offers that were tried again. */
    public long refused;

    /** Made by JMH. */
    public Refusals() {}
  }

  /** An offer of one producer to a queue with room. */
  @Benchmark
  @Threads(1)
  @OperationsPerInvocation(BURST)
  public void burstOneProducer(Pausing pausing) {
    burst(pausing.producer);
  }

  /** An offer of each of four producers to a queue with room. */
  @Benchmark
  @Threads(4)
  @OperationsPerInvocation(BURST)
  public void burstFourProducers(Pausing pausing) {
    burst(pausing.producer);
  }

  /** An accepted operation of one producer that never stops. */
  @Benchmark
  @Threads(1)
  public void sustainedOneProducer(Steady steady, Refusals refusals) {
    untilAccepted(steady.producer, refusals);
  }

  /** An accepted operation of each of four producers that never stop. */
  @Benchmark
  @Threads(4)
  public void sustainedFourProducers(Steady steady, Refusals refusals) {
    untilAccepted(steady.producer, refusals);
  }

  static void burst(Producer producer) {
    for (int i = 0; i < BURST; i++) {
      if (!producer.offer()) {
        throw new IllegalStateException("the queue has no room for a burst");
      }
    }
  }

  static void untilAccepted(Producer producer, Refusals refusals) {
    while (!producer.offer()) {
      refusals.refused++;
      Producer.pause();
    }
  }
}
