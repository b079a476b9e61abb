package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** pyroute2, the netlink library for Python: one IPRoute, fast as its own interface allows. */
final class Pyroute2 implements MeasuredSystem {
  private final Resources resources;

  Pyroute2(Resources resources) {
    this.resources = resources;
  }

  @Override
  public String name() {
    return "pyroute2";
  }

  @Override
  public Optional<String> missing() {
    return Python.missing("pyroute2", "python3-pyroute2");
  }

  @Override
  public String version() {
    return Child.version("python3-pyroute2", Python.PROGRAM, "--version");
  }

  @Override
  public Session open(Netns namespace, List<BenchVif> vifs, Limits limits) throws IOException {
    Path table = resources.write("vifs.tsv", BenchVif.table(vifs));
    return Python.start(resources, "pyroute2-peer.py", table, namespace, limits);
  }
}
