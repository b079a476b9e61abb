package io.fastvif.json;

import io.fastvif.vif.DatapathOffload;
import io.fastvif.vif.PortProfileFpTap;
import io.fastvif.vif.Version;

/** The table of {@link PortProfileFpTap}. */
final class PortProfileFpTapSchema {
  static final ObjectSchema<PortProfileFpTap, PortProfileFpTap.Builder> SCHEMA =
      ObjectSchema.of(
              PortProfileFpTap.OBJECT_NAME, PortProfileFpTap.CURRENT, PortProfileFpTap.Builder::new)
          .nullable(
              "datapath_offload",
              new Version(1, 1),
              new ObjectCodec<>(DatapathOffload.class, "a datapath offload"),
              PortProfileFpTap.Builder::datapathOffload,
              PortProfileFpTap::datapathOffload)
          .nullable(
              "mac_address",
              Version.V1_0,
              Codecs.MAC_ADDRESS,
              PortProfileFpTap.Builder::macAddress,
              PortProfileFpTap::macAddress)
          .build();

  private PortProfileFpTapSchema() {}
}
