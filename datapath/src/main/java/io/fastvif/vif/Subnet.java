package io.fastvif.vif;

import java.util.List;

/**
 * A range of addresses of a network.
 *
 * @param envelope version and changes
 * @param cidr the range
 * @param dns the name servers
 * @param gateway the default gateway
 * @param ips the addresses given to this port
 * @param routes further routes
 * @param dhcpServer the DHCP server
 */
public record Subnet(
    Envelope envelope,
    Field<IpNetwork> cidr,
    Field<List<IpAddress>> dns,
    Field<IpAddress> gateway,
    Field<FixedIpList> ips,
    Field<RouteList> routes,
    Field<IpAddress> dhcpServer)
    implements VersionedObject {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "Subnet";

  /** The newest version known. */
  public static final Version CURRENT = new Version(1, 0);

  /** A builder of the newest version with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String objectName() {
    return OBJECT_NAME;
  }

  /** Builds a Subnet. */
  public static final class Builder extends ObjectBuilder<Subnet> {
    private Field<IpNetwork> cidr = Field.unset();
    private Field<List<IpAddress>> dns = Field.unset();
    private Field<IpAddress> gateway = Field.unset();
    private Field<FixedIpList> ips = Field.unset();
    private Field<RouteList> routes = Field.unset();
    private Field<IpAddress> dhcpServer = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code cidr}: the range. */
    public Builder cidr(IpNetwork cidr) {
      this.cidr = change("cidr", cidr);
      return this;
    }

    /** Sets {@code dns}: the name servers. */
    public Builder dns(List<IpAddress> dns) {
      this.dns = change("dns", List.copyOf(dns));
      return this;
    }

    /** Sets {@code gateway}: the default gateway. */
    public Builder gateway(IpAddress gateway) {
      this.gateway = change("gateway", gateway);
      return this;
    }

    /** Sets {@code ips}: the addresses given to this port. */
    public Builder ips(FixedIpList ips) {
      this.ips = change("ips", ips);
      return this;
    }

    /** Sets {@code routes}: further routes. */
    public Builder routes(RouteList routes) {
      this.routes = change("routes", routes);
      return this;
    }

    /** Sets {@code dhcp_server}: the DHCP server. */
    public Builder dhcpServer(IpAddress dhcpServer) {
      this.dhcpServer = change("dhcp_server", dhcpServer);
      return this;
    }

    @Override
    public Subnet build() {
      return new Subnet(envelope(), cidr, dns, gateway, ips, routes, dhcpServer);
    }
  }
}
