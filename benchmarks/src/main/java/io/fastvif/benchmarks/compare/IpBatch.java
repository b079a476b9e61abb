package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.benchmarks.process.Ip;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** iproute2's {@code ip -batch}: one process, a file of commands. */
final class IpBatch implements MeasuredSystem {
  private final Resources resources;
  private final boolean tuned;

  /**
   * @param tuned whether it has fastvif's trick of keeping links from making IPv6 addresses
   */
  IpBatch(Resources resources, boolean tuned) {
    this.resources = resources;
    this.tuned = tuned;
  }

  @Override
  public String name() {
    return tuned ? "ip-batch-tuned" : "ip-batch";
  }

  @Override
  public Optional<String> missing() {
    return Ip.missing();
  }

  @Override
  public String version() {
    return Ip.version();
  }

  /** It answers nothing before its end. */
  @Override
  public boolean reportsLatency() {
    return false;
  }

  @Override
  public Session open(Netns namespace, List<BenchVif> vifs, Limits limits) {
    Path folder = resources.folder();
    return new Session() {
      @Override
      public long plug(int from, int to) throws IOException {
        return run(
            vifs.subList(from, to).stream().flatMap(vif -> IpLines.plug(vif, tuned)).toList());
      }

      @Override
      public long unplug(int from, int to) throws IOException {
        return run(vifs.subList(from, to).stream().map(IpLines::unplug).toList());
      }

      @Override
      public long[] latencies(int from, int to, long intervalNanos) {
        throw new UnsupportedOperationException("ip -batch says nothing of single commands");
      }

      private long run(List<String> lines) throws IOException {
        ProcessBuilder batch = Ip.batch(lines, folder);
        long start = System.nanoTime();
        Process process = Child.start(namespace, batch);
        return Ip.awaitBatch(process, folder, limits.operation(), start);
      }

      @Override
      public void close() {
        // nothing is open between two batches
      }
    };
  }
}
