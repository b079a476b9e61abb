package io.fastvif.json;

import io.fastvif.vif.FixedIpList;
import io.fastvif.vif.RouteList;
import io.fastvif.vif.Subnet;
import io.fastvif.vif.Version;

/** The table of {@link Subnet}. */
final class SubnetSchema {
  static final ObjectSchema<Subnet, Subnet.Builder> SCHEMA =
      ObjectSchema.of(Subnet.OBJECT_NAME, Subnet.CURRENT, Subnet.Builder::new)
          .field("cidr", Version.V1_0, Codecs.IP_NETWORK, Subnet.Builder::cidr, Subnet::cidr)
          .field("dns", Version.V1_0, Codecs.IP_ADDRESSES, Subnet.Builder::dns, Subnet::dns)
          .field(
              "gateway", Version.V1_0, Codecs.IP_ADDRESS, Subnet.Builder::gateway, Subnet::gateway)
          .field(
              "ips",
              Version.V1_0,
              new ObjectCodec<>(FixedIpList.class, "a FixedIPList"),
              Subnet.Builder::ips,
              Subnet::ips)
          .field(
              "routes",
              Version.V1_0,
              new ObjectCodec<>(RouteList.class, "a RouteList"),
              Subnet.Builder::routes,
              Subnet::routes)
          .field(
              "dhcp_server",
              Version.V1_0,
              Codecs.IP_ADDRESS,
              Subnet.Builder::dhcpServer,
              Subnet::dhcpServer)
          .build();

  private SubnetSchema() {}
}
