package io.fastvif.benchmarks.vhostuser;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
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

  private static final Set<DataPath> PAIR =
      Set.of(DataPath.GUEST_TO_GUEST, DataPath.TCP_GUEST_TO_GUEST);
  private static final Set<DataPath> GUESTS =
      Set.of(DataPath.GUEST_TO_GUEST, DataPath.TCP_GUEST_TO_GUEST, DataPath.AMONG_EIGHT);
  private static final Set<DataPath> HOST = Set.of(DataPath.GUEST_TO_HOST);

  /** Those of a path; the first is what others are compared with. */
  static List<PathSystem> of(DataPath path) {
    List<PathSystem> all = new ArrayList<>();
    all.add(fastvif("fastvif AF_XDP", CARD, "af_xdp"));
    all.add(fastvif("fastvif AF_XDP, switch", CARD, "switch"));
    all.add(fastvif("fastvif AF_PACKET", CARD, "packet"));
    all.add(testpmd("net_af_xdp", CARD, "net_af_xdp0,iface=" + PathLab.CARD));
    all.add(testpmd("net_af_packet", CARD, "net_af_packet0,iface=" + PathLab.CARD));
    all.add(fastvif("fastvif", PAIR, "pairs"));
    all.add(fastvif("fastvif, captured", PAIR, "pairs", "capture"));
    all.add(fastvif("fastvif, with rates", PAIR, "pairs", "rates"));
    all.add(fastvif("fastvif, switch", GUESTS, "switch"));
    all.add(testpmd("net_vhost", GUESTS));
    all.add(fastvif("fastvif tap", HOST, "tap"));
    all.add(
        testpmd("net_tap", HOST, "net_tap0,mac=" + PathLab.HOST_MAC + ",iface=" + PathLab.HOST));
    all.add(
        new PathSystem(
            "OVS-DPDK (polls)",
            EnumSet.complementOf(EnumSet.of(DataPath.TCP_GUEST_TO_GUEST)),
            OvsDpdkBackend.missing(),
            OvsDpdkBackend::new));
    all.add(
        new PathSystem(
            "passt", HOST, PasstBackend.missing(), (lab, unused) -> new PasstBackend(lab)));
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
