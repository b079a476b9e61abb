package io.fastvif.plugin;

import io.fastvif.host.HostCapabilities;
import io.fastvif.host.HostInfo;
import io.fastvif.vif.HypervisorTask;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Vif;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The plugins that are installed, found by ServiceLoader and made when first wanted. */
public final class VifPlugins {
  private final Map<String, VifPluginFactory> factories = new TreeMap<>();
  private final Map<String, PluginOptions> options = new HashMap<>();
  private final HostCapabilities capabilities;
  private final Map<String, VifPlugin> made = new ConcurrentHashMap<>();

  private VifPlugins(Iterable<VifPluginFactory> found) {
    for (VifPluginFactory factory : found) {
      factories.putIfAbsent(factory.name(), factory);
    }
    capabilities = HostCapabilities.of(hostInfo());
  }

  /** The installed plugins with their default options. */
  public static VifPlugins installed() {
    return installed(Map.of());
  }

  /**
   * The installed plugins with the given options.
   *
   * @param options by {@code PLUGIN.OPTION}, such as {@code linux_bridge.network_device_mtu}
   * @throws InvalidInputException if no installed plugin has such an option
   */
  public static VifPlugins installed(Map<String, String> options) {
    VifPlugins plugins =
        new VifPlugins(
            ServiceLoader.load(VifPluginFactory.class, VifPlugins.class.getClassLoader()));
    plugins.take(options);
    return plugins;
  }

  private void take(Map<String, String> given) {
    Map<String, Map<String, String>> byPlugin = new HashMap<>();
    given.forEach(
        (key, value) -> {
          int dot = key.indexOf('.');
          String plugin = key.substring(0, Math.max(dot, 0));
          String option = key.substring(dot + 1);
          VifPluginFactory factory = factories.get(plugin);
          if (factory == null || !factory.options().contains(option)) {
            throw InvalidInputException.ofValue(
                "option", key, "is not known", "one of " + knownOptions());
          }
          byPlugin.computeIfAbsent(plugin, name -> new HashMap<>()).put(option, value);
        });
    byPlugin.forEach((plugin, values) -> options.put(plugin, new PluginOptions(plugin, values)));
  }

  private String knownOptions() {
    return String.join(", ", options());
  }

  /** The options of all plugins, by {@code PLUGIN.OPTION}. */
  public Set<String> options() {
    Set<String> known = new LinkedHashSet<>();
    for (VifPluginFactory factory : factories.values()) {
      for (String option : factory.options()) {
        known.add(factory.name() + "." + option);
      }
    }
    return known;
  }

  /** The options that may be given more than once, by {@code PLUGIN.OPTION}. */
  public Set<String> repeatableOptions() {
    Set<String> repeatable = new LinkedHashSet<>();
    for (VifPluginFactory factory : factories.values()) {
      for (String option : factory.repeatableOptions()) {
        repeatable.add(factory.name() + "." + option);
      }
    }
    return repeatable;
  }

  /**
   * What the plugins take, in the order of their names, as os-vif's {@code host_info()} gives it.
   */
  public HostInfo hostInfo() {
    return HostInfo.of(factories.values().stream().map(VifPluginFactory::describe).toList());
  }

  /**
   * The plugin that the VIF names.
   *
   * @throws InvalidInputException if it names none, or one that is not installed, or one that does
   *     not take the VIF's type, version or port profile
   */
  public VifPlugin of(Vif vif) {
    capabilities.check(vif);
    String name = vif.plugin().get();
    return made(name);
  }

  private VifPlugin made(String name) {
    return made.computeIfAbsent(
        name,
        key ->
            factories.get(key).create(options.getOrDefault(key, new PluginOptions(key, Map.of()))));
  }

  /**
   * What is left for the hypervisor to do once the VIF is plugged. All of it for a VIF that names
   * no plugin or one that is not installed here: then whoever plugs it, it is not one of these.
   *
   * @throws InvalidInputException if an option of its plugin has a value it does not take
   */
  public HypervisorTask hypervisorTask(Vif vif) {
    String name = vif.plugin().orElse(null);
    return name == null || !factories.containsKey(name)
        ? HypervisorTask.CONNECT_DEVICE
        : made(name).hypervisorTask(vif);
  }
}
