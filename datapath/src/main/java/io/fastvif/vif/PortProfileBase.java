package io.fastvif.vif;

/**
 * What all profiles have, and nothing else. os-vif means it for a base class only, but Nova gives
 * it to ports of Contrail's vRouter that are offloaded.
 *
 * @param envelope version and changes
 * @param datapathOffload the offload of the port to hardware
 */
public record PortProfileBase(Envelope envelope, Field<DatapathOffload> datapathOffload)
    implements PortProfile {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "VIFPortProfileBase";

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

  /** Builds a PortProfileBase. */
  public static final class Builder extends PortProfileBuilder<PortProfileBase, Builder> {
    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public PortProfileBase build() {
      return new PortProfileBase(envelope(), datapathOffload());
    }
  }
}
