package io.fastvif.vif;

/**
 * A device on an Open vSwitch bridge. libvirt: type bridge.
 *
 * @param base what every VIF has
 * @param vifName the name of the device to make
 * @param bridgeName the bridge
 */
public record VifOpenVSwitch(VifBase base, Field<String> vifName, Field<String> bridgeName)
    implements Vif {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "VIFOpenVSwitch";

  /** The newest version known. */
  public static final Version CURRENT = new Version(1, 0);

  /**
   * Checks the names of devices.
   *
   * @throws InvalidInputException if the kernel would refuse one
   */
  public VifOpenVSwitch {
    InterfaceName.check("vif_name", vifName);
    InterfaceName.check("bridge_name", bridgeName);
  }

  /** A builder of the newest version with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String objectName() {
    return OBJECT_NAME;
  }

  /** Builds a VifOpenVSwitch. */
  public static final class Builder extends VifBuilder<VifOpenVSwitch, Builder> {
    private Field<String> vifName = Field.unset();
    private Field<String> bridgeName = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code vif_name}: the name of the device to make. */
    public Builder vifName(String vifName) {
      this.vifName = change("vif_name", vifName);
      return this;
    }

    /** Sets {@code bridge_name}: the bridge. */
    public Builder bridgeName(String bridgeName) {
      this.bridgeName = change("bridge_name", bridgeName);
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public VifOpenVSwitch build() {
      return new VifOpenVSwitch(base(), vifName, bridgeName);
    }
  }
}
