package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.benchmarks.process.FastvifCommand;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code fastvif plug}, a process each time, measured from its start to its end. */
final class CommandSystem implements MeasuredSystem {
  private final Resources resources;
  private final String name;
  private final List<String> options;

  private CommandSystem(Resources resources, String name, List<String> options) {
    this.resources = resources;
    this.name = name;
    this.options = options;
  }

  /** That does it itself. */
  static CommandSystem alone(Resources resources) {
    return new CommandSystem(resources, "fastvif plug", AgentSystem.VETH);
  }

  /** That has the agent of a socket do it. */
  static CommandSystem throughAgent(Resources resources, String socket) {
    return new CommandSystem(resources, "fastvif plug --agent", List.of("--agent=" + socket));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<String> missing() {
    return Optional.empty();
  }

  @Override
  public String version() {
    return new FastvifSystem("none").version();
  }

  @Override
  public Session open(Netns namespace, List<BenchVif> vifs, Limits limits) {
    return new ProcessSession(namespace, vifs, limits);
  }

  private final class ProcessSession implements Session {
    private final Netns namespace;
    private final List<BenchVif> vifs;
    private final Limits limits;

    ProcessSession(Netns namespace, List<BenchVif> vifs, Limits limits) {
      this.namespace = namespace;
      this.vifs = vifs;
      this.limits = limits;
    }

    @Override
    public long plug(int from, int to) throws IOException {
      return run("plug", from, to);
    }

    @Override
    public long unplug(int from, int to) throws IOException {
      return run("unplug", from, to);
    }

    private long run(String verb, int from, int to) throws IOException {
      List<String> arguments = new ArrayList<>(List.of(verb));
      arguments.addAll(options);
      Path file = resources.write("command.json", BenchVif.json(vifs.subList(from, to)));
      arguments.add(file.toString());
      Path output = resources.folder().resolve("command.out");
      ProcessBuilder builder =
          FastvifCommand.of(arguments).redirectErrorStream(true).redirectOutput(output.toFile());
      long start = System.nanoTime();
      Process process = Child.start(namespace, builder);
      Child.await(process, limits.operation());
      long nanos = System.nanoTime() - start;
      if (process.exitValue() != 0) {
        throw new IOException(name + ": " + Files.readString(output).strip());
      }
      return nanos;
    }

    @Override
    public long[] latencies(int from, int to, long intervalNanos) throws IOException {
      long[] nanos = new long[to - from];
      for (int i = 0; i < nanos.length; i++) {
        nanos[i] = plug(from + i, from + i + 1);
      }
      return nanos;
    }

    @Override
    public void close() {
      // nothing goes on
    }
  }
}
