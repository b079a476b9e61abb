package io.fastvif.host;

import io.fastvif.vif.Envelope;
import io.fastvif.vif.Field;
import io.fastvif.vif.ObjectBuilder;
import io.fastvif.vif.Version;
import io.fastvif.vif.VersionedObject;
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
