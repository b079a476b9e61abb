package io.fastvif.host;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Vif;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a host's plugins take, read from its HostInfo. */
public final class HostCapabilities {
  private final Map<String, PluginCapabilities> plugins;

  private HostCapabilities(Map<String, PluginCapabilities> plugins) {
    this.plugins = plugins;
  }

  /**
   * Reads what a host's plugins take.
   *
   * @throws InvalidInputException if a name is missing or comes twice, or a version is not one
   */
  public static HostCapabilities of(HostInfo host) {
    Map<String, PluginCapabilities> plugins = new LinkedHashMap<>();
    List<HostPluginInfo> infos = host.pluginInfo().require("plugin_info");
    for (int i = 0; i < infos.size(); i++) {
      try {
        PluginCapabilities plugin = PluginCapabilities.of(infos.get(i));
        if (plugins.putIfAbsent(plugin.name(), plugin) != null) {
          throw PluginCapabilities.twice("plugin_name", plugin.name());
        }
      } catch (InvalidInputException e) {
        throw e.under("plugin_info[" + i + "]");
      }
    }
    return new HostCapabilities(plugins);
  }

  /** The plugins, in the order of the HostInfo. */
  public Collection<PluginCapabilities> plugins() {
    return Collections.unmodifiableCollection(plugins.values());
  }

  /**
   * Refuses a VIF that its plugin does not take: by the name of the plugin, by type, by version, by
   * port profile and by the profile's version. Such a VIF is a fatal error, says os-vif's document
   * on host information.
   *
   * @throws InvalidInputException if the VIF is refused
   */
  public void check(Vif vif) {
    String name = vif.plugin().require("plugin");
    PluginCapabilities plugin = plugins.get(name);
    if (plugin == null) {
      throw InvalidInputException.ofValue("plugin", name, "is not installed", "one of " + names());
    }
    if (plugin.vif(vif.objectName()).isEmpty()) {
      throw InvalidInputException.ofValue(
          "versioned_object.name",
          vif.objectName(),
          "is not plugged by the plugin " + name,
          String.join(" or ", plugin.types()) + whoTakes(vif.objectName()));
    }
    plugin.checkVersions(vif);
  }

  private String whoTakes(String type) {
    String takers =
        plugins.values().stream()
            .filter(plugin -> plugin.vif(type).isPresent())
            .map(PluginCapabilities::name)
            .collect(Collectors.joining(" or "));
    return takers.isEmpty()
        ? "; no plugin here takes " + type + ", there are " + names()
        : ", or the plugin " + takers;
  }

  private String names() {
    return String.join(", ", plugins.keySet());
  }
}
