package io.fastvif.plugin.fastpath;

import io.fastvif.vif.FixedIp;
import io.fastvif.vif.FixedIpList;
import io.fastvif.vif.IpAddress;
import io.fastvif.vif.IpNetwork;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfile;
import io.fastvif.vif.PortProfileFpBridge;
import io.fastvif.vif.PortProfileFpOpenVSwitch;
import io.fastvif.vif.PortProfileFpTap;
import io.fastvif.vif.Subnet;
import io.fastvif.vif.SubnetList;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.VifVhostUser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** VIFs for a fast path, told apart by a number. */
public final class FastPathVifs {
  /** The MAC address of the host's end of routed ports. */
  public static final String ROUTER_MAC = "00:61:fe:ed:ca:fe";

  private FastPathVifs() {}

  /** The VIF's id. */
  public static String id(int number) {
    return String.format("cd613e30-d8f1-4adf-91b7-584a2265%04x", 0xb100 + number);
  }

  /** The guest's MAC address. */
  public static String mac(int number) {
    return String.format("fa:16:3e:20:%02x:%02x", 0x82 + (number >> 8), number & 0xff);
  }

  /** The VIF's socket. */
  public static Path socket(Path folder, int number) {
    return folder.resolve("vhu" + number + ".sock");
  }

  /** On the Linux bridge {@code br-fp}. */
  public static VifVhostUser bridged(Path folder, int number, VhostUserMode mode) {
    return vif(folder, number, mode)
        .portProfile(PortProfileFpBridge.builder().bridgeName("br-fp").build())
        .network(Network.builder().mtu(1450).build())
        .build();
  }

  /** On Open vSwitch's bridge {@code br-int} of the userspace datapath. */
  public static VifVhostUser switched(Path folder, int number, VhostUserMode mode, boolean hybrid) {
    return switched(folder, number, mode, hybrid, "netdev");
  }

  /** The same on a datapath of that type. */
  static VifVhostUser switched(
      Path folder, int number, VhostUserMode mode, boolean hybrid, String datapathType) {
    return vif(folder, number, mode)
        .portProfile(
            PortProfileFpOpenVSwitch.builder()
                .interfaceId(id(number))
                .datapathType(datapathType)
                .hybridPlug(hybrid)
                .build())
        .network(Network.builder().bridge("br-int").mtu(1450).build())
        .build();
  }

  /** Routed, with these addresses. */
  public static VifVhostUser routed(
      Path folder, int number, VhostUserMode mode, String... addresses) {
    return vif(folder, number, mode)
        .portProfile(profile())
        .network(Network.builder().mtu(1450).subnets(subnets(addresses)).build())
        .build();
  }

  /** The profile of a routed port. */
  public static PortProfile profile() {
    return PortProfileFpTap.builder().macAddress(MacAddress.parse(ROUTER_MAC)).build();
  }

  /** 10.65.0.0/24 with gateway .1, and 2001:db8::/64 with gateway ::1, for these addresses. */
  public static SubnetList subnets(String... addresses) {
    List<FixedIp> ipv4 = new ArrayList<>();
    List<FixedIp> ipv6 = new ArrayList<>();
    for (String address : addresses) {
      (address.contains(":") ? ipv6 : ipv4)
          .add(FixedIp.builder().address(new IpAddress(address)).build());
    }
    return SubnetList.of(
        List.of(
            Subnet.builder()
                .cidr(new IpNetwork("10.65.0.0/24"))
                .gateway(new IpAddress("10.65.0.1"))
                .ips(FixedIpList.of(ipv4))
                .build(),
            Subnet.builder()
                .cidr(new IpNetwork("2001:db8::/64"))
                .gateway(new IpAddress("2001:db8::1"))
                .ips(FixedIpList.of(ipv6))
                .build()));
  }

  /** Without profile and network. */
  public static VifVhostUser.Builder vif(Path folder, int number, VhostUserMode mode) {
    return VifVhostUser.builder()
        .id(id(number))
        .plugin("vhostuser_fp")
        .address(MacAddress.parse(mac(number)))
        .vifName("vhu" + number)
        .path(socket(folder, number).toString())
        .mode(mode);
  }
}
