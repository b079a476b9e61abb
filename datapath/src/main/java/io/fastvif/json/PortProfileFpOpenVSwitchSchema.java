package io.fastvif.json;

import io.fastvif.vif.PortProfileFpOpenVSwitch;
import io.fastvif.vif.Version;

/** The table of {@link PortProfileFpOpenVSwitch}. */
final class PortProfileFpOpenVSwitchSchema {
  static final ObjectSchema<PortProfileFpOpenVSwitch, PortProfileFpOpenVSwitch.Builder> SCHEMA =
      OpenVSwitchProfileFields.startOf(
              PortProfileFpOpenVSwitch.OBJECT_NAME,
              PortProfileFpOpenVSwitch.CURRENT,
              PortProfileFpOpenVSwitch.Builder::new)
          .field(
              "bridge_name",
              Version.V1_0,
              Codecs.STRING,
              PortProfileFpOpenVSwitch.Builder::bridgeName,
              PortProfileFpOpenVSwitch::bridgeName)
          .field(
              "hybrid_plug",
              Version.V1_0,
              Codecs.BOOLEAN,
              PortProfileFpOpenVSwitch.Builder::hybridPlug,
              PortProfileFpOpenVSwitch::hybridPlug)
          .build();

  private PortProfileFpOpenVSwitchSchema() {}
}
