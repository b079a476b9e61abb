package io.fastvif.plugin.ovs;

import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifOpenVSwitch;
import io.fastvif.vif.VifVhostUser;
import java.util.UUID;

/** VIFs for tests of the plugin, by number. */
final class OvsVifs {
  private OvsVifs() {}

  static String id(int number) {
    return new UUID(((0xabcL << 20) + number) << 32, number).toString();
  }

  static MacAddress mac(int number) {
    return new MacAddress(0xfa163e000000L + number);
  }

  /** A profile of the userspace datapath. */
  static PortProfileOpenVSwitch.Builder profile(int number) {
    return PortProfileOpenVSwitch.builder()
        .interfaceId("e65867e0-9340-4a7f-a256-" + String.format("%012x", number))
        .datapathType("netdev");
  }

  static Network network(String bridge) {
    return Network.builder().bridge(bridge).mtu(1450).build();
  }

  static VifOpenVSwitch port(int number, PortProfileOpenVSwitch profile, Network network) {
    return VifOpenVSwitch.builder()
        .id(id(number))
        .address(mac(number))
        .plugin("ovs")
        .vifName("tap" + number)
        .bridgeName(network.bridge().get())
        .network(network)
        .portProfile(profile)
        .build();
  }

  /** A VIFOpenVSwitch on br-int whose tap and port the plugin makes. */
  static VifOpenVSwitch tap(int number) {
    return port(
        number, profile(number).createPort(true).createTap(true).build(), network("br-int"));
  }

  /** A VIFOpenVSwitch on br-int whose device is there. */
  static VifOpenVSwitch created(int number) {
    return port(number, profile(number).createPort(true).build(), network("br-int"));
  }

  static VifBridge hybrid(int number) {
    return hybrid(number, network("br-int"));
  }

  static VifBridge hybrid(int number, Network network) {
    return VifBridge.builder()
        .id(id(number))
        .address(mac(number))
        .plugin("ovs")
        .vifName("tap" + number)
        .bridgeName(OvsNames.hybridBridge(id(number)))
        .network(network)
        .portProfile(profile(number).build())
        .build();
  }

  static VifVhostUser vhostUser(int number, VhostUserMode mode, PortProfileOpenVSwitch profile) {
    return VifVhostUser.builder()
        .id(id(number))
        .address(mac(number))
        .plugin("ovs")
        .vifName("vhu" + number)
        .path("/run/vhost/" + number)
        .mode(mode)
        .network(network("br-int"))
        .portProfile(profile)
        .build();
  }
}
