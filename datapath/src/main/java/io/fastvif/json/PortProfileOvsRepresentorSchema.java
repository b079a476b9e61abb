package io.fastvif.json;

import io.fastvif.vif.PortProfileOvsRepresentor;
import io.fastvif.vif.Version;

/** The table of {@link PortProfileOvsRepresentor}. */
final class PortProfileOvsRepresentorSchema {
  static final ObjectSchema<PortProfileOvsRepresentor, PortProfileOvsRepresentor.Builder> SCHEMA =
      OpenVSwitchProfileFields.startOf(
              PortProfileOvsRepresentor.OBJECT_NAME,
              PortProfileOvsRepresentor.CURRENT,
              PortProfileOvsRepresentor.Builder::new)
          .nullable(
              "representor_name",
              Version.V1_0,
              Codecs.STRING,
              PortProfileOvsRepresentor.Builder::representorName,
              PortProfileOvsRepresentor::representorName)
          .nullable(
              "representor_address",
              Version.V1_0,
              Codecs.PCI_ADDRESS,
              PortProfileOvsRepresentor.Builder::representorAddress,
              PortProfileOvsRepresentor::representorAddress)
          .build();

  private PortProfileOvsRepresentorSchema() {}
}
