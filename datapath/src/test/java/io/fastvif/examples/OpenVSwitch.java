package io.fastvif.examples;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.VifOpenVSwitch;
import java.util.Map;
import java.util.UUID;

/** Plugs a tap device into Open vSwitch's bridge br-int, as Neutron's agent expects its ports. */
public final class OpenVSwitch {
  private OpenVSwitch() {}

  /** Takes the database's address, such as unix:/run/openvswitch/db.sock; needs root. */
  public static void main(String[] arguments) {
    String id = "b3f6e7a2-5d0c-4c61-9c1f-2f3a4b5c6d7e";
    VifOpenVSwitch vif =
        VifOpenVSwitch.builder()
            .id(id)
            .address(MacAddress.parse("fa:16:3e:00:00:01"))
            .plugin("ovs")
            .vifName("tapb3f6e7a2-5d")
            .bridgeName("br-int")
            .network(Network.builder().id(UUID.randomUUID().toString()).bridge("br-int").build())
            .portProfile(
                PortProfileOpenVSwitch.builder()
                    .interfaceId(id)
                    .createPort(true)
                    .createTap(true)
                    .build())
            .build();
    HostConfiguration configuration =
        HostConfiguration.builder(Map.of()).option("ovs.ovsdb_connection", arguments[0]).build();
    try (VifHost host = VifHost.open(VifHostOptions.of(configuration))) {
      PlugResult result = host.plug(PlugRequest.of(vif)).join();
      System.out.println(result.failure() == null ? result.outcome() : result.failure().message());
    }
  }
}
