package io.fastvif.vif;

/**
 * A port of Open vSwitch.
 *
 * @param port what every port of Open vSwitch has
 */
public record PortProfileOpenVSwitch(OpenVSwitchPort port) implements OpenVSwitchProfile {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "VIFPortProfileOpenVSwitch";

  /** The newest version known. */
  public static final Version CURRENT = new Version(1, 4);

  /** A builder of the newest version with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String objectName() {
    return OBJECT_NAME;
  }

  /** Builds a PortProfileOpenVSwitch. */
  public static final class Builder
      extends OpenVSwitchProfileBuilder<PortProfileOpenVSwitch, Builder> {

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public PortProfileOpenVSwitch build() {
      return new PortProfileOpenVSwitch(port());
    }
  }
}
