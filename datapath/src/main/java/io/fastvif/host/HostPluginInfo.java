package io.fastvif.host;

import io.fastvif.vif.Envelope;
import io.fastvif.vif.Field;
import io.fastvif.vif.ObjectBuilder;
import io.fastvif.vif.Version;
import io.fastvif.vif.VersionedObject;
import java.util.Collection;
import java.util.List;

/**
 * A plugin and the VIF types it takes.
 *
 * @param envelope version and changes
 * @param pluginName its name
 * @param vifInfo the VIF types
 */
public record HostPluginInfo(
    Envelope envelope, Field<String> pluginName, Field<List<HostVifInfo>> vifInfo)
    implements VersionedObject {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "HostPluginInfo";

  /** The newest version known. */
  public static final Version CURRENT = new Version(1, 0);

  /** A builder of the newest version with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  /** A plugin that takes these VIF types. */
  public static HostPluginInfo of(String pluginName, HostVifInfo... vifs) {
    return builder().pluginName(pluginName).vifInfo(List.of(vifs)).build();
  }

  /** The plugin without the VIF types whose names are not among these. */
  HostPluginInfo permitting(Collection<String> vifObjectNames) {
    if (!vifInfo.hasValue()) {
      return this;
    }
    return new HostPluginInfo(
        envelope,
        pluginName,
        Field.of(
            vifInfo.get().stream()
                .filter(vif -> vifObjectNames.contains(vif.vifObjectName().orElse("")))
                .toList()));
  }

  @Override
  public String objectName() {
    return OBJECT_NAME;
  }

  /** Builds a HostPluginInfo. */
  public static final class Builder extends ObjectBuilder<HostPluginInfo> {
    private Field<String> pluginName = Field.unset();
    private Field<List<HostVifInfo>> vifInfo = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code plugin_name}: its name. */
    public Builder pluginName(String pluginName) {
      this.pluginName = change("plugin_name", pluginName);
      return this;
    }

    /** Sets {@code vif_info}: the VIF types. */
    public Builder vifInfo(List<HostVifInfo> vifInfo) {
      this.vifInfo = change("vif_info", List.copyOf(vifInfo));
      return this;
    }

    @Override
    public HostPluginInfo build() {
      return new HostPluginInfo(envelope(), pluginName, vifInfo);
    }
  }
}
