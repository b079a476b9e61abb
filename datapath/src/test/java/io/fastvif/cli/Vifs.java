package io.fastvif.cli;

import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.vif.Network;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifGeneric;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** VIFs for tests: files that os-vif wrote, and made ones. */
final class Vifs {
  private Vifs() {}

  /** A file that os-vif wrote, such as {@code 3.0.0/bridge-none.json}. */
  static Path sample(String name) {
    return folder().resolve(name);
  }

  /** Every file in which os-vif wrote a VIF. */
  static List<Path> samples() throws IOException {
    try (Stream<Path> files = Files.walk(folder(), 2)) {
      return files
          .filter(file -> file.toString().endsWith(".json"))
          .filter(file -> !file.getParent().equals(folder()) && !file.endsWith("host-info.json"))
          .sorted()
          .toList();
    }
  }

  private static Path folder() {
    try {
      return Path.of(Vifs.class.getResource("/os-vif-json").toURI());
    } catch (URISyntaxException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** A VIFGeneric for the plugin tap. */
  static VifGeneric.Builder tap(String id, String name) {
    return VifGeneric.builder().id(id).plugin("tap").vifName(name);
  }

  /** A VIFBridge whose network wants the bridge br0 made, joined to an interface. */
  static Vif bridged(String id, String name, String bridgeInterface, int mtu) {
    Network network =
        Network.builder()
            .id(id)
            .bridge("br0")
            .bridgeInterface(bridgeInterface)
            .multiHost(false)
            .shouldProvideBridge(true)
            .shouldProvideVlan(false)
            .mtu(mtu)
            .build();
    return VifBridge.builder()
        .id(id)
        .plugin("linux_bridge")
        .hasTrafficFiltering(true)
        .network(network)
        .vifName(name)
        .bridgeName("br0")
        .build();
  }

  /** An array of VIFs. */
  static String json(Vif... vifs) {
    return Arrays.stream(vifs)
        .map(VersionedObjectWriter::write)
        .collect(Collectors.joining(",", "[", "]"));
  }
}
