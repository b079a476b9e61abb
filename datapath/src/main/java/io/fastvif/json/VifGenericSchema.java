package io.fastvif.json;

import io.fastvif.vif.Version;
import io.fastvif.vif.VifGeneric;

/** The table of {@link VifGeneric}. */
final class VifGenericSchema {
  static final ObjectSchema<VifGeneric, VifGeneric.Builder> SCHEMA =
      VifFields.startOf(VifGeneric.OBJECT_NAME, VifGeneric.CURRENT, VifGeneric.Builder::new)
          .field(
              "vif_name",
              Version.V1_0,
              Codecs.STRING,
              VifGeneric.Builder::vifName,
              VifGeneric::vifName)
          .build();

  private VifGenericSchema() {}
}
