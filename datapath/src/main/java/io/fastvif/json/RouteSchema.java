package io.fastvif.json;

import io.fastvif.vif.Route;
import io.fastvif.vif.Version;

/** The table of {@link Route}. */
final class RouteSchema {
  static final ObjectSchema<Route, Route.Builder> SCHEMA =
      ObjectSchema.of(Route.OBJECT_NAME, Route.CURRENT, Route.Builder::new)
          .field("cidr", Version.V1_0, Codecs.IP_NETWORK, Route.Builder::cidr, Route::cidr)
          .field("gateway", Version.V1_0, Codecs.IP_ADDRESS, Route.Builder::gateway, Route::gateway)
          .field(
              "interface",
              Version.V1_0,
              Codecs.STRING,
              Route.Builder::interfaceName,
              Route::interfaceName)
          .build();

  private RouteSchema() {}
}
