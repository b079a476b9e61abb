package io.fastvif.json;

import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.Version;

/** The table of {@link InstanceInfo}. */
final class InstanceInfoSchema {
  static final ObjectSchema<InstanceInfo, InstanceInfo.Builder> SCHEMA =
      ObjectSchema.of(InstanceInfo.OBJECT_NAME, InstanceInfo.CURRENT, InstanceInfo.Builder::new)
          .field(
              "uuid", Version.V1_0, Codecs.STRING, InstanceInfo.Builder::uuid, InstanceInfo::uuid)
          .field(
              "name", Version.V1_0, Codecs.STRING, InstanceInfo.Builder::name, InstanceInfo::name)
          .field(
              "project_id",
              Version.V1_0,
              Codecs.STRING,
              InstanceInfo.Builder::projectId,
              InstanceInfo::projectId)
          .build();

  private InstanceInfoSchema() {}
}
