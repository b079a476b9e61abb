package io.fastvif.provider;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * fastvif's own providers, for a process whose class path is known to have no others: ServiceLoader
 * would open each jar of it to look, which takes a command longer than planning and plugging.
 */
final class OwnProviders {
  /**
   * The property that says so, with the value {@code own}. fastvif's launchers set it: they start
   * the JVM with the jars that fastvif is built with.
   */
  static final String PROPERTY = "io.fastvif.providers";

  static final String OWN = "own";

  private static final String PLUGIN = "io.fastvif.plugin.";

  /** The same as in {@code META-INF/services} and in the module's declaration, in their order. */
  static final Map<String, List<String>> BY_SERVICE =
      Map.of(
          "io.fastvif.driver.NetworkDriverFactory",
          List.of("io.fastvif.driver.file.FileNetworkDriver$Factory"),
          "io.fastvif.libvirt.VifDriver",
          List.of("io.fastvif.libvirt.VifFieldsDriver"),
          PLUGIN + "VifPluginFactory",
          List.of(
              PLUGIN + "bridge.LinuxBridgePlugin$Factory",
              PLUGIN + "direct.DirectPlugin$Factory",
              PLUGIN + "fastpath.FastPathPlugin$Factory",
              PLUGIN + "hostdev.HostDevicePlugin$Factory",
              PLUGIN + "nested.NestedDpdkPlugin$Factory",
              PLUGIN + "noop.NoopPlugin$Factory",
              PLUGIN + "ovs.OvsPlugin$Factory",
              PLUGIN + "tap.TapPlugin$Factory",
              PLUGIN + "vhostuser.VhostUserPlugin$Factory"));

  private OwnProviders() {}

  /** Whether there are no others. */
  static boolean areAll() {
    return OWN.equals(System.getProperty(PROPERTY));
  }

  /** All that work, as {@link Providers#load}. */
  static <P> List<P> load(Class<P> service, Consumer<P> probe) {
    List<P> providers = new ArrayList<>();
    for (String name : BY_SERVICE.getOrDefault(service.getName(), List.of())) {
      try {
        P provider = service.cast(Class.forName(name).getConstructor().newInstance());
        probe.accept(provider);
        providers.add(provider);
      } catch (ReflectiveOperationException | RuntimeException | LinkageError broken) {
        Providers.leftOut(service, name, broken);
      }
    }
    return providers;
  }
}
