package io.fastvif.benchmarks.compare;

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
    return IpLines.missing();
  }

  @Override
  public String version() {
    return IpLines.version();
  }

  @Override
  public Session open(Netns namespace, List<BenchVif> vifs, Limits limits) {
    return new Commands(namespace, vifs, limits, resources.folder().resolve("ip.errors"));
  }

  private static final class Commands implements Session {
    private final Netns namespace;
    private final List<BenchVif> vifs;
    private final Limits limits;
    private final Path errors;

    Commands(Netns namespace, List<BenchVif> vifs, Limits limits, Path errors) {
      this.namespace = namespace;
      this.vifs = vifs;
      this.limits = limits;
      this.errors = errors;
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
                long start = System.nanoTime();
                try {
                  for (String line : lines) {
                    if (System.nanoTime() - start > limits.operation().toNanos()) {
                      throw new TimeLimitException(limits.operation());
                    }
                    runOne(line);
                  }
                } catch (IOException failed) {
                  failure.add(failed);
                }
                return System.nanoTime() - start;
              });
      if (!failure.isEmpty()) {
        throw failure.getFirst();
      }
      return nanos;
    }

    private void runOne(String line) throws IOException {
      List<String> command = new ArrayList<>(List.of(line.split(" ", -1)));
      command.addFirst("ip");
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(errors.toFile())
              .start();
      Child.await(process, limits.operation());
      IpLines.check(process, errors, "ip " + line);
    }

    @Override
    public void close() {
      // nothing is open between two commands
    }
  }
}
