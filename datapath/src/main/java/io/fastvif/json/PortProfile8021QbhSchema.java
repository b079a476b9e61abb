package io.fastvif.json;

import io.fastvif.vif.DatapathOffload;
import io.fastvif.vif.PortProfile8021Qbh;
import io.fastvif.vif.Version;

/** The table of {@link PortProfile8021Qbh}. */
final class PortProfile8021QbhSchema {
  static final ObjectSchema<PortProfile8021Qbh, PortProfile8021Qbh.Builder> SCHEMA =
      ObjectSchema.of(
              PortProfile8021Qbh.OBJECT_NAME,
              PortProfile8021Qbh.CURRENT,
              PortProfile8021Qbh.Builder::new)
          .nullable(
              "datapath_offload",
              new Version(1, 1),
              new ObjectCodec<>(DatapathOffload.class, "a datapath offload"),
              PortProfile8021Qbh.Builder::datapathOffload,
              PortProfile8021Qbh::datapathOffload)
          .field(
              "profile_id",
              Version.V1_0,
              Codecs.STRING,
              PortProfile8021Qbh.Builder::profileId,
              PortProfile8021Qbh::profileId)
          .build();

  private PortProfile8021QbhSchema() {}
}
