package io.fastvif.json;

import io.fastvif.host.HostPortProfileInfo;
import io.fastvif.host.HostVifInfo;
import io.fastvif.vif.Version;

/** The table of {@link HostVifInfo}. */
final class HostVifInfoSchema {
  static final ObjectSchema<HostVifInfo, HostVifInfo.Builder> SCHEMA =
      ObjectSchema.of(HostVifInfo.OBJECT_NAME, HostVifInfo.CURRENT, HostVifInfo.Builder::new)
          .field(
              "vif_object_name",
              Version.V1_0,
              Codecs.STRING,
              HostVifInfo.Builder::vifObjectName,
              HostVifInfo::vifObjectName)
          .field(
              "min_version",
              Version.V1_0,
              Codecs.STRING,
              HostVifInfo.Builder::minVersion,
              HostVifInfo::minVersion)
          .field(
              "max_version",
              Version.V1_0,
              Codecs.STRING,
              HostVifInfo.Builder::maxVersion,
              HostVifInfo::maxVersion)
          .field(
              "supported_port_profiles",
              new Version(1, 1),
              new ListCodec<>(
                  new ObjectCodec<>(HostPortProfileInfo.class, "a HostPortProfileInfo")),
              HostVifInfo.Builder::supportedPortProfiles,
              HostVifInfo::supportedPortProfiles)
          .build();

  private HostVifInfoSchema() {}
}
