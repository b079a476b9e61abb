package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifOpenVSwitch;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The commands with Open vSwitch. */
class OvsCommandTest {
  @TempDir Path folder;

  private String file() throws Exception {
    Vif vif =
        VifOpenVSwitch.builder()
            .id("7204e52d-b222-4a58-808a-05a6c4647159")
            .plugin("ovs")
            .vifName("tap1")
            .bridgeName("br-int")
            .network(Network.builder().bridge("br-int").mtu(1450).build())
            .portProfile(
                PortProfileOpenVSwitch.builder()
                    .interfaceId("e65867e0-9340-4a7f-a256-000000000001")
                    .datapathType("netdev")
                    .createPort(true)
                    .createTap(true)
                    .build())
            .build();
    return Files.writeString(folder.resolve("vif.json"), Vifs.json(vif)).toString();
  }

  @KernelTest
  void planPlugAndUnplugWithAConfigurationFile() throws Exception {
    try (OvsHost host = OvsHost.start(folder)) {
      String file = file();
      Path configuration =
          Files.writeString(
              folder.resolve("nova.conf"),
              "[os_vif_ovs]\novsdb_connection = " + host.address() + "\nwait_for = vswitchd\n");
      String[] with = {"--config", configuration.toString()};
      CommandRun plan = CommandRun.of("plan", file, with[0], with[1]).expect(Fastvif.DONE);
      assertTrue(
          plan.out()
              .contains(
                  "3. ovs-vsctl --may-exist add-br br-int datapath_type=netdev"
                      + " -- --may-exist add-port br-int tap1"),
          plan.out());
      assertEquals("", host.vsctl("list-br"));
      CommandRun plugged = CommandRun.of("plug", file, with[0], with[1]).expect(Fastvif.DONE);
      assertTrue(plugged.out().contains("\"outcome\":\"plugged\""), plugged.out());
      assertEquals("tap1\n", host.vsctl("list-ports br-int"));
      CommandRun again = CommandRun.of("plug", file, with[0], with[1]).expect(Fastvif.DONE);
      assertTrue(again.out().contains("\"outcome\":\"unchanged\""), again.out());
      CommandRun unplugged = CommandRun.of("unplug", file, with[0], with[1]).expect(Fastvif.DONE);
      assertTrue(unplugged.out().contains("\"outcome\":\"unplugged\""), unplugged.out());
      assertEquals("", host.vsctl("list-ports br-int"));
    }
  }

  @KernelTest
  void aDatabaseThatIsNotThereFailsTheVifInTheTimeGiven() throws Exception {
    CommandRun run =
        CommandRun.of(
                "plug",
                file(),
                "-o",
                "ovs.ovsdb_connection=unix:" + folder.resolve("none"),
                "-o",
                "ovs.ovs_vsctl_timeout=1")
            .expect(Fastvif.FAILED);
    assertTrue(run.out().contains("\"outcome\":\"failed\""), run.out());
    assertTrue(run.err().contains("unix:" + folder.resolve("none")), run.err());
    assertEquals("", CommandRun.of("list", "--json").out(), "the tap was taken back");
  }

  @KernelTest
  void aWrongAddressIsNamedWithItsPlace() throws Exception {
    CommandRun run =
        CommandRun.of("plug", file(), "-o", "ovs.ovsdb_connection=6640")
            .expect(Fastvif.WRONG_INPUT);
    assertTrue(
        run.err().contains("--option: ovs.ovsdb_connection: \"6640\" is not an address of OVSDB"),
        run.err());
  }
}
