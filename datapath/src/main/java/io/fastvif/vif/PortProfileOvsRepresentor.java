package io.fastvif.vif;

/**
 * A representor as a port of Open vSwitch. Older form of a {@link DatapathOffloadRepresentor}.
 *
 * @param port what every port of Open vSwitch has
 * @param representorName the name to give to the representor
 * @param representorAddress the virtual function
 */
public record PortProfileOvsRepresentor(
    OpenVSwitchPort port, Field<String> representorName, Field<PciAddress> representorAddress)
    implements OpenVSwitchProfile {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "VIFPortProfileOVSRepresentor";

  /** The newest version known. */
  public static final Version CURRENT = new Version(1, 4);

  /**
   * Checks the names of devices.
   *
   * @throws InvalidInputException if the kernel would refuse one
   */
  public PortProfileOvsRepresentor {
    InterfaceName.check("representor_name", representorName);
  }

  /** A builder of the newest version with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String objectName() {
    return OBJECT_NAME;
  }

  /** Builds a PortProfileOvsRepresentor. */
  public static final class Builder
      extends OpenVSwitchProfileBuilder<PortProfileOvsRepresentor, Builder> {
    private Field<String> representorName = Field.unset();
    private Field<PciAddress> representorAddress = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code representor_name}: the name to give to the representor. May be null. */
    public Builder representorName(String representorName) {
      this.representorName = changeNullable("representor_name", representorName);
      return this;
    }

    /** Sets {@code representor_address}: the virtual function. May be null. */
    public Builder representorAddress(PciAddress representorAddress) {
      this.representorAddress = changeNullable("representor_address", representorAddress);
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public PortProfileOvsRepresentor build() {
      return new PortProfileOvsRepresentor(port(), representorName, representorAddress);
    }
  }
}
