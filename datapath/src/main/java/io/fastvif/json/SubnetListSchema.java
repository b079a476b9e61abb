package io.fastvif.json;

import io.fastvif.vif.Subnet;
import io.fastvif.vif.SubnetList;
import io.fastvif.vif.Version;

/** The table of {@link SubnetList}. */
final class SubnetListSchema {
  static final ObjectSchema<SubnetList, SubnetList.Builder> SCHEMA =
      ObjectSchema.of(SubnetList.OBJECT_NAME, SubnetList.CURRENT, SubnetList.Builder::new)
          .field(
              "objects",
              Version.V1_0,
              new ListCodec<>(new ObjectCodec<>(Subnet.class, "a Subnet")),
              SubnetList.Builder::objects,
              SubnetList::objects)
          .build();

  private SubnetListSchema() {}
}
