package io.fastvif.vif;

/**
 * A tap device left for the hypervisor, not connected to anything by it. libvirt: type ethernet.
 *
 * @param base what every VIF has
 * @param vifName the name of the device to make
 */
public record VifGeneric(VifBase base, Field<String> vifName) implements Vif {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "VIFGeneric";

  /** The newest version known. */
  public static final Version CURRENT = new Version(1, 0);

  /**
   * Checks the names of devices.
   *
   * @throws InvalidInputException if the kernel would refuse one
   */
  public VifGeneric {
    InterfaceName.check("vif_name", vifName);
  }

  /** A builder of the newest version with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String objectName() {
    return OBJECT_NAME;
  }

  /** Builds a VifGeneric. */
  public static final class Builder extends VifBuilder<VifGeneric, Builder> {
    private Field<String> vifName = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code vif_name}: the name of the device to make. */
    public Builder vifName(String vifName) {
      this.vifName = change("vif_name", vifName);
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public VifGeneric build() {
      return new VifGeneric(base(), vifName);
    }
  }
}
