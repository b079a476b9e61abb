package io.fastvif.json;

import io.fastvif.vif.FixedIp;
import io.fastvif.vif.FixedIpList;
import io.fastvif.vif.Version;

/** The table of {@link FixedIpList}. */
final class FixedIpListSchema {
  static final ObjectSchema<FixedIpList, FixedIpList.Builder> SCHEMA =
      ObjectSchema.of(FixedIpList.OBJECT_NAME, FixedIpList.CURRENT, FixedIpList.Builder::new)
          .field(
              "objects",
              Version.V1_0,
              new ListCodec<>(new ObjectCodec<>(FixedIp.class, "a FixedIP")),
              FixedIpList.Builder::objects,
              FixedIpList::objects)
          .build();

  private FixedIpListSchema() {}
}
