package io.fastvif.json;

import io.fastvif.vif.Route;
import io.fastvif.vif.RouteList;
import io.fastvif.vif.Version;

/** The table of {@link RouteList}. */
final class RouteListSchema {
  static final ObjectSchema<RouteList, RouteList.Builder> SCHEMA =
      ObjectSchema.of(RouteList.OBJECT_NAME, RouteList.CURRENT, RouteList.Builder::new)
          .field(
              "objects",
              Version.V1_0,
              new ListCodec<>(new ObjectCodec<>(Route.class, "a Route")),
              RouteList.Builder::objects,
              RouteList::objects)
          .build();

  private RouteListSchema() {}
}
