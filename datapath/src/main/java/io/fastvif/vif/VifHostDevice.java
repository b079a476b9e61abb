package io.fastvif.vif;

/**
 * A physical or virtual function handed to the guest. libvirt: type hostdev.
 *
 * @param base what every VIF has
 * @param devType how libvirt is told
 * @param devAddress the host device
 */
public record VifHostDevice(
    VifBase base, Field<HostDeviceType> devType, Field<PciAddress> devAddress) implements Vif {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "VIFHostDevice";

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

  /** Builds a VifHostDevice. */
  public static final class Builder extends VifBuilder<VifHostDevice, Builder> {
    private Field<HostDeviceType> devType = Field.unset();
    private Field<PciAddress> devAddress = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code dev_type}: how libvirt is told. */
    public Builder devType(HostDeviceType devType) {
      this.devType = change("dev_type", devType);
      return this;
    }

    /** Sets {@code dev_address}: the host device. */
    public Builder devAddress(PciAddress devAddress) {
      this.devAddress = change("dev_address", devAddress);
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public VifHostDevice build() {
      return new VifHostDevice(base(), devType, devAddress);
    }
  }
}
