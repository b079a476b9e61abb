package io.fastvif.vif;

/**
 * The instance (virtual machine or container) that a VIF belongs to.
 *
 * @param envelope version and changes
 * @param uuid its identifier, a UUID
 * @param name its name in the compute service
 * @param projectId the project that owns it
 */
public record InstanceInfo(
    Envelope envelope, Field<String> uuid, Field<String> name, Field<String> projectId)
    implements VersionedObject {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "InstanceInfo";

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

  /** Builds an InstanceInfo. */
  public static final class Builder extends ObjectBuilder<InstanceInfo> {
    private Field<String> uuid = Field.unset();
    private Field<String> name = Field.unset();
    private Field<String> projectId = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code uuid}: its identifier, a UUID. */
    public Builder uuid(String uuid) {
      this.uuid = change("uuid", uuid);
      return this;
    }

    /** Sets {@code name}: its name in the compute service. */
    public Builder name(String name) {
      this.name = change("name", name);
      return this;
    }

    /** Sets {@code project_id}: the project that owns it. */
    public Builder projectId(String projectId) {
      this.projectId = change("project_id", projectId);
      return this;
    }

    @Override
    public InstanceInfo build() {
      return new InstanceInfo(envelope(), uuid, name, projectId);
    }
  }
}
