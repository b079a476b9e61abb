package io.fastvif.json;

import io.fastvif.vif.DatapathOffload;
import io.fastvif.vif.PortProfile8021Qbg;
import io.fastvif.vif.Version;

/** The table of {@link PortProfile8021Qbg}. */
final class PortProfile8021QbgSchema {
  static final ObjectSchema<PortProfile8021Qbg, PortProfile8021Qbg.Builder> SCHEMA =
      ObjectSchema.of(
              PortProfile8021Qbg.OBJECT_NAME,
              PortProfile8021Qbg.CURRENT,
              PortProfile8021Qbg.Builder::new)
          .nullable(
              "datapath_offload",
              new Version(1, 1),
              new ObjectCodec<>(DatapathOffload.class, "a datapath offload"),
              PortProfile8021Qbg.Builder::datapathOffload,
              PortProfile8021Qbg::datapathOffload)
          .field(
              "manager_id",
              Version.V1_0,
              Codecs.INTEGER,
              PortProfile8021Qbg.Builder::managerId,
              PortProfile8021Qbg::managerId)
          .field(
              "type_id",
              Version.V1_0,
              Codecs.INTEGER,
              PortProfile8021Qbg.Builder::typeId,
              PortProfile8021Qbg::typeId)
          .field(
              "type_id_version",
              Version.V1_0,
              Codecs.INTEGER,
              PortProfile8021Qbg.Builder::typeIdVersion,
              PortProfile8021Qbg::typeIdVersion)
          .field(
              "instance_id",
              Version.V1_0,
              Codecs.STRING,
              PortProfile8021Qbg.Builder::instanceId,
              PortProfile8021Qbg::instanceId)
          .build();

  private PortProfile8021QbgSchema() {}
}
