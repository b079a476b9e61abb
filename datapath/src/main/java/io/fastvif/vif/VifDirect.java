package io.fastvif.vif;

/**
 * A macvtap device on a virtual function. libvirt: type direct.
 *
 * @param base what every VIF has
 * @param vifName the name of the device to make
 * @param devAddress the host device
 * @param mode how frames are passed on
 * @param vlanName the name of the VLAN device
 */
public record VifDirect(
    VifBase base,
    Field<String> vifName,
    Field<PciAddress> devAddress,
    Field<DirectMode> mode,
    Field<String> vlanName)
    implements Vif {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "VIFDirect";

  /** The newest version known. */
  public static final Version CURRENT = new Version(1, 0);

  /**
   * Checks the names of devices.
   *
   * @throws InvalidInputException if the kernel would refuse one
   */
  public VifDirect {
    InterfaceName.check("vif_name", vifName);
    InterfaceName.check("vlan_name", vlanName);
  }

  /** A builder of the newest version with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String objectName() {
    return OBJECT_NAME;
  }

  /** Builds a VifDirect. */
  public static final class Builder extends VifBuilder<VifDirect, Builder> {
    private Field<String> vifName = Field.unset();
    private Field<PciAddress> devAddress = Field.unset();
    private Field<DirectMode> mode = Field.unset();
    private Field<String> vlanName = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code vif_name}: the name of the device to make. */
    public Builder vifName(String vifName) {
      this.vifName = change("vif_name", vifName);
      return this;
    }

    /** Sets {@code dev_address}: the host device. */
    public Builder devAddress(PciAddress devAddress) {
      this.devAddress = change("dev_address", devAddress);
      return this;
    }

    /** Sets {@code mode}: how frames are passed on. */
    public Builder mode(DirectMode mode) {
      this.mode = change("mode", mode);
      return this;
    }

    /** Sets {@code vlan_name}: the name of the VLAN device. */
    public Builder vlanName(String vlanName) {
      this.vlanName = change("vlan_name", vlanName);
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public VifDirect build() {
      return new VifDirect(base(), vifName, devAddress, mode, vlanName);
    }
  }
}
