package io.fastvif.host;

import io.fastvif.vif.Envelope;
import io.fastvif.vif.Field;
import io.fastvif.vif.ObjectBuilder;
import io.fastvif.vif.Version;
import io.fastvif.vif.VersionedObject;
import java.util.List;

/**
 * A VIF type and its versions that a plugin takes.
 *
 * @param envelope version and changes
 * @param vifObjectName os-vif's name of the type
 * @param minVersion the earliest version
 * @param maxVersion the latest version
 * @param supportedPortProfiles the port profiles taken with it
 */
public record HostVifInfo(
    Envelope envelope,
    Field<String> vifObjectName,
    Field<String> minVersion,
    Field<String> maxVersion,
    Field<List<HostPortProfileInfo>> supportedPortProfiles)
    implements VersionedObject {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "HostVIFInfo";

  /** The newest version known. */
  public static final Version CURRENT = new Version(1, 1);

  /** A builder of the newest version with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  /** A VIF type that is taken in these versions, without or with one of these profiles. */
  public static HostVifInfo of(
      String vifObjectName, Version min, Version max, HostPortProfileInfo... profiles) {
    return builder()
        .vifObjectName(vifObjectName)
        .minVersion(min.toString())
        .maxVersion(max.toString())
        .supportedPortProfiles(List.of(profiles))
        .build();
  }

  @Override
  public String objectName() {
    return OBJECT_NAME;
  }

  /** Builds a HostVifInfo. */
  public static final class Builder extends ObjectBuilder<HostVifInfo> {
    private Field<String> vifObjectName = Field.unset();
    private Field<String> minVersion = Field.unset();
    private Field<String> maxVersion = Field.unset();
    private Field<List<HostPortProfileInfo>> supportedPortProfiles = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code vif_object_name}: os-vif's name of the type. */
    public Builder vifObjectName(String vifObjectName) {
      this.vifObjectName = change("vif_object_name", vifObjectName);
      return this;
    }

    /** Sets {@code min_version}: the earliest version. */
    public Builder minVersion(String minVersion) {
      this.minVersion = change("min_version", minVersion);
      return this;
    }

    /** Sets {@code max_version}: the latest version. */
    public Builder maxVersion(String maxVersion) {
      this.maxVersion = change("max_version", maxVersion);
      return this;
    }

    /** Sets {@code supported_port_profiles}: the port profiles taken with it. */
    public Builder supportedPortProfiles(List<HostPortProfileInfo> supportedPortProfiles) {
      this.supportedPortProfiles =
          change("supported_port_profiles", List.copyOf(supportedPortProfiles));
      return this;
    }

    @Override
    public HostVifInfo build() {
      return new HostVifInfo(
          envelope(), vifObjectName, minVersion, maxVersion, supportedPortProfiles);
    }
  }
}
