package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The floor on Open vSwitch: a Python program that sends the transactions that fastvif sends, and
 * sets and deletes the taps, without a plan, a snapshot or rows of its own.
 */
final class OvsFloor implements MeasuredSystem {
  static final String NAME = "raw-transact";
  private final Resources resources;
  private final String address;

  /**
   * @param address the database's
   */
  OvsFloor(Resources resources, String address) {
    this.resources = resources;
    this.address = address;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<String> missing() {
    return Python.missing("json", "python3");
  }

  @Override
  public String version() {
    return Child.version("python3", Python.PROGRAM, "--version");
  }

  @Override
  public Session open(Netns namespace, List<BenchVif> vifs, Limits limits) throws IOException {
    return Python.start(
        resources,
        "ovs-floor-peer.py",
        resources.write("ovs-vifs.json", BenchVif.json(vifs)),
        namespace,
        limits,
        address);
  }
}
