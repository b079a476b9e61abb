package io.fastvif.vif;

/**
 * A port of a Linux bridge through a fast path.
 *
 * @param envelope version and changes
 * @param datapathOffload the offload of the port to hardware
 * @param bridgeName the fast path's bridge
 */
public record PortProfileFpBridge(
    Envelope envelope, Field<DatapathOffload> datapathOffload, Field<String> bridgeName)
    implements PortProfile {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "VIFPortProfileFPBridge";

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

  /** Builds a PortProfileFpBridge. */
  public static final class Builder extends PortProfileBuilder<PortProfileFpBridge, Builder> {
    private Field<String> bridgeName = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code bridge_name}: the fast path's bridge. */
    public Builder bridgeName(String bridgeName) {
      this.bridgeName = change("bridge_name", bridgeName);
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public PortProfileFpBridge build() {
      return new PortProfileFpBridge(envelope(), datapathOffload(), bridgeName);
    }
  }
}
