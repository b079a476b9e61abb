package io.fastvif.json;

import io.fastvif.vif.DatapathOffload;
import io.fastvif.vif.PortProfileBase;
import io.fastvif.vif.Version;

/** The table of {@link PortProfileBase}. */
final class PortProfileBaseSchema {
  static final ObjectSchema<PortProfileBase, PortProfileBase.Builder> SCHEMA =
      ObjectSchema.of(
              PortProfileBase.OBJECT_NAME, PortProfileBase.CURRENT, PortProfileBase.Builder::new)
          .nullable(
              "datapath_offload",
              new Version(1, 1),
              new ObjectCodec<>(DatapathOffload.class, "a datapath offload"),
              PortProfileBase.Builder::datapathOffload,
              PortProfileBase::datapathOffload)
          .build();

  private PortProfileBaseSchema() {}
}
