package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** os-vif's own linux_bridge plugin, in one process with its privileged half. */
final class OsVif implements MeasuredSystem {
  private final Resources resources;

  OsVif(Resources resources) {
    this.resources = resources;
  }

  @Override
  public String name() {
    return "os-vif";
  }

  @Override
  public Optional<String> missing() {
    return Python.missing("os_vif", "python3-os-vif");
  }

  @Override
  public String version() {
    return Child.version("python3-os-vif", Python.PROGRAM, "--version");
  }

  @Override
  public Session open(Netns namespace, List<BenchVif> vifs, Limits limits) throws IOException {
    Path objects = resources.write("vifs.json", BenchVif.json(vifs));
    return Python.start(resources, "os-vif-peer.py", objects, namespace, limits);
  }
}
