package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.OvsSwitch;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What Nova is told to plug, in Neutron's words. */
enum NovaWorkload {
  /** A tap that the hypervisor has made, as a port of the switch that os-vif makes. */
  OVS("ovs", OvsWorkload.CREATE_PORT),

  /** A Linux bridge of its own, and a veth pair from it to the switch. */
  OVS_HYBRID("ovs-hybrid", OvsWorkload.HYBRID),

  /** A Linux bridge for its network, which no other VIF is on. Unplugging leaves it. */
  BRIDGE("bridge", OvsWorkload.CREATE_PORT);

  private static final int ID_CHARACTERS = 11;

  private final String kind;
  private final OvsWorkload ids;

  NovaWorkload(String kind, OvsWorkload ids) {
    this.kind = kind;
    this.ids = ids;
  }

  /** As the peer knows it. */
  String kind() {
    return kind;
  }

  /** Its name in the report. */
  String title() {
    return "Nova, " + kind;
  }

  /** Whether there is something to unplug. */
  boolean isUnplugged() {
    return this != BRIDGE;
  }

  /** That many VIFs of this sort, and one more to warm up with. */
  List<BenchVif> vifs(int count) {
    return ids.vifs(count);
  }

  /** The VIFs for the peer, which makes of them what Neutron would tell of them. */
  static String lines(List<BenchVif> vifs) {
    return vifs.stream()
        .map(vif -> vif.vif().id().get() + " " + vif.hostAddress() + "\n")
        .collect(Collectors.joining());
  }

  /** Makes what is there before VIFs are plugged. */
  void prepare(OvsSwitch host, List<BenchVif> vifs) {
    if (this == OVS) {
      host.makeTaps(vifs.stream().map(BenchVif::host).toList());
    }
  }

  /**
   * Checks that exactly these VIFs are plugged.
   *
   * @throws IOException what is not as it should be
   */
  void checkPlugged(OvsSwitch host, List<BenchVif> vifs) throws IOException {
    Set<String> devices = devices(vifs);
    Set<String> ports = host.ports();
    if (!ports.equals(this == BRIDGE ? Set.of() : devices)) {
      throw new IOException("wrong result: the ports are " + ports);
    }
    if (!host.links().containsAll(devices)) {
      throw new IOException("wrong result: the links are " + host.links());
    }
  }

  /** Waits until nothing is left of VIFs that were unplugged. */
  void awaitUnplugged(OvsSwitch host, List<BenchVif> vifs, Limits limits) throws IOException {
    if (!host.ports().isEmpty()) {
      throw new IOException("wrong result: the ports " + host.ports() + " are left");
    }
    host.awaitGone(this == BRIDGE ? devices(vifs) : retiredBridges(host), limits.operation());
  }

  /** Which the agent keeps for the next VIFs. */
  private static Set<String> retiredBridges(OvsSwitch host) {
    return host.links().stream()
        .filter(name -> name.startsWith("fvgone"))
        .collect(Collectors.toSet());
  }

  private Set<String> devices(List<BenchVif> vifs) {
    return vifs.stream()
        .map(vif -> this == BRIDGE ? "brq" + shortId(vif) : vif.host())
        .collect(Collectors.toSet());
  }

  private static String shortId(BenchVif vif) {
    return vif.vif().id().get().substring(0, ID_CHARACTERS);
  }
}
