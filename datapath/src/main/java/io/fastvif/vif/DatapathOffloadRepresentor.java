package io.fastvif.vif;

/**
 * Offload to hardware by the kernel's switchdev model: the port's traffic goes through a virtual
 * function, and its representor stands for it on the host.
 *
 * @param envelope version and changes
 * @param representorName the name to give to the representor
 * @param representorAddress the virtual function's PCI address, as text
 */
public record DatapathOffloadRepresentor(
    Envelope envelope, Field<String> representorName, Field<String> representorAddress)
    implements DatapathOffload {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "DatapathOffloadRepresentor";

  /** The newest version known. */
  public static final Version CURRENT = new Version(1, 0);

  /**
   * Checks the names of devices.
   *
   * @throws InvalidInputException if the kernel would refuse one
   */
  public DatapathOffloadRepresentor {
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

  /** Builds a DatapathOffloadRepresentor. */
  public static final class Builder extends ObjectBuilder<DatapathOffloadRepresentor> {
    private Field<String> representorName = Field.unset();
    private Field<String> representorAddress = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code representor_name}: the name to give to the representor. May be null. */
    public Builder representorName(String representorName) {
      this.representorName = changeNullable("representor_name", representorName);
      return this;
    }

    /**
     * Sets {@code representor_address}: the virtual function's PCI address, as text. May be null.
     */
    public Builder representorAddress(String representorAddress) {
      this.representorAddress = changeNullable("representor_address", representorAddress);
      return this;
    }

    @Override
    public DatapathOffloadRepresentor build() {
      return new DatapathOffloadRepresentor(envelope(), representorName, representorAddress);
    }
  }
}
