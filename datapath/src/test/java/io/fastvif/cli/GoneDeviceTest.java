package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vif.DirectMode;
import io.fastvif.vif.HostDeviceType;
import io.fastvif.vif.Network;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfileK8sDpdk;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifDirect;
import io.fastvif.vif.VifHostDevice;
import io.fastvif.vif.VifNestedDpdk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of VIFs whose devices are gone, have moved to another namespace, or have another
 * name. Cards that Open vSwitch had a port of are in {@link OvsCommandTest}.
 */
class GoneDeviceTest {
  private static final String GONE = "0000:05:00.2";

  private final Peer ip = Peer.require("ip", "iproute2");

  @TempDir Path folder;

  private String file(Vif... vifs) throws IOException {
    return Files.writeString(folder.resolve("vifs.json"), Vifs.json(vifs)).toString();
  }

  private static String path(Netns namespace) {
    return "/proc/" + ProcessHandle.current().pid() + "/fd/" + namespace.descriptor();
  }

  /** Of a card that was there before the host came up with fewer functions. */
  private static List<Vif> functions() {
    Network network = Network.builder().mtu(1500).build();
    return List.of(
        VifHostDevice.builder()
            .id("hostdev")
            .plugin("hostdev")
            .devType(HostDeviceType.ETHERNET)
            .devAddress(PciAddress.parse(GONE))
            .network(network)
            .build(),
        VifDirect.builder()
            .id("direct")
            .plugin("direct")
            .vifName("mv0")
            .devAddress(PciAddress.parse(GONE))
            .mode(DirectMode.BRIDGE)
            .network(network)
            .build(),
        VifNestedDpdk.builder()
            .id("nested")
            .plugin("nested_dpdk")
            .pciAddress(GONE)
            .devDriver("vfio-pci")
            .network(network)
            .portProfile(PortProfileK8sDpdk.builder().l3Setup(false).build())
            .build());
  }

  @KernelTest
  void aFunctionThatIsGoneIsUnpluggedAndHoldsNobodyUp() throws Exception {
    for (Vif function : functions()) {
      String file = file(Vifs.tap("t1", "t1").build(), function);
      CommandRun plugged = CommandRun.of("plug", file).expect(Fastvif.FAILED);
      assertTrue(plugged.lines().get(0).contains("\"outcome\":\"plugged\""), plugged.out());
      assertTrue(plugged.lines().get(1).contains("\"outcome\":\"failed\""), plugged.out());
      assertTrue(plugged.lines().get(1).contains(GONE), plugged.out());
      CommandRun unplugged = CommandRun.of("unplug", file).expect(Fastvif.DONE);
      assertTrue(unplugged.lines().get(0).contains("\"unplugged\""), unplugged.out());
      assertTrue(unplugged.lines().get(1).contains("\"unchanged\""), unplugged.out());
      CommandRun.of("unplug", file(function)).expect(Fastvif.DONE);
      assertFalse(ip.run("-o link").contains("t1"));
    }
  }

  @KernelTest
  void aTapThatMovedIsUnpluggedWhereItIs() throws Exception {
    String file = file(Vifs.tap("t1", "t1").build());
    CommandRun.of("plug", file).expect(Fastvif.DONE);
    try (Netns other = Netns.createPrivate()) {
      String path = path(other);
      ip.run("link set t1 netns " + path);
      CommandRun here = CommandRun.of("unplug", file).expect(Fastvif.DONE);
      assertTrue(here.out().contains("\"outcome\":\"unchanged\""), here.out());
      CommandRun there = CommandRun.of("unplug", "--netns", path, file).expect(Fastvif.DONE);
      assertTrue(there.out().contains("\"outcome\":\"unplugged\""), there.out());
    }
  }

  @KernelTest
  void aPairWhoseGuestsEndIsElsewhereIsPluggedUntilItsNamespaceGoes() throws Exception {
    String option = "linux_bridge.create_port=veth";
    String file = file(Vifs.bridged("v1", "v1", null, 1500));
    CommandRun.of("plug", "-o", option, file).expect(Fastvif.DONE);
    String before = ip.run("-o link");
    try (Netns guest = Netns.createPrivate()) {
      ip.run("link set gstv1 netns " + path(guest));
      CommandRun again = CommandRun.of("plug", "-o", option, file).expect(Fastvif.DONE);
      assertTrue(again.out().contains("\"outcome\":\"unchanged\""), before + again.out());
    }
    Await.until("the pair is gone", () -> !ip.run("-o link").contains(" v1@"));
    CommandRun gone = CommandRun.of("unplug", "-o", option, file).expect(Fastvif.DONE);
    assertTrue(gone.out().contains("\"outcome\":\"unchanged\""), gone.out());
  }

  @KernelTest
  void aTapOfAnotherNameIsItsVifsAllTheSame() throws Exception {
    String file = file(Vifs.tap("t1", "t1").build());
    CommandRun.of("plug", file).expect(Fastvif.DONE);
    ip.run("link set t1 down");
    ip.run("link set t1 name renamed");
    CommandRun.of("plug", file).expect(Fastvif.DONE);
    CommandRun.of("unplug", file).expect(Fastvif.DONE);
    assertEquals(1, ip.run("-o link").lines().count(), ip.run("-o link"));
  }
}
