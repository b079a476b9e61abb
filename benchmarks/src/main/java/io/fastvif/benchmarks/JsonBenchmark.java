package io.fastvif.benchmarks;

import io.fastvif.json.VersionedObjectReader;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.vif.Vif;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Reading and writing one VIFBridge with its network in os-vif's JSON. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsPrepend = ForkedJvm.NATIVE_ACCESS)
public class JsonBenchmark {
  private final Vif vif = Vifs.bridged(1);
  private final String json = VersionedObjectWriter.write(vif);

  /** Made by JMH. */
  public JsonBenchmark() {}

  /**
   * From text to object.
   *
   * @return the VIF
   */
  @Benchmark
  public Vif read() {
    return VersionedObjectReader.readVif(json);
  }

  /**
   * From object to text.
   *
   * @return the JSON
   */
  @Benchmark
  public String write() {
    return VersionedObjectWriter.write(vif);
  }
}
