package io.fastvif.json;

import io.fastvif.host.HostInfo;
import io.fastvif.host.HostPluginInfo;
import io.fastvif.vif.Version;

/** The table of {@link HostInfo}. */
final class HostInfoSchema {
  static final ObjectSchema<HostInfo, HostInfo.Builder> SCHEMA =
      ObjectSchema.of(HostInfo.OBJECT_NAME, HostInfo.CURRENT, HostInfo.Builder::new)
          .field(
              "plugin_info",
              Version.V1_0,
              new ListCodec<>(new ObjectCodec<>(HostPluginInfo.class, "a HostPluginInfo")),
              HostInfo.Builder::pluginInfo,
              HostInfo::pluginInfo)
          .build();

  private HostInfoSchema() {}
}
