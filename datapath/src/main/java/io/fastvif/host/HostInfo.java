package io.fastvif.host;

import io.fastvif.vif.Envelope;
import io.fastvif.vif.Field;
import io.fastvif.vif.ObjectBuilder;
import io.fastvif.vif.Version;
import io.fastvif.vif.VersionedObject;
import java.util.Collection;
import java.util.List;

/**
 * What a host can plug: its plugins.
 *
 * @param envelope version and changes
 * @param pluginInfo the plugins
 */
public record HostInfo(Envelope envelope, Field<List<HostPluginInfo>> pluginInfo)
    implements VersionedObject {
  /** os-vif's name of this class. */
  public static final String OBJECT_NAME = "HostInfo";

  /** The newest version known. */
  public static final Version CURRENT = new Version(1, 0);

  /** A builder of the newest version with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  /** A host with these plugins. */
  public static HostInfo of(List<HostPluginInfo> plugins) {
    return builder().pluginInfo(plugins).build();
  }

  /**
   * The host without the VIF types whose names are not among these, and without the plugins that
   * are left with none: what os-vif's {@code host_info(permitted_vif_type_names)} gives. Names that
   * nothing has are ignored.
   */
  public HostInfo permitting(Collection<String> vifObjectNames) {
    if (!pluginInfo.hasValue()) {
      return this;
    }
    return new HostInfo(
        envelope,
        Field.of(
            pluginInfo.get().stream()
                .map(plugin -> plugin.permitting(vifObjectNames))
                .filter(plugin -> !plugin.vifInfo().orElse(List.of()).isEmpty())
                .toList()));
  }

  @Override
  public String objectName() {
    return OBJECT_NAME;
  }

  /** Builds a HostInfo. */
  public static final class Builder extends ObjectBuilder<HostInfo> {
    private Field<List<HostPluginInfo>> pluginInfo = Field.unset();

    /** Nothing set. */
    public Builder() {
      super(CURRENT);
    }

    /** Sets {@code plugin_info}: the plugins. */
    public Builder pluginInfo(List<HostPluginInfo> pluginInfo) {
      this.pluginInfo = change("plugin_info", List.copyOf(pluginInfo));
      return this;
    }

    @Override
    public HostInfo build() {
      return new HostInfo(envelope(), pluginInfo);
    }
  }
}
