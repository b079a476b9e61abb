package io.fastvif.json;

import io.fastvif.vif.DatapathOffload;
import io.fastvif.vif.PortProfileK8sDpdk;
import io.fastvif.vif.Version;

/** The table of {@link PortProfileK8sDpdk}. */
final class PortProfileK8sDpdkSchema {
  static final ObjectSchema<PortProfileK8sDpdk, PortProfileK8sDpdk.Builder> SCHEMA =
      ObjectSchema.of(
              PortProfileK8sDpdk.OBJECT_NAME,
              PortProfileK8sDpdk.CURRENT,
              PortProfileK8sDpdk.Builder::new)
          .nullable(
              "datapath_offload",
              new Version(1, 1),
              new ObjectCodec<>(DatapathOffload.class, "a datapath offload"),
              PortProfileK8sDpdk.Builder::datapathOffload,
              PortProfileK8sDpdk::datapathOffload)
          .field(
              "l3_setup",
              Version.V1_0,
              Codecs.BOOLEAN,
              PortProfileK8sDpdk.Builder::l3Setup,
              PortProfileK8sDpdk::l3Setup)
          .field(
              "selflink",
              Version.V1_0,
              Codecs.STRING,
              PortProfileK8sDpdk.Builder::selflink,
              PortProfileK8sDpdk::selflink)
          .field(
              "resourceversion",
              Version.V1_0,
              Codecs.STRING,
              PortProfileK8sDpdk.Builder::resourceversion,
              PortProfileK8sDpdk::resourceversion)
          .build();

  private PortProfileK8sDpdkSchema() {}
}
