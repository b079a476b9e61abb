package io.fastvif.driver.file;

import io.fastvif.VifHost;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Plugs on a host, by the plugins that are installed. */
final class HostPlugging implements Plugging {
  private static final String CREATE_PORT = "linux_bridge.create_port";

  private final VifHost host;
  private final VifPlugger plugger;
  private final boolean usesOvs;
  private final Map<String, String> options;
  private final Map<String, String> portOptions;

  /**
   * @param plugger plugs on the host
   * @param options of the plugins, over those of the host
   * @param usesOvs whether there are networks of Open vSwitch, so that its database is worth
   *     waiting for
   * @throws InvalidInputException if no plugin takes one of the options
   */
  HostPlugging(VifHost host, VifPlugger plugger, Map<String, String> options, boolean usesOvs) {
    if (options.containsKey(CREATE_PORT)) {
      throw InvalidInputException.of(
          "options." + CREATE_PORT, "is not taken", "create_port of each network");
    }
    this.host = host;
    this.plugger = plugger;
    this.usesOvs = usesOvs;
    this.options = with(options, "none");
    portOptions = with(options, "tap");
    try {
      VifPlugins.installed(this.options);
    } catch (InvalidInputException wrong) {
      throw wrong.under("options");
    }
  }

  /** What the host says of ports does not matter here: each network has its own word on it. */
  private static Map<String, String> with(Map<String, String> options, String createPort) {
    Map<String, String> all = new HashMap<>(options);
    all.put(CREATE_PORT, createPort);
    return Map.copyOf(all);
  }

  @Override
  public HostSnapshot snapshot() {
    return usesOvs ? host.snapshotWithOvs() : host.snapshot();
  }

  @Override
  public PlugResult plug(Attachment attachment, InstanceInfo instance) throws UnsuitedException {
    PlugRequest request = new PlugRequest("vif", attachment.vif(), Optional.ofNullable(instance));
    return ended(() -> plugger.plug(request, options(attachment)));
  }

  @Override
  public PlugResult unplug(Attachment attachment) throws UnsuitedException {
    PlugRequest request = PlugRequest.of(attachment.vif());
    return ended(() -> plugger.unplug(request, options(attachment)));
  }

  private Map<String, String> options(Attachment attachment) {
    return attachment.createPort() ? portOptions : options;
  }

  private static PlugResult ended(Supplier<CompletableFuture<PlugResult>> operation)
      throws UnsuitedException {
    try {
      return operation.get().join();
    } catch (IllegalStateException closed) {
      throw new UnsuitedException(closed.getMessage());
    }
  }
}
