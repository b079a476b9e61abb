package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.Ip;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** iproute2's {@code ip}, a process for each command. */
final class IpCommands implements MeasuredSystem {
  private final Resources resources;

  IpCommands(Resources resources) {
    this.resources = resources;
  }

  @Override
  public String name() {
    return "ip";
  }

  @Override
  public Optional<String> missing() {
    return Ip.missing();
  }

  @Override
  public String version() {
    return Ip.version();
  }

  @Override
  public Session open(Netns namespace, List<BenchVif> vifs, Limits limits) {
    return new Commands(namespace, vifs, limits, resources.folder());
  }

  private static final class Commands implements Session {
    private final Netns namespace;
    private final List<BenchVif> vifs;
    private final Limits limits;
    private final Path folder;

    Commands(Netns namespace, List<BenchVif> vifs, Limits limits, Path folder) {
      this.namespace = namespace;
      this.vifs = vifs;
      this.limits = limits;
      this.folder = folder;
    }

    @Override
    public long plug(int from, int to) throws IOException {
      return run(vifs.subList(from, to).stream().flatMap(vif -> IpLines.plug(vif, false)).toList());
    }

    @Override
    public long unplug(int from, int to) throws IOException {
      return run(vifs.subList(from, to).stream().map(IpLines::unplug).toList());
    }

    @Override
    public long[] latencies(int from, int to, long intervalNanos) throws IOException {
      long[] nanos = new long[to - from];
      long start = System.nanoTime();
      for (int i = 0; i < nanos.length; i++) {
        Pace.await(start + i * intervalNanos);
        nanos[i] = plug(from + i, from + i + 1);
      }
      return nanos;
    }

    /** All from one thread, so that none is made for each command in the measured time. */
    private long run(List<String> lines) throws IOException {
      List<IOException> failure = new ArrayList<>();
      long nanos =
          namespace.call(
              () -> {
                try {
                  return Ip.runEach(lines, folder, limits.operation());
                } catch (IOException failed) {
                  failure.add(failed);
                  return 0L;
                }
              });
      if (!failure.isEmpty()) {
        throw failure.getFirst();
      }
      return nanos;
    }

    @Override
    public void close() {
      // nothing is open between two commands
    }
  }
}
