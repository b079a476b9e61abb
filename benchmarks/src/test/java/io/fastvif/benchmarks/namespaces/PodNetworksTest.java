package io.fastvif.benchmarks.namespaces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.benchmarks.Root;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is measured leads to the same network by either way. */
class PodNetworksTest {
  @TempDir Path folder;

  private static String network(String name) throws Exception {
    try (Netns pod = Netns.named(name)) {
      Process shows =
          pod.call(
              () ->
                  new ProcessBuilder(
                          "sh",
                          "-c",
                          "ip -br address | sort; ip route; ip neighbour show nud permanent")
                      .redirectErrorStream(true)
                      .start());
      String text = new String(shows.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, shows.waitFor(), text);
      return text.replaceAll("fe80\\S+", "") // derived from a random address
          .replaceAll(" +", " ");
    }
  }

  @Test
  void theLibraryDoesWhatIpDoes() throws Exception {
    Root.require();
    Path batch = Files.write(folder.resolve("pod.ip"), PodNetworks.ipLines());
    try (PodNetworks networks = new PodNetworks(2)) {
      connect(networks, batch);
      String own = network(networks.names().getFirst());
      assertTrue(own.contains("default via 10.1.2.1 dev eth0"), own);
      assertTrue(own.contains("lladdr 02:00:00:00:00:09"), own);
      assertEquals(network(networks.names().getLast()), own);
    }
  }

  private static void connect(PodNetworks networks, Path batch) throws IOException {
    PodNetworks.fastvif(networks.names().getFirst());
    PodNetworks.ip(networks.names().getLast(), batch);
  }
}
