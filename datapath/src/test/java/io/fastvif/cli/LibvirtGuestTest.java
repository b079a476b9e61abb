package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.LibvirtHost;
import io.fastvif.testing.LibvirtHost.Answer;
import io.fastvif.testing.OvsHost;
import io.fastvif.testing.Peer;
import io.fastvif.vif.DirectMode;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifDirect;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifOpenVSwitch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guests that libvirt starts from what {@code libvirt-xml} writes, of VIFs that {@code plug} has
 * plugged with the same options: a device that plugging made is attached, and is afterwards what it
 * was; one that is libvirt's to make is where the plug wants it, and goes with the guest.
 */
class LibvirtGuestTest {
  private static final String ID = "7204e52d-b222-4a58-808a-05a6c4647159";
  private static final String INTERFACE_ID = "e65867e0-9340-4a7f-a256-000000000001";
  private static final MacAddress MAC = MacAddress.parse("fa:16:3e:88:75:34");
  private static final Network NETWORK =
      Network.builder()
          .bridge("br-int")
          .multiHost(false)
          .shouldProvideBridge(true)
          .shouldProvideVlan(false)
          .mtu(1450)
          .build();

  @TempDir Path folder;

  private LibvirtHost libvirt;
  private OvsHost ovs;

  private interface Body {
    void run() throws Exception;
  }

  private void onHost(Body body) throws Exception {
    try (LibvirtHost started = LibvirtHost.start(folder)) {
      libvirt = started;
      body.run();
    }
  }

  /** With an Open vSwitch, which libvirt's own ovs-vsctl reaches too. */
  private void onHostWithOvs(Body body) throws Exception {
    try (OvsHost started = OvsHost.start(folder.resolve("ovs"))) {
      ovs = started;
      onHost(body);
    }
  }

  private String ip(String arguments) throws Exception {
    return Peer.require("ip", "iproute2").run(arguments);
  }

