package io.fastvif.json;

import io.fastvif.host.HostPortProfileInfo;
import io.fastvif.vif.Version;

/** The table of {@link HostPortProfileInfo}. */
final class HostPortProfileInfoSchema {
  static final ObjectSchema<HostPortProfileInfo, HostPortProfileInfo.Builder> SCHEMA =
      ObjectSchema.of(
              HostPortProfileInfo.OBJECT_NAME,
              HostPortProfileInfo.CURRENT,
              HostPortProfileInfo.Builder::new)
          .field(
              "profile_object_name",
              Version.V1_0,
              Codecs.STRING,
              HostPortProfileInfo.Builder::profileObjectName,
              HostPortProfileInfo::profileObjectName)
          .field(
              "min_version",
              Version.V1_0,
              Codecs.STRING,
              HostPortProfileInfo.Builder::minVersion,
              HostPortProfileInfo::minVersion)
          .field(
              "max_version",
              Version.V1_0,
              Codecs.STRING,
              HostPortProfileInfo.Builder::maxVersion,
              HostPortProfileInfo::maxVersion)
          .build();

  private HostPortProfileInfoSchema() {}
}
