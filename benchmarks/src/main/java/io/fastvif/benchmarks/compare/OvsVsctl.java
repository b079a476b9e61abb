package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.OvsSwitch;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One {@code ovs-vsctl} call for all ports; it knows of no devices and sets no external_ids. */
final class OvsVsctl implements MeasuredSystem {
  private final OvsSwitch host;
  private final boolean waits;

  /**
   * @param waits whether it waits for ovs-vswitchd, as it does by default
   */
  OvsVsctl(OvsSwitch host, boolean waits) {
    this.host = host;
    this.waits = waits;
  }

  @Override
  public String name() {
    return waits ? "ovs-vsctl" : "ovs-vsctl-no-wait";
  }

  @Override
  public Optional<String> missing() {
    return OvsSwitch.missing();
  }

  @Override
  public String version() {
    return OvsSwitch.version();
  }

  @Override
  public Session open(Netns namespace, List<BenchVif> vifs, Limits limits) {
    return new Session() {
      @Override
      public long plug(int from, int to) throws IOException {
        return run(vifs.subList(from, to), "add-port");
      }

      @Override
      public long unplug(int from, int to) throws IOException {
        return run(vifs.subList(from, to), "del-port");
      }

      @Override
      public long[] latencies(int from, int to, long intervalNanos) {
        throw new UnsupportedOperationException(name() + " is not asked for latencies");
      }

      @Override
      public void close() {
        // nothing is open between two commands
      }
    };
  }

  @Override
  public boolean reportsLatency() {
    return false;
  }

  private long run(List<BenchVif> vifs, String command) throws IOException {
    List<String> words = new ArrayList<>();
    if (!waits) {
      words.add("--no-wait");
    }
    for (BenchVif vif : vifs) {
      words.addAll(List.of("--", command, OvsSwitch.BRIDGE, vif.host()));
    }
    long start = System.nanoTime();
    host.vsctl(words.toArray(String[]::new));
    return System.nanoTime() - start;
  }
}
