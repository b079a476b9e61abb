package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** A network's interface joins the network's bridge with all it has, or stays as it was. */
class UplinkTest {
  private final Peer ip = Peer.require("ip", "iproute2");

  @TempDir Path folder;

  private String file(String name) throws IOException {
    String json = Vifs.json(Vifs.bridged("v0", name, "nic", 1400));
    return Files.writeString(folder.resolve("vif.json"), json).toString();
  }

  private void makeUplink() throws Exception {
    ip.run("link add nic type veth peer name far");
    ip.run("link set far up");
    ip.run("link set nic up");
    Await.until("its carrier is known", () -> link().contains(" state UP "));
    ip.run("address add 192.0.2.1/24 broadcast 192.0.2.255 dev nic");
    ip.run("route add default via 192.0.2.254 dev nic metric 50");
    ip.run("route add 203.0.113.0/24 via 192.0.2.253 dev nic proto static");
  }

  @KernelTest
  void addressesAndRoutesMoveToTheBridge() throws Exception {
    makeUplink();
    String addresses = addresses("nic");
    String routes = ip.run("-4 route show dev nic");
    CommandRun.of("plug", file("t0")).expect(Fastvif.DONE);
    assertTrue(ip.run("link show nic").contains("mtu 1400"));
    assertTrue(ip.run("link show nic").contains("master br0"));
    assertTrue(ip.run("link show br0").contains("mtu 1400"));
    assertEquals("", ip.run("-4 address show dev nic"));
    assertEquals("", ip.run("-4 route show dev nic"));
    assertEquals(addresses.replace("nic", "br0"), addresses("br0"));
    assertEquals(routes, ip.run("-4 route show dev br0"));
    CommandRun again = CommandRun.of("plug", file("t0")).expect(Fastvif.DONE);
    assertTrue(again.out().contains("\"outcome\":\"unchanged\""), again.out());
  }

  @KernelTest
  void whenALaterStepFailsEverythingIsPutBack() throws Exception {
    makeUplink();
    ip.run("link add t0 type veth peer name other");
    String link = link();
    String addresses = addresses("nic");
    String routes = ip.run("-4 route show table all dev nic");
    CommandRun run =
        CommandRun.of("plug", "-o", "linux_bridge.create_port=veth", file("t0"))
            .expect(Fastvif.FAILED);
    assertTrue(run.err().startsWith("fastvif: VIF v0: create veth t0"), run.err());
    assertTrue(run.err().contains("EEXIST"), run.err());
    assertTrue(run.out().contains("\"left_behind\":[]"), run.out());
    assertFalse(ip.run("-o link").contains("br0"));
    Await.until("the link is as it was: " + link, () -> link.equals(link()));
    assertEquals(addresses, addresses("nic"));
    assertEquals(routes, ip.run("-4 route show table all dev nic"));
  }

  private String addresses(String device) throws Exception {
    return ip.run("-4 -o address show dev " + device).replaceFirst("^[0-9]+:", "");
  }

  /** The uplink's name, flags, MTU and master, without what counts its changes. */
  private String link() throws Exception {
    return ip.run("-o link show nic");
  }
}
