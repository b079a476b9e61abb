package io.fastvif.vif;

/**
 * A routed port (Calico) through a fast path.
 *
 * @param envelope version and changes
 * @param datapathOffload the offload of the port to hardware
 * @param macAddress the host port's MAC address
 */
public record PortProfileFpTap(
    Envelope envelope, Field<DatapathOffload> datapathOffload, Field<MacAddress> macAddress)
    implements PortProfile {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "VIFPortProfileFPTap";

  /** The newest version known. */
  public static final Version CURRENT = new Version(1, 1);

  /** A builder of the newest version with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String objectName() {
    return OBJECT_NAME;
  }

  /** Builds a PortProfileFpTap. */
  public static final class Builder extends PortProfileBuilder<PortProfileFpTap, Builder> {
    private Field<MacAddress> macAddress = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code mac_address}: the host port's MAC address. May be null. */
    public Builder macAddress(MacAddress macAddress) {
      this.macAddress = changeNullable("mac_address", macAddress);
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public PortProfileFpTap build() {
      return new PortProfileFpTap(envelope(), datapathOffload(), macAddress);
    }
  }
}
