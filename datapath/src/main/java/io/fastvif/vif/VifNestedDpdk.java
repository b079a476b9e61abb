package io.fastvif.vif;

/**
 * A port of a virtual machine, for a DPDK program in a pod inside it. Means nothing to libvirt.
 *
 * @param base what every VIF has
 * @param pciAddress the device's PCI address, as text
 * @param devDriver the driver it was bound to before
 */
public record VifNestedDpdk(VifBase base, Field<String> pciAddress, Field<String> devDriver)
    implements Vif {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "VIFNestedDPDK";

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

  /** Builds a VifNestedDpdk. */
  public static final class Builder extends VifBuilder<VifNestedDpdk, Builder> {
    private Field<String> pciAddress = Field.unset();
    private Field<String> devDriver = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code pci_address}: the device's PCI address, as text. */
    public Builder pciAddress(String pciAddress) {
      this.pciAddress = change("pci_address", pciAddress);
      return this;
    }

    /** Sets {@code dev_driver}: the driver it was bound to before. */
    public Builder devDriver(String devDriver) {
      this.devDriver = change("dev_driver", devDriver);
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public VifNestedDpdk build() {
      return new VifNestedDpdk(base(), pciAddress, devDriver);
    }
  }
}
