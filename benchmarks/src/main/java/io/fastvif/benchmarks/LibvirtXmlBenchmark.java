package io.fastvif.benchmarks;

import io.fastvif.libvirt.InterfaceOptions;
import io.fastvif.libvirt.LibvirtInterface;
import io.fastvif.vif.HypervisorTask;
import io.fastvif.vif.Vif;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/** From a VIF to libvirt's interface XML. Each thread writes for itself. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsPrepend = ForkedJvm.NATIVE_ACCESS)
public class LibvirtXmlBenchmark {
  private final Vif vif = Vifs.bridged(1);
  private final InterfaceOptions options = InterfaceOptions.builder().model("virtio").build();

  /** Made by JMH. */
  public LibvirtXmlBenchmark() {}

  /**
   * A port of a bridge, on one thread.
   *
   * @return the XML
   */
  @Benchmark
  @Threads(1)
  public String bridgeOneThread() {
    return xml();
  }

  /**
   * A port of a bridge, on two threads.
   *
   * @return the XML
   */
  @Benchmark
  @Threads(2)
  public String bridgeTwoThreads() {
    return xml();
  }

  /**
   * A port of a bridge, on four threads.
   *
   * @return the XML
   */
  @Benchmark
  @Threads(4)
  public String bridgeFourThreads() {
    return xml();
  }

  private String xml() {
    return LibvirtInterface.of(vif, HypervisorTask.CONNECT_DEVICE, options).xml();
  }
}
