package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.VifOperation;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.vif.HostDeviceType;
import io.fastvif.vif.Network;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifHostDevice;
import io.fastvif.vif.VifOpenVSwitch;
import io.fastvif.vif.VifVhostUser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** The commands with Open vSwitch. */
class OvsCommandTest {
  private static final Path SCHEMA = Path.of("/usr/share/openvswitch/vswitch.ovsschema");

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

  @KernelTest
  void aPortIsListedWithItsBridgeWhateverItsInterfaceIsCalled() throws Exception {
    try (OvsHost host = OvsHost.database(folder, SCHEMA)) {
      host.vsctl("--no-wait add-br br-int -- add-bond br-int port0 if0 if1");
      host.vsctl("--no-wait set Interface if1 external_ids:iface-id=0a1b");
      String option = "ovs.ovsdb_connection=unix:" + folder.resolve("none") + "," + host.address();
      String listed = CommandRun.of("list", "--json", "-o", option).expect(Fastvif.DONE).out();
      assertTrue(listed.contains("\"name\":\"if1\""), listed);
      assertTrue(listed.contains("\"ovs_bridge\":\"br-int\",\"iface_id\":\"0a1b\""), listed);
    }
  }

  /** A function of a card that is not there (any more), as a port of Open vSwitch. */
  private static Vif gone(int number, String datapathType) {
    return gone(number, datapathType, "ovs");
  }

  private static Vif gone(int number, String datapathType, String plugin) {
    return VifHostDevice.builder()
        .id("7204e52d-b222-4a58-808a-0000000000" + number)
        .plugin(plugin)
        .devType(HostDeviceType.ETHERNET)
        .devAddress(PciAddress.parse("0000:05:00.2"))
        .network(Network.builder().bridge("br-int").build())
        .portProfile(
            PortProfileOpenVSwitch.builder()
                .interfaceId("e65867e0-9340-4a7f-a256-0000000000" + number)
                .datapathType(datapathType)
                .build())
        .build();
  }

  @KernelTest
  void aDeviceThatIsGoneIsUnpluggedAllTheSameAndStopsNobodyElse() throws Exception {
    try (OvsHost host = OvsHost.database(folder, SCHEMA)) {
      String[] with = {"-o", "ovs.ovsdb_connection=" + host.address()};
      host.vsctl("--no-wait add-br br-int -- set Bridge br-int datapath_type=netdev");
      Vif tap = Vifs.tap("t1", "t1").build();
      Path file = folder.resolve("gone.json");
      for (String type : List.of("system", "netdev")) {
        for (String port : List.of("", "rep0", "vfr7204e52d-b2")) {
          if (!port.isEmpty()) {
            host.vsctl(
                "--no-wait add-port br-int "
                    + port
                    + " -- set Interface "
                    + port
                    + " external_ids:iface-id=e65867e0-9340-4a7f-a256-000000000011");
          }
          Files.writeString(file, Vifs.json(gone(11, type), tap));
          CommandRun plugged =
              CommandRun.of("plug", file.toString(), with[0], with[1]).expect(Fastvif.FAILED);
          String message =
              "dev_address: \\\"0000:05:00.2\\\" is not a virtual function of this host";
          assertTrue(plugged.lines().get(0).contains(message), plugged.out());
          assertTrue(plugged.lines().get(1).contains("\"outcome\":\"plugged\""), plugged.out());
          CommandRun unplugged =
              CommandRun.of("unplug", file.toString(), with[0], with[1]).expect(Fastvif.DONE);
          String outcome = port.isEmpty() ? "unchanged" : "unplugged";
          assertTrue(unplugged.lines().get(0).contains(outcome), unplugged.out());
          assertTrue(unplugged.lines().get(1).contains("\"unplugged\""), unplugged.out());
          assertEquals("", host.vsctl("list-ports br-int"));
        }
      }
    }
  }

  @KernelTest
  void aPortThatOutlivedItsDevicesLeaseGoesWithItsVif() throws Exception {
    try (OvsHost host = OvsHost.database(folder, SCHEMA)) {
      host.vsctl(
          "--no-wait add-br br-int -- add-port br-int rep0 -- set Interface rep0"
              + " external_ids:iface-id=e65867e0-9340-4a7f-a256-000000000012"
              + " -- add-port br-int rep1");
      Path file = folder.resolve("gone.json");
      Files.writeString(file, Vifs.json(gone(12, "system", "hostdev")));
      String option = "ovs.ovsdb_connection=" + host.address();
      for (String outcome : List.of("unplugged", "unchanged")) {
        CommandRun run =
            CommandRun.of("unplug", file.toString(), "-o", option).expect(Fastvif.DONE);
        assertTrue(run.out().contains("\"outcome\":\"" + outcome + "\""), run.out());
        assertEquals("rep1\n", host.vsctl("list-ports br-int"));
      }
    }
  }

