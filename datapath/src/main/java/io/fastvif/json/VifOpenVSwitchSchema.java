package io.fastvif.json;

import io.fastvif.vif.Version;
import io.fastvif.vif.VifOpenVSwitch;

/** The table of {@link VifOpenVSwitch}. */
final class VifOpenVSwitchSchema {
  static final ObjectSchema<VifOpenVSwitch, VifOpenVSwitch.Builder> SCHEMA =
      VifFields.startOf(
              VifOpenVSwitch.OBJECT_NAME, VifOpenVSwitch.CURRENT, VifOpenVSwitch.Builder::new)
          .field(
              "vif_name",
              Version.V1_0,
              Codecs.STRING,
              VifOpenVSwitch.Builder::vifName,
              VifOpenVSwitch::vifName)
          .field(
              "bridge_name",
              Version.V1_0,
              Codecs.STRING,
              VifOpenVSwitch.Builder::bridgeName,
              VifOpenVSwitch::bridgeName)
          .build();

  private VifOpenVSwitchSchema() {}
}
