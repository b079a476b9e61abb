package io.fastvif.json;

import io.fastvif.vif.PortProfileOpenVSwitch;

/** The table of {@link PortProfileOpenVSwitch}. */
final class PortProfileOpenVSwitchSchema {
  static final ObjectSchema<PortProfileOpenVSwitch, PortProfileOpenVSwitch.Builder> SCHEMA =
      OpenVSwitchProfileFields.startOf(
              PortProfileOpenVSwitch.OBJECT_NAME,
              PortProfileOpenVSwitch.CURRENT,
              PortProfileOpenVSwitch.Builder::new)
          .build();

  private PortProfileOpenVSwitchSchema() {}
}
