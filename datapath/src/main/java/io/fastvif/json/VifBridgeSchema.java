package io.fastvif.json;

import io.fastvif.vif.Version;
import io.fastvif.vif.VifBridge;

/** The table of {@link VifBridge}. */
final class VifBridgeSchema {
  static final ObjectSchema<VifBridge, VifBridge.Builder> SCHEMA =
      VifFields.startOf(VifBridge.OBJECT_NAME, VifBridge.CURRENT, VifBridge.Builder::new)
          .field(
              "vif_name",
              Version.V1_0,
              Codecs.STRING,
              VifBridge.Builder::vifName,
              VifBridge::vifName)
          .field(
              "bridge_name",
              Version.V1_0,
              Codecs.STRING,
              VifBridge.Builder::bridgeName,
              VifBridge::bridgeName)
          .build();

  private VifBridgeSchema() {}
}