  private String[] command(String verb, Vif vif, String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of(verb));
    for (String option : options) {
      command.addAll(List.of("-o", option));
    }
    if (ovs != null) {
      command.addAll(List.of("-o", "ovs.ovsdb_connection=" + ovs.address()));
    }
    command.add(Files.writeString(folder.resolve("vif.json"), Vifs.json(vif)).toString());
    return command.toArray(new String[0]);
  }

  private void plug(Vif vif, String... options) throws Exception {
    CommandRun plugged = CommandRun.of(command("plug", vif, options)).expect(Fastvif.DONE);
    assertTrue(plugged.out().contains("\"outcome\":\"plugged\""), plugged.out());
  }

  private void unplug(Vif vif, String... options) throws Exception {
    CommandRun unplugged = CommandRun.of(command("unplug", vif, options)).expect(Fastvif.DONE);
    assertTrue(unplugged.out().contains("\"outcome\":\"unplugged\""), unplugged.out());
  }

  private String xml(Vif vif, String... options) throws Exception {
    return CommandRun.of(command("libvirt-xml", vif, options)).expect(Fastvif.DONE).out();
  }

  /** What of a link is lasting: its index, address, MTU, bridge and kind. */
  private String lasting(String name) throws Exception {
    String link = ip("-d -o link show dev " + name);
    return link.replaceAll(
            "(?s)^(\\d+: \\S+).*?( mtu \\d+).*?( master \\S+)?(?= state).*", "$1$2$3")
        + link.replaceAll("(?s).*(link/ether \\S+).*", " $1");
  }

  private boolean exists(String name) throws Exception {
    return ip("-o link").contains(": " + name);
  }

  /** A guest on a device that is there already, which stays as it is. */
  private void opens(String name, String xml) throws Exception {
    String before = lasting(name);
    libvirt.start(name, xml);
    List<String> attached = libvirt.interfaceOf(name);
    assertEquals(List.of(name, "ethernet"), attached.subList(0, 2));
    assertEquals(MAC.toString(), attached.getLast());
    Await.until("a carrier of " + name, () -> ip("-o link show dev " + name).contains("LOWER_UP"));
    libvirt.destroy(name);
    assertEquals(before, lasting(name));
  }

  private void survives(Vif vif, String name, String... options) throws Exception {
    plug(vif, options);
    String xml = xml(vif, options);
    opens(name, xml);
    String unmanaged = " managed='no'";
    assertTrue(xml.contains(unmanaged), xml);
    Answer refused = libvirt.create(name, xml.replace(unmanaged, ""));
    assertTrue(refused.text().contains("already exists"), refused::text);
    if (exists(name)) { // libvirt 9.0 deletes what it refused
      unplug(vif, options);
    }
    assertTrue(!exists(name));
  }

  private static VifOpenVSwitch ovs(String name, PortProfileOpenVSwitch.Builder profile) {
    return VifOpenVSwitch.builder()
        .id(ID)
        .address(MAC)
        .plugin("ovs")
        .vifName(name)
        .bridgeName("br-int")
        .network(NETWORK)
        .portProfile(profile.interfaceId(INTERFACE_ID).datapathType("netdev").build())
        .build();
  }

  private static VifBridge.Builder bridged(String name) {
    return VifBridge.builder()
        .id(ID)
        .address(MAC)
        .vifName(name)
        .hasTrafficFiltering(true)
        .network(NETWORK);
  }

  @KernelTest
  void tapsThatFastvifMakesSurviveTheirGuests() throws Exception {
    onHost(
        () -> {
          VifGeneric tap = Vifs.tap(ID, "tap1").address(MAC).network(NETWORK).build();
          survives(tap, "tap1");
          Vif port = bridged("tap2").plugin("linux_bridge").bridgeName("br0").build();
          survives(port, "tap2", "linux_bridge.create_port=tap");
          Vif several = Vifs.tap(ID, "tap3").address(MAC).network(NETWORK).build();
          plug(several, "tap.multi_queue=true");
          String[] command = command("libvirt-xml", several, "tap.multi_queue=true");
          CommandRun.of(command).expect(Fastvif.WRONG_INPUT);
          List<String> queues = new ArrayList<>(List.of(command));
          queues.addAll(1, List.of("--model", "virtio", "--queues", "2"));
          opens("tap3", CommandRun.of(queues.toArray(new String[0])).expect(Fastvif.DONE).out());
          unplug(several);
        });
  }

  @KernelTest
  void portsOfOpenVSwitchThatFastvifMakesSurviveTheirGuests() throws Exception {
    onHostWithOvs(
        () -> {
          PortProfileOpenVSwitch.Builder made = PortProfileOpenVSwitch.builder().createTap(true);
          survives(ovs("tap2", made), "tap2", "ovs.per_port_bridge=true");
          survives(ovs("tap1", made.createPort(true)), "tap1");
        });
  }

  /** The macvtap is made as the plugin direct makes it, which wants a PCI device under it. */
  @KernelTest
  void macvtapsSurviveTheirGuests() throws Exception {
    ip("link add eth7 type veth peer name eth8");
    ip("link set eth7 up");
    ip("link set eth8 up");
    ip("link add link eth7 name mv1 address " + MAC + " type macvtap mode bridge");
    ip("link set mv1 up");
    VifDirect.Builder vif =
        VifDirect.builder()
            .id(ID)
            .address(MAC)
            .vifName("mv1")
            .mode(DirectMode.BRIDGE)
            .vlanName("eth7")
            .devAddress(PciAddress.parse("0000:03:00.0"));
    onHost(
        () -> {
          opens("mv1", xml(vif.plugin("direct").build()));
          // one that libvirt makes: of a VIF that no plugin here plugs
          MacAddress neighbour = new MacAddress(MAC.value() + 1);
          Vif other = vif.plugin("another").vifName("mv2").address(neighbour).build();
          libvirt.start("mv2", xml(other));
          assertEquals("direct", libvirt.interfaceOf("mv2").get(1));
          assertTrue(exists("mv2@eth7"));
          libvirt.destroy("mv2");
          assertTrue(!exists("mv2"));
          assertTrue(exists("mv1@eth7"));
          // what libvirt does to a macvtap that it is told to make although it is there
          Answer refused = libvirt.create("mv1", xml(vif.vifName("mv1").build()));
          assertTrue(refused.text().contains("exists"), refused::text);
        });
  }

  private void made(Vif vif, String name, String type, String bridge) throws Exception {
    plug(vif);
    if (ovs != null) {
      // Plugged is what the database has; ovs-vswitchd makes the bridge's device after that.
      Await.until("the bridge", () -> exists("br-int"));
    }
    libvirt.start(name, xml(vif));
    List<String> attached = libvirt.interfaceOf(name);
    assertEquals(List.of(name, type), attached.subList(0, 2));
    if (bridge != null) {
      String link = ip("-o link show dev " + name);
      assertTrue(link.contains("master " + bridge), link);
    }
    if (ovs != null && bridge == null) {
      assertTrue(ovs.vsctl("list-ports br-int").contains(name));
      String ids = ovs.vsctl("get Interface " + name + " external_ids");
      assertTrue(ids.contains("iface-id=\"" + INTERFACE_ID + "\""), ids);
      Await.until(
          "the port of " + name,
          () -> ovs.vsctl("get Interface " + name + " ofport").strip().matches("[1-9][0-9]*"));
    }
    libvirt.destroy(name);
    assertTrue(!exists(name));
  }

  @KernelTest
  void tapsThatLibvirtMakesComeAndGoOnALinuxBridge() throws Exception {
    onHost(
        () -> {
          Vif vif = bridged("tap1").plugin("linux_bridge").bridgeName("br0").build();
          ip("link add br0 type bridge"); // else the plug has nothing to do but this
          ip("link set br0 up");
          libvirt.start("tap1", xml(vif));
          String link = ip("-o link show dev tap1");
          assertTrue(link.contains("master br0") && link.contains("mtu 1450"), link);
          libvirt.destroy("tap1");
          assertTrue(!exists("tap1"));
        });
  }

  @KernelTest
  void tapsThatLibvirtMakesComeAndGoOnOpenVSwitch() throws Exception {
    onHostWithOvs(
        () -> {
          PortProfileOpenVSwitch.Builder none = PortProfileOpenVSwitch.builder();
          VifOpenVSwitch generic = ovs("tap1", none);
          made(generic, "tap1", "bridge", null);
          assertEquals("", ovs.vsctl("list-ports br-int"));
          VifOpenVSwitch named = ovs("tap2", none.createPort(true));
          made(named, "tap2", "ethernet", null);
          unplug(named);
          Vif hybrid =
              bridged("tap3")
                  .plugin("ovs")
                  .bridgeName("qbr1")
                  .portProfile(
                      PortProfileOpenVSwitch.builder()
                          .interfaceId(INTERFACE_ID)
                          .datapathType("netdev")
                          .build())
                  .build();
          made(hybrid, "tap3", "bridge", "qbr1");
          unplug(hybrid);
        });
  }

  @KernelTest
  void namesThatLibvirtTakesForItsOwnAreDropped() throws Exception {
    onHost(
        () -> {
          for (String prefix : List.of("vnet", "macvtap", "macvlan")) {
            String name = prefix + "77";
            Vif vif = Vifs.tap(ID, name).plugin("another").address(MAC).build();
            CommandRun run = CommandRun.of(command("libvirt-xml", vif)).expect(Fastvif.DONE);
            assertTrue(run.err().contains("fastvif: note: " + name + " begins as"), run.err());
            libvirt.start("own", run.out());
            assertTrue(!name.equals(libvirt.interfaceOf("own").getFirst()), name);
            libvirt.destroy("own");
          }
          Vif made = Vifs.tap(ID, "vnet77").address(MAC).build();
          plug(made);
          opens("vnet77", xml(made));
          unplug(made);
        });
  }
}
