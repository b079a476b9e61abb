package io.fastvif.benchmarks.compare;

import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A VIF to measure with, as an object for those who take VIFs and as names for those who do not.
 *
 * @param vif a VIFBridge
 * @param host the name of the host's end
 * @param guest the name of the guest's end
 * @param bridge the name of the bridge
 * @param hostAddress the address of the host's end
 * @param guestAddress the address of the guest's end
 */
record BenchVif(
    Vif vif,
    String host,
    String guest,
    String bridge,
    MacAddress hostAddress,
    MacAddress guestAddress) {
  /** Ports of a bridge: the kernel has one bit less than its BR_MAX_PORTS. */
  static final int PORTS_OF_A_BRIDGE = 1023;

  static final int MTU = 1500;
  static final String WARM_UP_BRIDGE = "br-warm-up";
  private static final String BRIDGE = "br-bench";
  private static final int NAME_CHARACTERS = 14;
  private static final long GUEST_ADDRESSES = 0xfa163e000000L;
  private static final long HOST_ADDRESSES = 0xfe163e000000L;

  /**
   * As many VIFs, on as few bridges as can hold them, and one more to warm up with.
   *
   * @param count below 2^24
   * @param providesBridge whether their network has them make their bridge; the one to warm up with
   *     then has a bridge of its own, and otherwise it is on the first one
   */
  static List<BenchVif> make(int count, boolean providesBridge) {
    List<BenchVif> vifs = new ArrayList<>(count + 1);
    for (int number = 0; number < count; number++) {
      vifs.add(make(number, BRIDGE + number / PORTS_OF_A_BRIDGE, providesBridge));
    }
    vifs.add(make(count, providesBridge ? WARM_UP_BRIDGE : BRIDGE + 0, providesBridge));
    return vifs;
  }

  private static BenchVif make(int number, String bridge, boolean providesBridge) {
    // Different in the first eight characters already, as the names are cut off behind these.
    String id = new UUID(((long) number << Integer.SIZE) | 0x4000, 0x8000L << 48).toString();
    MacAddress address = new MacAddress(GUEST_ADDRESSES | number);
    String host = ("tap" + id).substring(0, NAME_CHARACTERS);
    Network network =
        Network.builder()
            .id(id)
            .bridge(bridge)
            .bridgeInterface(null) // os-vif wants it to be said that there is none
            .multiHost(false)
            .shouldProvideBridge(providesBridge)
            .shouldProvideVlan(false)
            .mtu(MTU)
            .build();
    Vif vif =
        VifBridge.builder()
            .id(id)
            .address(address)
            .network(network)
            .plugin("linux_bridge")
            .active(true)
            .preserveOnDelete(false)
            .hasTrafficFiltering(true)
            .vifName(host)
            .bridgeName(bridge)
            .build();
    String guest = ("gst" + id).substring(0, NAME_CHARACTERS);
    return new BenchVif(vif, host, guest, bridge, new MacAddress(HOST_ADDRESSES | number), address);
  }

  /** The bridges that the VIFs are on. */
  static List<String> bridges(List<BenchVif> vifs) {
    return vifs.stream().map(BenchVif::bridge).distinct().toList();
  }

  /** A VIF a line, in columns, for the peers that know no VIFs. */
  static String table(List<BenchVif> vifs) {
    return vifs.stream().map(BenchVif::row).collect(Collectors.joining());
  }

  private String row() {
    return String.join(
            "\t",
            host,
            guest,
            bridge,
            hostAddress.toString(),
            guestAddress.toString(),
            Integer.toString(MTU),
            "fastvif:" + vif.id().get())
        + "\n";
  }

  /** The VIFs with an instance each, in os-vif's JSON. */
  static String json(List<BenchVif> vifs) {
    return vifs.stream().map(BenchVif::json).collect(Collectors.joining(",\n", "[", "]"));
  }

  /** One VIF with its instance. */
  static String json(BenchVif one) {
    InstanceInfo instance =
        InstanceInfo.builder()
            .uuid(one.vif.id().get())
            .name("instance")
            .projectId("project")
            .build();
    return "{\"vif\":%s,\"instance\":%s}"
        .formatted(VersionedObjectWriter.write(one.vif), VersionedObjectWriter.write(instance));
  }
}