  @KernelTest
  void listShowsWhatTheLibraryHasPlugged() throws Exception {
    try (OvsHost host = OvsHost.database(folder, SCHEMA)) {
      HostConfiguration configuration =
          HostConfiguration.builder(Map.of())
              .option("ovs.ovsdb_connection", host.address())
              .build();
      List<String> plugged;
      try (VifHost library = VifHost.open(VifHostOptions.of(configuration))) {
        for (VhostUserMode mode : VhostUserMode.values()) {
          VifVhostUser port =
              VifVhostUser.builder()
                  .id(
                      (mode == VhostUserMode.SERVER ? "7204e520" : "7204e521")
                          + "-b222-4a58-808a-05a6c4647159")
                  .plugin("ovs")
                  .path("/run/" + mode)
                  .mode(mode)
                  .network(Network.builder().bridge("br-int").build())
                  .portProfile(
                      PortProfileOpenVSwitch.builder().interfaceId("not the VIF's").build())
                  .build();
          PlugResult result = library.submit(VifOperation.plug(port, null)).get();
          assertEquals(Outcome.PLUGGED, result.outcome(), result::toString);
        }
        plugged =
            library.plugged().stream()
                .map(vif -> vif.id() + " " + vif.devices().getFirst().name())
                .toList();
      }
      assertEquals(2, plugged.size());
      List<String> listed =
          CommandRun.of("list", "-o", "ovs.ovsdb_connection=" + host.address())
              .expect(Fastvif.DONE)
              .lines();
      assertEquals(3, listed.size(), listed::toString);
      for (int i = 0; i < 2; i++) {
        assertTrue(
            listed.get(i + 1).replaceAll(" +", " ").startsWith(plugged.get(i)), listed::toString);
      }
    }
  }

  @KernelTest
  void listShowsPortsOfOpenVSwitchAlsoThoseWithoutALink() throws Exception {
    try (OvsHost host = OvsHost.start(folder)) {
      String[] with = {"-o", "ovs.ovsdb_connection=" + host.address()};
      CommandRun.of("plug", file(), with[0], with[1]).expect(Fastvif.DONE);
      host.vsctl(
          "--no-wait add-port br-int vhu1 -- set Interface vhu1 type=dpdkvhostuserclient"
              + " external_ids:iface-id=0a1b -- add-port br-int other");
      List<String> table = CommandRun.of("list", with[0], with[1]).expect(Fastvif.DONE).lines();
      assertEquals(3, table.size(), () -> "" + table);
      assertTrue(table.get(1).matches("7204e52d-\\S+ +tap1 +tun +br-int +1450  up"), table.get(1));
      assertTrue(table.get(2).matches("0a1b +vhu1 +dpdkvhostuserclient +br-int +"), table.get(2));
      List<String> json =
          CommandRun.of("list", "--json", with[0], with[1]).expect(Fastvif.DONE).lines();
      String ids =
          "\"ovs_bridge\":\"br-int\",\"iface_id\":\"e65867e0-9340-4a7f-a256-000000000001\"}";
      assertTrue(json.get(0).endsWith("\"up\":true," + ids), json.get(0));
      assertEquals(
          "{\"id\":\"0a1b\",\"name\":\"vhu1\",\"kind\":\"dpdkvhostuserclient\",\"master\":\"\","
              + "\"ovs_bridge\":\"br-int\",\"iface_id\":\"0a1b\"}",
          json.get(1));
      // without the option it is the kernel's links only
      assertEquals(1, CommandRun.of("list", "--json").expect(Fastvif.DONE).lines().size());
    }
    CommandRun gone =
        CommandRun.of("list", "--json", "-o", "ovs.ovsdb_connection=unix:" + folder.resolve("no"))
            .expect(Fastvif.FAILED);
    assertTrue(gone.err().contains("its ports are not shown"), gone.err());
    assertEquals(1, gone.lines().size(), "the kernel's links are shown all the same");
  }
}
