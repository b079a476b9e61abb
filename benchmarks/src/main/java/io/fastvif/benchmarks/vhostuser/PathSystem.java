package io.fastvif.benchmarks.vhostuser;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who moves the frames.
 *
 * @param name as the tables have it
 * @param paths which it has
 * @param missing what to install, empty if nothing is missing
 * @param starter starts it
 */
record PathSystem(String name, Set<DataPath> paths, Optional<String> missing, Starter starter) {
  /** Starts a backend in a namespace. */
  interface Starter {
    PathBackend start(PathLab lab, DataPath path) throws IOException;
  }

  private static final Set<DataPath> CARD = Set.of(DataPath.GUEST_TO_CARD, DataPath.CARD_TO_GUEST);

  /** Those of a path; the first is what others are compared with. */
  static List<PathSystem> of(DataPath path) {
    List<PathSystem> all = new ArrayList<>();
    all.add(fastvif("fastvif AF_XDP", CARD, "af_xdp"));
    all.add(fastvif("fastvif AF_XDP, switch", CARD, "switch"));
    all.add(fastvif("fastvif AF_PACKET", CARD, "packet"));
    all.add(testpmd("net_af_xdp", CARD, "net_af_xdp0,iface=" + PathLab.CARD));
    all.add(testpmd("net_af_packet", CARD, "net_af_packet0,iface=" + PathLab.CARD));
    return all.stream().filter(system -> system.paths.contains(path)).toList();
  }

  private static PathSystem fastvif(String name, Set<DataPath> paths, String... way) {
    return new PathSystem(
        name, paths, Optional.empty(), (lab, path) -> PathForwarder.start(lab, path, way));
  }

  private static PathSystem testpmd(String name, Set<DataPath> paths, String... devices) {
    return new PathSystem(
        "DPDK net_vhost, " + name + " (polls)",
        paths,
        TestpmdBackend.missing(),
        (lab, path) -> new TestpmdBackend(lab, path, List.of(devices)));
  }
}
