package io.fastvif.vif;

/**
 * A port of a switch outside, by IEEE 802.1Qbg (VEPA).
 *
 * @param envelope version and changes
 * @param datapathOffload the offload of the port to hardware
 * @param managerId the VSI manager
 * @param typeId the VSI type
 * @param typeIdVersion the VSI type's version
 * @param instanceId the VSI instance, a UUID
 */
public record PortProfile8021Qbg(
    Envelope envelope,
    Field<DatapathOffload> datapathOffload,
    Field<Integer> managerId,
    Field<Integer> typeId,
    Field<Integer> typeIdVersion,
    Field<String> instanceId)
    implements PortProfile {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "VIFPortProfile8021Qbg";

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

  /** Builds a PortProfile8021Qbg. */
  public static final class Builder extends PortProfileBuilder<PortProfile8021Qbg, Builder> {
    private Field<Integer> managerId = Field.unset();
    private Field<Integer> typeId = Field.unset();
    private Field<Integer> typeIdVersion = Field.unset();
    private Field<String> instanceId = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code manager_id}: the VSI manager. */
    public Builder managerId(Integer managerId) {
      this.managerId = change("manager_id", managerId);
      return this;
    }

    /** Sets {@code type_id}: the VSI type. */
    public Builder typeId(Integer typeId) {
      this.typeId = change("type_id", typeId);
      return this;
    }

    /** Sets {@code type_id_version}: the VSI type's version. */
    public Builder typeIdVersion(Integer typeIdVersion) {
      this.typeIdVersion = change("type_id_version", typeIdVersion);
      return this;
    }

    /** Sets {@code instance_id}: the VSI instance, a UUID. */
    public Builder instanceId(String instanceId) {
      this.instanceId = change("instance_id", instanceId);
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    public PortProfile8021Qbg build() {
      return new PortProfile8021Qbg(
          envelope(), datapathOffload(), managerId, typeId, typeIdVersion, instanceId);
    }
  }
}
