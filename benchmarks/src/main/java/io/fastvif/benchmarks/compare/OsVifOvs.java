package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * os-vif's own plugin ovs with its native interface to the database, in one process with its
 * privileged half.
 */
final class OsVifOvs implements MeasuredSystem {
  private final Resources resources;
  private final String address;

  /**
   * @param address the database's
   */
  OsVifOvs(Resources resources, String address) {
    this.resources = resources;
    this.address = address;
  }

  @Override
  public String name() {
    return "os-vif";
  }

  @Override
  public Optional<String> missing() {
    return Python.missing("vif_plug_ovs", "python3-os-vif");
  }

  @Override
  public String version() {
    return Child.version("python3-os-vif", Python.PROGRAM, "--version");
  }

  @Override
  public Session open(Netns namespace, List<BenchVif> vifs, Limits limits) throws IOException {
    return Python.start(
        resources,
        "os-vif-ovs-peer.py",
        resources.write("ovs-vifs.json", BenchVif.json(vifs)),
        namespace,
        limits,
        address);
  }
}
