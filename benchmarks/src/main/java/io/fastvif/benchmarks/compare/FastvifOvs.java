package io.fastvif.benchmarks.compare;

import io.fastvif.engine.OvsSettings;
import io.fastvif.engine.PlugEngine;
import io.fastvif.netns.Netns;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** fastvif's plugin ovs, as a library of this JVM. */
final class FastvifOvs implements MeasuredSystem {
  private final String address;

  /**
   * @param address the database's
   */
  FastvifOvs(String address) {
    this.address = address;
  }

  @Override
  public String name() {
    return "fastvif";
  }

  @Override
  public Optional<String> missing() {
    return Optional.empty();
  }

  @Override
  public String version() {
    return new FastvifSystem("none").version();
  }

  @Override
  public Session open(Netns namespace, List<BenchVif> vifs, Limits limits) {
    VifPlugin plugin = VifPlugins.installed(Map.of()).of(vifs.getFirst().vif());
    PlugEngine engine =
        PlugEngine.builder().namespace(namespace).ovs(OvsSettings.of(address)).build().start();
    return new FastvifSystem.EngineSession(namespace, engine, plugin, vifs, limits);
  }
}
