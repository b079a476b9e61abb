package io.fastvif.json;

import io.fastvif.vif.Version;
import io.fastvif.vif.VifVhostUser;

/** The table of {@link VifVhostUser}. */
final class VifVhostUserSchema {
  static final ObjectSchema<VifVhostUser, VifVhostUser.Builder> SCHEMA =
      VifFields.startOf(VifVhostUser.OBJECT_NAME, VifVhostUser.CURRENT, VifVhostUser.Builder::new)
          .field(
              "vif_name",
              new Version(1, 1),
              Codecs.STRING,
              VifVhostUser.Builder::vifName,
              VifVhostUser::vifName)
          .field(
              "path", Version.V1_0, Codecs.STRING, VifVhostUser.Builder::path, VifVhostUser::path)
          .field(
              "mode",
              Version.V1_0,
              Codecs.VHOST_USER_MODE,
              VifVhostUser.Builder::mode,
              VifVhostUser::mode)
          // os-vif 1.3.0 was the last with 1.0: Network was 1.1 there, every profile 1.0.
          .nested("port_profile", Version.V1_0, Version.V1_0)
          .build();

  private VifVhostUserSchema() {}
}
