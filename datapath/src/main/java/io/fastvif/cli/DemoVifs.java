package io.fastvif.cli;

import io.fastvif.json.PlugRequest;
import io.fastvif.json.PlugRequests;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import java.util.List;
import java.util.UUID;

/** The VIFs of the demonstration: as an orchestrator would send them, in os-vif's JSON. */
final class DemoVifs {
  /** Below the 1,023 ports that a bridge takes. */
  static final int VIFS_ON_A_BRIDGE = 1000;

  static final int MTU = 1450;

  private DemoVifs() {}

  /** The name of the bridge that the VIF of that number is on. */
  static String bridge(int number) {
    return "br" + number / VIFS_ON_A_BRIDGE;
  }

  /** The name of the VIF's device. */
  static String device(int number) {
    return "tap" + number;
  }

  /** As many VIFs, read from the JSON that they were written to. */
  static List<PlugRequest> make(int count) {
    StringBuilder document = new StringBuilder("[");
    for (int i = 0; i < count; i++) {
      InstanceInfo instance =
          InstanceInfo.builder()
              .uuid(UUID.randomUUID().toString())
              .name("instance-" + i)
              .projectId("demo")
              .build();
      document
          .append(i == 0 ? "" : ",")
          .append("{\"vif\":")
          .append(VersionedObjectWriter.write(vif(i)))
          .append(",\"instance\":")
          .append(VersionedObjectWriter.write(instance))
          .append('}');
    }
    return PlugRequests.read(document.append(']').toString());
  }

  private static Vif vif(int number) {
    Network network =
        Network.builder()
            .id(UUID.randomUUID().toString())
            .bridge(bridge(number))
            .label("demo")
            .shouldProvideBridge(true)
            .mtu(MTU)
            .build();
    return VifBridge.builder()
        .id(UUID.randomUUID().toString())
        .address(new MacAddress(0xfa163e000000L + number))
        .plugin("linux_bridge")
        .hasTrafficFiltering(true)
        .network(network)
        .vifName(device(number))
        .bridgeName(bridge(number))
        .build();
  }
}
