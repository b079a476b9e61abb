package io.fastvif.vif;

/**
 * A port of Open vSwitch through a fast path.
 *
 * @param port what every port of Open vSwitch has
 * @param bridgeName the fast path's bridge
 * @param hybridPlug whether a Linux bridge stands between
 */
public record PortProfileFpOpenVSwitch(
    OpenVSwitchPort port, Field<String> bridgeName, Field<Boolean> hybridPlug)
    implements OpenVSwitchProfile {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "VIFPortProfileFPOpenVSwitch";

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

  /** Whether a Linux bridge stands between; if the profile does not say, none does. */
  public boolean usesHybridPlug() {
    return hybridPlug.orElse(false);
  }

  /** Builds a PortProfileFpOpenVSwitch. */
  public static final class Builder
      extends OpenVSwitchProfileBuilder<PortProfileFpOpenVSwitch, Builder> {
    private Field<String> bridgeName = Field.unset();
    private Field<Boolean> hybridPlug = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code bridge_name}: the fast path's bridge. */
    public Builder bridgeName(String bridgeName) {
      this.bridgeName = change("bridge_name", bridgeName);
      return this;
    }

    /** Sets {@code hybrid_plug}: whether a Linux bridge stands between. */
    public Builder hybridPlug(Boolean hybridPlug) {
      this.hybridPlug = change("hybrid_plug", hybridPlug);
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public PortProfileFpOpenVSwitch build() {
      return new PortProfileFpOpenVSwitch(port(), bridgeName, hybridPlug);
    }
  }
}
