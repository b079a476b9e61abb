package io.fastvif.benchmarks.compare;

import java.util.List;

/** What a VIF is, and who is measured plugging it. */
enum Workload {
  /** A veth pair on a bridge that is there, both ends up. */
  VETH("veth on a bridge", true),

  /**
   * What os-vif's linux_bridge plugin does, which makes no ports: the bridge, if it is not there.
   * Its unplug does nothing, so it is not measured.
   */
  BRIDGE_ONLY("bridge-only", false);

  private final String title;
  private final boolean hasPorts;

  Workload(String title, boolean hasPorts) {
    this.title = title;
    this.hasPorts = hasPorts;
  }

  /** Its name in the report. */
  String title() {
    return title;
  }

  /** Whether a VIF has a port, which unplugging removes. */
  boolean hasPorts() {
    return hasPorts;
  }

  /** That many VIFs of this sort, and one more to warm up with. */
  List<BenchVif> vifs(int count) {
    return BenchVif.make(count, !hasPorts);
  }

  /** The systems that can do this, in the order of the report. */
  List<MeasuredSystem> systems(Resources resources) {
    return switch (this) {
      case VETH ->
          List.of(
              new FastvifSystem("veth"),
              new CFloor(resources),
              new IpCommands(resources),
              new IpBatch(resources, false),
              new IpBatch(resources, true),
              new Pyroute2(resources),
              new GoNetlink(resources));
      case BRIDGE_ONLY -> List.of(new FastvifSystem("none"), new OsVif(resources));
    };
  }
}
