package io.fastvif.benchmarks;

import io.fastvif.engine.PlugEngine;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * The engine with everything but the kernel: producers that never stop offer operations, the engine
 * gathers them, encodes their messages, takes an acknowledgement of each and completes them. The
 * score is how many operations all producers together get through in a second. A refused offer is
 * followed by a short pause and tried again, within the measured time.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 2, jvmArgsPrepend = ForkedJvm.NATIVE_ACCESS)
public class EngineBenchmark {
  /** Made by JMH. */
  public EngineBenchmark() {}

  /** The engine that all producers offer to. */
  @State(Scope.Benchmark)
  public static class Engine {
    /** How many operations it executes together at most. */
    @Param({"16", "512"})
    public int batchLimit;

    /** What is done. */
    @Param public EngineOperation operation;

    PlugEngine engine;

    /** Made by JMH. */
    public Engine() {}

    /** Starts it. */
    @Setup
    public void start() {
      engine = PlugEngine.builder().withoutKernel().batchLimit(batchLimit).build().start();
    }

    /** Ends it. */
    @TearDown
    public void close() {
      engine.close();
    }
  }

  /** A producer with VIFs of its own. */
  @State(Scope.Thread)
  public static class Operations {
    Producer producer;

    /** Made by JMH. */
    public Operations() {}

    /** Makes its operations. */
    @Setup
    public void make(Engine engine, ThreadParams thread) {
      int first = 1 + thread.getThreadIndex() * Producer.RING;
      producer = new Producer(engine.engine, i -> engine.operation.make(first + i));
    }

    /** Fails the run if an operation was lost, completed twice or did not end as it should. */
    @TearDown(Level.Iteration)
    public void check() {
      producer.check();
    }
  }

  /** One producer. */
  @Benchmark
  @Threads(1)
  public void oneProducer(Operations operations) {
    untilAccepted(operations.producer);
  }

  /** Two producers. */
  @Benchmark
  @Threads(2)
  public void twoProducers(Operations operations) {
    untilAccepted(operations.producer);
  }

  /** Four producers. */
  @Benchmark
  @Threads(4)
  public void fourProducers(Operations operations) {
    untilAccepted(operations.producer);
  }

  static void untilAccepted(Producer producer) {
    while (!producer.offer()) {
      Producer.pause();
    }
  }
}
