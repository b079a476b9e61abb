package io.fastvif.driver.file;

import io.fastvif.VifHost;
import io.fastvif.VifOperation;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Plugs the VIFs of endpoints: the host itself, or somebody who also keeps account of them. */
public interface VifPlugger {
  /** Plugs on the host, and nothing else. */
  static VifPlugger of(VifHost host) {
    return new VifPlugger() {
      @Override
      public CompletableFuture<PlugResult> plug(PlugRequest vif, Map<String, String> options) {
        return host.submit(VifOperation.plug(vif).with(options));
      }

      @Override
      public CompletableFuture<PlugResult> unplug(PlugRequest vif, Map<String, String> options) {
        return host.submit(VifOperation.unplug(vif).with(options));
      }
    };
  }

  /**
   * Plugs.
   *
   * @param options of the VIF's own, by {@code PLUGIN.OPTION}
   * @return completes with the result
   */
  CompletableFuture<PlugResult> plug(PlugRequest vif, Map<String, String> options);

  /** Unplugs; as {@link #plug}. */
  CompletableFuture<PlugResult> unplug(PlugRequest vif, Map<String, String> options);
}
