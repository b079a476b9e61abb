package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.OvsSwitch;
import io.fastvif.json.BackLevel;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.Version;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifOpenVSwitch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What a VIF is on Open vSwitch. */
enum OvsWorkload {
  /** A Linux bridge of its own, and a veth pair from it to the switch. */
  HYBRID("VIFBridge hybrid", "qvo"),

  /** A tap that the hypervisor has made, as a port of the switch. */
  CREATE_PORT("VIFOpenVSwitch create_port", "tap");

  static final int MTU = 1450;
  private static final int NAME_CHARACTERS = 14;
  private static final long ADDRESSES = 0xfa163e000000L;
  private static final Version OS_VIF_3_0_PROFILE = new Version(1, 3);

  private final String title;
  private final String portPrefix;

  OvsWorkload(String title, String portPrefix) {
    this.title = title;
    this.portPrefix = portPrefix;
  }

  /** Its name in the report. */
  String title() {
    return title;
  }

  /** Whether the VIF's device is there before it is plugged. */
  boolean hasTaps() {
    return this == CREATE_PORT;
  }

  /** That many VIFs of this sort, and one more to warm up with. */
  List<BenchVif> vifs(int count) {
    List<BenchVif> vifs = new ArrayList<>(count + 1);
    for (int number = 0; number <= count; number++) {
      vifs.add(vif(number));
    }
    return vifs;
  }

  private BenchVif vif(int number) {
    // Different in the first characters already, as the names are cut off behind these.
    String id = new UUID(((long) number << Integer.SIZE) | 0x4000, 0x8000L << 48).toString();
    MacAddress address = new MacAddress(ADDRESSES | number);
    String tap = cut("tap", id);
    Network network =
        Network.builder().id(id).bridge(OvsSwitch.BRIDGE).multiHost(false).mtu(MTU).build();
    PortProfileOpenVSwitch profile =
        PortProfileOpenVSwitch.builder()
            .interfaceId(id)
            .datapathType("netdev")
            .createPort(this == CREATE_PORT)
            .build();
    Vif vif =
        this == CREATE_PORT
            ? VifOpenVSwitch.builder()
                .id(id)
                .address(address)
                .network(network)
                .plugin("ovs")
                .vifName(tap)
                .bridgeName(OvsSwitch.BRIDGE)
                .portProfile(profile)
                .build()
            : VifBridge.builder()
                .id(id)
                .address(address)
                .network(network)
                .plugin("ovs")
                .vifName(tap)
                .bridgeName(cut("qbr", id))
                .portProfile(profile)
                .build();
    Vif understood =
        BackLevel.toAtMost(vif, Map.of("VIFPortProfileOpenVSwitch", OS_VIF_3_0_PROFILE));
    return new BenchVif(understood, cut(portPrefix, id), tap, OvsSwitch.BRIDGE, address, address);
  }

  private static String cut(String prefix, String id) {
    return (prefix + id).substring(0, NAME_CHARACTERS);
  }
}
