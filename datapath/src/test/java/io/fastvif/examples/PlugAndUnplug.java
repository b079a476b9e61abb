package io.fastvif.examples;

import io.fastvif.VifHost;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import io.fastvif.vif.VifGeneric;

/** Plugs a persistent tap device, lists what is plugged, and unplugs it by its id alone. */
public final class PlugAndUnplug {
  private PlugAndUnplug() {}

  /** Needs root. */
  public static void main(String[] arguments) {
    VifGeneric vif =
        VifGeneric.builder()
            .id("cd613e30-d8f1-4b9c-97d3-6d6b2d8e7a10")
            .plugin("tap")
            .vifName("tapcd613e30-d8")
            .build();
    try (VifHost host = VifHost.open()) {
      PlugResult result = host.plug(PlugRequest.of(vif)).join();
      if (result.failure() != null) {
        System.out.println(result.failure().message());
      }
      host.plugged().forEach(plugged -> System.out.println("plugged: " + plugged.id()));
      System.out.println(host.unplug(vif.id().get()).join().outcome());
    }
  }
}
