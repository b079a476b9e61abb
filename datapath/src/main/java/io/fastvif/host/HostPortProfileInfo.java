package io.fastvif.host;

import io.fastvif.vif.Envelope;
import io.fastvif.vif.Field;
import io.fastvif.vif.ObjectBuilder;
import io.fastvif.vif.Version;
import io.fastvif.vif.VersionedObject;

/**
 * A port profile and its versions that a plugin takes.
 *
 * @param envelope version and changes
 * @param profileObjectName os-vif's name of the profile
 * @param minVersion the earliest version
 * @param maxVersion the latest version
 */
public record HostPortProfileInfo(
    Envelope envelope,
    Field<String> profileObjectName,
    Field<String> minVersion,
    Field<String> maxVersion)
    implements VersionedObject {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "HostPortProfileInfo";

  /** The newest version known. */
  public static final Version CURRENT = new Version(1, 0);

  /** A builder of the newest version with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  /** A profile that is taken in these versions. */
  public static HostPortProfileInfo of(String profileObjectName, Version min, Version max) {
    return builder()
        .profileObjectName(profileObjectName)
        .minVersion(min.toString())
        .maxVersion(max.toString())
        .build();
  }

  @Override
  public String objectName() {
    return OBJECT_NAME;
  }

  /** Builds a HostPortProfileInfo. */
  public static final class Builder extends ObjectBuilder<HostPortProfileInfo> {
    private Field<String> profileObjectName = Field.unset();
    private Field<String> minVersion = Field.unset();
    private Field<String> maxVersion = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code profile_object_name}: os-vif's name of the profile. */
    public Builder profileObjectName(String profileObjectName) {
      this.profileObjectName = change("profile_object_name", profileObjectName);
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

    @Override
    public HostPortProfileInfo build() {
      return new HostPortProfileInfo(envelope(), profileObjectName, minVersion, maxVersion);
    }
  }
}
