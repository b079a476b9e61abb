package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.plugin.fastpath.FastPathVifs;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.VifVhostUser;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** VIFs of both plugins on one uplink, served by a process that is killed. */
class ServeUplinkTest {
  private static final String UPLINK = "uplink=af_xdp:v0";

  @TempDir Path folder;

  private Path other() {
    return folder.resolve("other.sock");
  }

  private ServeProcess serve(String name) throws Exception {
    VifVhostUser plain =
        VifVhostUser.builder()
            .id("other")
            .plugin("vhostuser")
            .vifName("other")
            .address(MacAddress.parse("fa:16:3e:00:01:77"))
            .path(other().toString())
            .mode(VhostUserMode.CLIENT)
            .build();
    String first =
        VersionedObjectWriter.write(FastPathVifs.bridged(folder, 1, VhostUserMode.CLIENT));
    Path vifs =
        Files.writeString(
            folder.resolve("vifs.json"),
            "[" + first + "," + VersionedObjectWriter.write(plain) + "]");
    ServeProcess serve =
        ServeProcess.start(
            folder, name, vifs, "-o", "vhostuser_fp." + UPLINK, "-o", "vhostuser." + UPLINK);
    Await.until(
        "both sockets",
        () ->
            (Files.exists(other()) && Files.exists(FastPathVifs.socket(folder, 1)))
                || !serve.process().isAlive());
    assertTrue(serve.process().isAlive(), serve.text());
    return serve;
  }

  private static String link() throws Exception {
    return Peer.require("ip", "iproute2").run("link show v0");
  }

  @KernelTest
  void killedProcessLeavesNothingOfTheUplink() throws Exception {
    Peer.require("ip", "iproute2").run("link add v0 type veth peer name v1");
    String before = link();
    try (ServeProcess killed = serve("first")) {
      assertTrue(link().contains("xdp"), link());
      killed.kill();
    }
    Await.until("the link is as it was", () -> link().equals(before));
    Files.delete(other());
    Files.delete(FastPathVifs.socket(folder, 1));
    try (ServeProcess next = serve("second")) {
      assertTrue(link().contains("xdp"), link());
      assertEquals(Fastvif.DONE, next.terminate(), next.text());
    }
    assertTrue(Files.notExists(other()) && Files.notExists(FastPathVifs.socket(folder, 1)));
    Await.until("the link is as it was", () -> link().equals(before));
  }
}
