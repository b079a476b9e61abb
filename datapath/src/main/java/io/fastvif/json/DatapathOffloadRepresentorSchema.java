package io.fastvif.json;

import io.fastvif.vif.DatapathOffloadRepresentor;
import io.fastvif.vif.Version;

/** The table of {@link DatapathOffloadRepresentor}. */
final class DatapathOffloadRepresentorSchema {
  static final ObjectSchema<DatapathOffloadRepresentor, DatapathOffloadRepresentor.Builder> SCHEMA =
      ObjectSchema.of(
              DatapathOffloadRepresentor.OBJECT_NAME,
              DatapathOffloadRepresentor.CURRENT,
              DatapathOffloadRepresentor.Builder::new)
          .nullable(
              "representor_name",
              Version.V1_0,
              Codecs.STRING,
              DatapathOffloadRepresentor.Builder::representorName,
              DatapathOffloadRepresentor::representorName)
          .nullable(
              "representor_address",
              Version.V1_0,
              Codecs.STRING,
              DatapathOffloadRepresentor.Builder::representorAddress,
              DatapathOffloadRepresentor::representorAddress)
          .build();

  private DatapathOffloadRepresentorSchema() {}
}
