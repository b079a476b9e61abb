package io.fastvif.json;

import io.fastvif.vif.DatapathOffload;
import io.fastvif.vif.PortProfileFpBridge;
import io.fastvif.vif.Version;

/** The table of {@link PortProfileFpBridge}. */
final class PortProfileFpBridgeSchema {
  static final ObjectSchema<PortProfileFpBridge, PortProfileFpBridge.Builder> SCHEMA =
      ObjectSchema.of(
              PortProfileFpBridge.OBJECT_NAME,
              PortProfileFpBridge.CURRENT,
              PortProfileFpBridge.Builder::new)
          .nullable(
              "datapath_offload",
              new Version(1, 1),
              new ObjectCodec<>(DatapathOffload.class, "a datapath offload"),
              PortProfileFpBridge.Builder::datapathOffload,
              PortProfileFpBridge::datapathOffload)
          .field(
              "bridge_name",
              Version.V1_0,
              Codecs.STRING,
              PortProfileFpBridge.Builder::bridgeName,
              PortProfileFpBridge::bridgeName)
          .build();

  private PortProfileFpBridgeSchema() {}
}
