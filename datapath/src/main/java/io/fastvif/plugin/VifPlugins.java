package io.fastvif.plugin;

import io.fastvif.host.HostCapabilities;
import io.fastvif.host.HostInfo;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PlugPlan;
import io.fastvif.provider.Providers;
import io.fastvif.vif.HypervisorTask;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Vif;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The plugins that are installed, found by ServiceLoader and made when first wanted. */
public final class VifPlugins {
  private final Map<String, VifPluginFactory> factories;
  private final Map<String, PluginOptions> options = new HashMap<>();
  private final HostCapabilities capabilities;
  private final Map<String, VifPlugin> made = new ConcurrentHashMap<>();

  private VifPlugins(Iterable<VifPluginFactory> found) {
    factories = new TreeMap<>();
    for (VifPluginFactory factory : found) {
      factories.putIfAbsent(factory.name(), factory);
    }
    capabilities = HostCapabilities.of(hostInfo());
  }

  private VifPlugins(VifPlugins found) {
    factories = found.factories;
    capabilities = found.capabilities;
  }

  /** The installed plugins with their default options. */
  public static VifPlugins installed() {
    return installed(Map.of());
  }

  /**
   * The installed plugins with the given options.
   *
   * @param options by {@code PLUGIN.OPTION}, such as {@code linux_bridge.network_device_mtu}
   * @throws InvalidInputException if no installed plugin has such an option, or it is one of the
   *     {@linkplain #engineOptions() engine's}, for which the plugins can do nothing
   */
  public static VifPlugins installed(Map<String, String> options) {
    VifPlugins plugins = new VifPlugins(Providers.load(VifPluginFactory.class, VifPlugins::probe));
    plugins.take(options);
    return plugins;
  }

  /**
   * The same plugins with other options, without looking for them again.
   *
   * @param others as for {@link #installed(Map)}
   * @throws InvalidInputException as there
   */
  public VifPlugins withOptions(Map<String, String> others) {
    VifPlugins plugins = new VifPlugins(this);
    plugins.take(others);
    return plugins;
  }

  /** Asks for all that is asked of every plugin, wanted or not. */
  private static void probe(VifPluginFactory factory) {
    Objects.requireNonNull(factory.name());
    Objects.requireNonNull(factory.options());
    Objects.requireNonNull(factory.repeatableOptions());
    Objects.requireNonNull(factory.engineOptions());
    Objects.requireNonNull(factory.describe());
  }

  private void take(Map<String, String> given) {
    Map<String, Map<String, String>> byPlugin = new HashMap<>();
    given.forEach(
        (key, value) -> {
          int dot = key.indexOf('.');
          String plugin = key.substring(0, Math.max(dot, 0));
          String option = key.substring(dot + 1);
          requireOption(key);
          if (factories.get(plugin).engineOptions().contains(option)) {
            throw InvalidInputException.ofValue(
                "option",
                key,
                "is the engine's and not for plugins",
                "one that a plugin takes; a HostConfiguration takes both");
          }
          byPlugin.computeIfAbsent(plugin, name -> new HashMap<>()).put(option, value);
        });
    byPlugin.forEach((plugin, values) -> options.put(plugin, new PluginOptions(plugin, values)));
  }

  /**
   * Checks that there is such an option.
   *
   * @param key {@code PLUGIN.OPTION}
   * @throws InvalidInputException if no installed plugin has it
   */
  public void requireOption(String key) {
    int dot = key.indexOf('.');
    String plugin = key.substring(0, Math.max(dot, 0));
    VifPluginFactory factory = factories.get(plugin);
    if (factory == null) {
      throw InvalidInputException.ofValue(
          "option",
          key,
          "is no installed plugin's",
          "PLUGIN.OPTION with one of the plugins " + String.join(", ", factories.keySet()));
    }
    if (!factory.options().contains(key.substring(dot + 1))) {
      throw InvalidInputException.ofValue(
          "option", key, "is not known", "one of " + optionsOf(plugin, factory));
    }
  }

  private static String optionsOf(String plugin, VifPluginFactory factory) {
    return factory.options().stream()
        .map(option -> plugin + "." + option)
        .collect(Collectors.joining(", "));
  }

  /** Those of the options that are not for the plugins but for their engine. */
  public Set<String> engineOptions() {
    return options(VifPluginFactory::engineOptions);
  }

  /** The options of all plugins, by {@code PLUGIN.OPTION}. */
  public Set<String> options() {
    return options(VifPluginFactory::options);
  }

  /** The options that may be given more than once, by {@code PLUGIN.OPTION}. */
  public Set<String> repeatableOptions() {
    return options(VifPluginFactory::repeatableOptions);
  }

  private Set<String> options(Function<VifPluginFactory, List<String>> which) {
    Set<String> all = new LinkedHashSet<>();
    for (VifPluginFactory factory : factories.values()) {
      for (String option : which.apply(factory)) {
        all.add(factory.name() + "." + option);
      }
    }
    return all;
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

  /**
   * Plans to unplug a VIF of which nothing but the id is known: whatever the host has of it, by
   * whichever of the installed plugins. What a VIF's own fields alone would tell stays: its {@code
   * preserve_on_delete} is not heeded, a port on a switch outside (802.1Qbg) is not given up, a
   * socket that no forwarder of this process serves is left to who made it, and so is a port of
   * Open vSwitch without fastvif's mark whose iface-id is not the VIF's id, where neither a device
   * with the VIF's alias nor its lease says that it is the VIF's.
   *
   * @return a plan without steps for a VIF that the host does not know
   * @throws InvalidInputException if it is no id, or an option of a plugin has a value that it does
   *     not take
   */
  public PlugPlan unplug(String vifId, HostSnapshot host) {
    PlanBuilder plan = new PlanBuilder(VifChecks.id(vifId), "", host);
    for (UnplugStage stage : UnplugStage.values()) {
      for (String name : factories.keySet()) {
        VifPlugin plugin = made(name);
        if (plugin.unplugStage() == stage) {
          plugin.unplugKnown(vifId, plan);
        }
      }
    }
    plan.deleteRest();
    return plan.unplugged();
  }

  /**
   * What plugs that were cut off have left and no VIF's id finds: links that are half made, whose
   * group is a hash of their VIF's id, and what plugins know of.
   *
   * @throws InvalidInputException if an option of a plugin has a value that it does not take
   */
  public List<BrokenOff> brokenOff(HostSnapshot host) {
    List<BrokenOff> left = new ArrayList<>();
    for (LinkState link : host.links()) {
      if (link.alias().isEmpty() && LinkGroups.isMaking(link.group())) {
        String mark = "half made: link " + link.index() + " in group " + link.group();
        left.add(new BrokenOff(link.name(), mark, plan -> plan.delete(link)));
      }
    }
    factories.keySet().forEach(name -> left.addAll(made(name).brokenOff(host)));
    return left;
  }

  /**
   * Makes all plugins, so that what is wrong with an option shows now.
   *
   * @throws InvalidInputException if an option has a value that its plugin does not take
   */
  public void makeAll() {
    factories.keySet().forEach(this::made);
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
