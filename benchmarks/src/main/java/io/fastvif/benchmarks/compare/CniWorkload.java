package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.OvsSwitch;
import java.nio.file.Path;
import java.util.List;

/** The network that pods are added to: its configuration for each plugin. */
enum CniWorkload {
  /** A Linux bridge with the gateway's address. */
  BRIDGE("pods, bridge", "'isDefaultGateway':true"),

  /** The same, and what pods send to elsewhere gets the host's address. */
  MASQUERADE("pods, bridge with ipMasq", "'isDefaultGateway':true,'ipMasq':true"),

  /** Ports of Open vSwitch, with its userspace datapath. */
  OVS("pods, ovs", "'socket_file':'%s'");

  /** The Linux bridge of the host. */
  static final String LINUX_BRIDGE = "cni0";

  private final String title;
  private final String keys;

  CniWorkload(String title, String keys) {
    this.title = title;
    this.keys = keys;
  }

  /** Its name in the report. */
  String title() {
    return title;
  }

  /** Who can be measured with it; the first is ours. */
  List<String> systems() {
    return this == OVS
        ? List.of(CniComparison.FASTVIF, CniComparison.OVS_CNI)
        : List.of(CniComparison.FASTVIF, CniComparison.REFERENCE);
  }

  String bridge() {
    return this == OVS ? OvsSwitch.BRIDGE : LINUX_BRIDGE;
  }

  /** ovs-cni knows no newer one. */
  private String version() {
    return this == OVS ? "0.4.0" : "1.0.0";
  }

  /**
   * The network's configuration.
   *
   * @param system whose
   * @param addresses the folder of host-local
   * @param database that of Open vSwitch
   */
  String configuration(String system, Path addresses, String database) {
    String plugin =
        switch (system) {
          case CniComparison.FASTVIF ->
              "'type':'fastvif','attachment':'" + (this == OVS ? "ovs" : "bridge") + "',";
          case CniComparison.REFERENCE -> "'type':'bridge',";
          default -> "'type':'ovs',";
        };
    String own = plugin + keys.formatted(database);
    return """
    {"cniVersion":"%s","name":"pods",%s,"bridge":"%s","ipam":{"type":"host-local",
    "dataDir":"%s","ranges":[[{"subnet":"10.88.0.0/16"}]]}}
    """
        .formatted(version(), own.replace('\'', '"'), bridge(), addresses);
  }
}
