package io.fastvif.json;

import io.fastvif.host.HostPluginInfo;
import io.fastvif.host.HostVifInfo;
import io.fastvif.vif.Version;

/** The table of {@link HostPluginInfo}. */
final class HostPluginInfoSchema {
  static final ObjectSchema<HostPluginInfo, HostPluginInfo.Builder> SCHEMA =
      ObjectSchema.of(
              HostPluginInfo.OBJECT_NAME, HostPluginInfo.CURRENT, HostPluginInfo.Builder::new)
          .field(
              "plugin_name",
              Version.V1_0,
              Codecs.STRING,
              HostPluginInfo.Builder::pluginName,
              HostPluginInfo::pluginName)
          .field(
              "vif_info",
              Version.V1_0,
              new ListCodec<>(new ObjectCodec<>(HostVifInfo.class, "a HostVIFInfo")),
              HostPluginInfo.Builder::vifInfo,
              HostPluginInfo::vifInfo)
          .build();

  private HostPluginInfoSchema() {}
}
