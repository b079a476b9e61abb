package io.fastvif.benchmarks;

import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.VifBridge;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Planning one veth VIF on a host where 1,000 others are plugged. No I/O. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsPrepend = ForkedJvm.NATIVE_ACCESS)
public class PlanBenchmark {
  private static final int PLUGGED = 1000;
  private static final int BRIDGE_INDEX = 2;
  static final int PRESENT = PLUGGED / 2;
  static final int ABSENT = PLUGGED + 1;

  private final VifBridge present = Vifs.bridged(PRESENT);
  private final VifBridge absent = Vifs.bridged(ABSENT);
  private final VifPlugin plugin =
      VifPlugins.installed(Map.of("linux_bridge.create_port", "veth")).of(present);
  private final HostSnapshot host = host();

  /** Made by JMH. */
  public PlanBenchmark() {}

  /**
   * Plugging a VIF that is not there.
   *
   * @return the plan: create the pair, configure it
   */
  @Benchmark
  public PlugPlan plug() {
    return plugin.plug(absent, null, host);
  }

  /**
   * Plugging a VIF that is plugged as it should be.
   *
   * @return the plan, which has no steps
   */
  @Benchmark
  public PlugPlan plugAgain() {
    return plugin.plug(present, null, host);
  }

  /**
   * Unplugging a VIF.
   *
   * @return the plan: delete the link
   */
  @Benchmark
  public PlugPlan unplug() {
    return plugin.unplug(present, null, host);
  }

  private static HostSnapshot host() {
    SnapshotBuilder snapshot = new SnapshotBuilder();
    snapshot.link(link(BRIDGE_INDEX, Vifs.BRIDGE, "bridge", 0, 0, ""));
    for (int number = 1; number <= PLUGGED; number++) {
      long hostSide = (Vifs.mac(number).value() & 0xff_ffff_ffffL) | (0xfeL << 40);
      String alias = Aliases.of(Vifs.id(number));
      int index = BRIDGE_INDEX + 2 * number;
      snapshot.link(link(index, Vifs.name(number), "veth", hostSide, BRIDGE_INDEX, alias));
    }
    return snapshot.build();
  }

  private static LinkState link(
      int index, String name, String kind, long address, int master, String alias) {
    return LinkState.builder(index, name, kind)
        .mtu(Vifs.MTU)
        .address(new MacAddress(address))
        .master(master)
        .up(true)
        .promiscuous(master != 0)
        .alias(alias)
        .ipv6AddressGeneration(false)
        .ipv6Disabled(true)
        .build();
  }
}
