package io.fastvif.vif;

/**
 * A route of a subnet.
 *
 * @param envelope version and changes
 * @param cidr the destination
 * @param gateway the next hop
 * @param interfaceName the guest's device
 */
public record Route(
    Envelope envelope, Field<IpNetwork> cidr, Field<IpAddress> gateway, Field<String> interfaceName)
    implements VersionedObject {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "Route";

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

  /** Builds a Route. */
  public static final class Builder extends ObjectBuilder<Route> {
    private Field<IpNetwork> cidr = Field.unset();
    private Field<IpAddress> gateway = Field.unset();
    private Field<String> interfaceName = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code cidr}: the destination. */
    public Builder cidr(IpNetwork cidr) {
      this.cidr = change("cidr", cidr);
      return this;
    }

    /** Sets {@code gateway}: the next hop. */
    public Builder gateway(IpAddress gateway) {
      this.gateway = change("gateway", gateway);
      return this;
    }

    /** Sets {@code interface}: the guest's device. */
    public Builder interfaceName(String interfaceName) {
      this.interfaceName = change("interface", interfaceName);
      return this;
    }

    @Override
    public Route build() {
      return new Route(envelope(), cidr, gateway, interfaceName);
    }
  }
}
