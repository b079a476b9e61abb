package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plugin.fastpath.FastPathVifs;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.LibvirtHost;
import io.fastvif.testing.LibvirtHost.Answer;
import io.fastvif.testing.OvsHost;
import io.fastvif.testing.Peer;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.VifVhostUser;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guests that libvirt starts on vhost-user sockets of {@code vhost-user serve}, from what {@code
 * libvirt-xml} writes.
 */
class LibvirtVhostUserTest {
  private static final String FRAMES = "\"from_guest\":{\"frames\":";

  @TempDir Path folder;

  private Path write(VifVhostUser vif) throws Exception {
    return Files.writeString(folder.resolve("vifs.json"), Vifs.json(vif));
  }

  private String xml() throws Exception {
    String file = folder.resolve("vifs.json").toString();
    CommandRun run = CommandRun.of("libvirt-xml", file).expect(Fastvif.DONE);
    assertTrue(run.err().startsWith("fastvif: note: network.mtu 1450 is left out"), run.err());
    return run.out();
  }

  private ServeProcess serve(String name) throws Exception {
    return ServeProcess.start(folder, name, folder.resolve("vifs.json"), "--json");
  }

  /** The firmware asks for an address and a file to boot from. */
  private static void awaitFrames(ServeProcess server) throws Exception {
    server.await("\"connected\":true");
    Await.until(
        "frames of the guest",
        () -> server.text().matches("(?s).*" + "\\Q" + FRAMES + "\\E[1-9].*"));
  }

  @KernelTest
  void guestComesBackToAServerThatWasKilled() throws Exception {
    write(FastPathVifs.bridged(folder, 1, VhostUserMode.CLIENT));
    Peer.require("ip", "iproute2").run("link add br-fp type bridge");
    try (LibvirtHost libvirt = LibvirtHost.start(folder.resolve("libvirt"))) {
      String xml = xml();
      try (ServeProcess first = serve("first")) {
        first.await("\"connected\":false");
        String withMtu = xml.replace("</interface>", "<mtu size='1450'/></interface>");
        Answer refused = libvirt.create("guest", withMtu);
        assertTrue(refused.text().contains("Cannot set interface MTU"), refused::text);
        libvirt.start("guest", xml);
        assertEquals("vhostuser", libvirt.interfaceOf("guest").get(1));
        awaitFrames(first);
        first.kill();
      }
      try (ServeProcess second = serve("second")) {
        second.await("\"connected\":true");
        libvirt.virsh("reset", "guest");
        awaitFrames(second);
        libvirt.destroy("guest");
        assertEquals(Fastvif.DONE, second.terminate(), second.text());
      }
    }
  }

  /** When the guest starts, libvirt asks Open vSwitch for the name of the socket's port. */
  @KernelTest
  void guestListensAndOpenVSwitchCountsItsTraffic() throws Exception {
    VifVhostUser vif = FastPathVifs.bridged(folder, 1, VhostUserMode.SERVER);
    write(vif);
    Peer.require("ip", "iproute2").run("link add br-fp type bridge");
    Path libvirtFolder = folder.resolve("libvirt");
    try (OvsHost ovs = OvsHost.start(libvirtFolder.resolve("ovs"));
        LibvirtHost libvirt = LibvirtHost.start(libvirtFolder);
        ServeProcess server = serve("server")) {
      server.await("\"connected\":false");
      String name = "counted";
      ovs.vsctl("add-br br0 -- set Bridge br0 datapath_type=netdev");
      ovs.vsctl(
          "add-port br0 "
              + name
              + " -- set Interface "
              + name
              + " type=internal options:vhost-server-path="
              + vif.path().get());
      libvirt.start("guest", xml());
      awaitFrames(server);
      assertEquals(name, libvirt.interfaceOf("guest").getFirst());
      String counters = libvirt.virsh("domifstat", "guest", name).text();
      assertTrue(counters.contains(name + " rx_bytes "), counters);
      libvirt.destroy("guest");
    }
  }
}
