package io.fastvif.vif;

import java.util.List;

/**
 * An address of a port.
 *
 * @param envelope version and changes
 * @param address the address
 * @param floatingIps the addresses translated to it
 */
public record FixedIp(
    Envelope envelope, Field<IpAddress> address, Field<List<IpAddress>> floatingIps)
    implements VersionedObject {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "FixedIP";

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

  /** Builds a FixedIp. */
  public static final class Builder extends ObjectBuilder<FixedIp> {
    private Field<IpAddress> address = Field.unset();
    private Field<List<IpAddress>> floatingIps = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code address}: the address. */
    public Builder address(IpAddress address) {
      this.address = change("address", address);
      return this;
    }

    /** Sets {@code floating_ips}: the addresses translated to it. */
    public Builder floatingIps(List<IpAddress> floatingIps) {
      this.floatingIps = change("floating_ips", List.copyOf(floatingIps));
      return this;
    }

    @Override
    public FixedIp build() {
      return new FixedIp(envelope(), address, floatingIps);
    }
  }
}
