package io.fastvif.vif;

/**
 * A port of a port extender, by IEEE 802.1Qbh.
 *
 * @param envelope version and changes
 * @param datapathOffload the offload of the port to hardware
 * @param profileId the port profile's name
 */
public record PortProfile8021Qbh(
    Envelope envelope, Field<DatapathOffload> datapathOffload, Field<String> profileId)
    implements PortProfile {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "VIFPortProfile8021Qbh";

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

  /** Builds a PortProfile8021Qbh. */
  public static final class Builder extends PortProfileBuilder<PortProfile8021Qbh, Builder> {
    private Field<String> profileId = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code profile_id}: the port profile's name. */
    public Builder profileId(String profileId) {
      this.profileId = change("profile_id", profileId);
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public PortProfile8021Qbh build() {
      return new PortProfile8021Qbh(envelope(), datapathOffload(), profileId);
    }
  }
}
