package io.fastvif.plugin;

import io.fastvif.host.HostPluginInfo;
import java.util.List;

/** Makes a plugin; the service by which ServiceLoader finds plugins. */
public interface VifPluginFactory {

  /** The plugin's name, as the {@code plugin} field of a VIF gives it. */
  String name();

  /** The options it takes, without the plugin's name. */
  List<String> options();

  /**
   * Those of the options that may be given more than once, each time with one more value, which
   * {@link PluginOptions#texts} gives together.
   */
  default List<String> repeatableOptions() {
    return List.of();
  }

  /**
   * Those of the options that stand among the plugin's, as os-vif has them, but are for the engine:
   * {@link #create} is never given them.
   */
  default List<String> engineOptions() {
    return List.of();
  }

  /** What it takes: VIF types and port profiles, each with its earliest and its latest version. */
  HostPluginInfo describe();

  /**
   * Makes the plugin.
   *
   * @throws io.fastvif.vif.InvalidInputException if an option has a value it does not take
   */
  VifPlugin create(PluginOptions options);
}
