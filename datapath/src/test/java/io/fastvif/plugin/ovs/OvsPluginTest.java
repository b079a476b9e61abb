package io.fastvif.plugin.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.QosIds;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.testing.Links;
import io.fastvif.vif.DatapathOffloadRepresentor;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Network;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfileFpOpenVSwitch;
import io.fastvif.vif.PortProfileFpTap;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.PortProfileOvsRepresentor;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifHostDevice;
import io.fastvif.vif.VifOpenVSwitch;
import io.fastvif.vif.VifVhostUser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OvsPluginTest {
  private static final HostSnapshot EMPTY =
      new SnapshotBuilder().ovs(() -> FakeOvsRows.NONE).build();
  private static final String IDS =
      " external_ids:attached-mac=fa:16:3e:00:00:01"
          + " external_ids:fastvif-iface-id=e65867e0-9340-4a7f-a256-000000000001"
          + " external_ids:fastvif-vif-id="
          + OvsVifs.id(1)
          + " external_ids:iface-id=e65867e0-9340-4a7f-a256-000000000001"
          + " external_ids:iface-status=active"
          + " external_ids:vm-uuid=37730edf-afbd-47f9-a196-99cfe1988ad9";
  private static final PciAddress FUNCTION = PciAddress.parse("0000:af:06.1");
  private static final VirtualFunctionState VIRTUAL_FUNCTION =
      VirtualFunctionState.of(FUNCTION, PciAddress.parse("0000:af:00.0"), 5);

  private static VifPlugin plugin(String... options) {
    Map<String, String> values = new HashMap<>(Map.of("default_qos_type", ""));
    for (int i = 0; i < options.length; i += 2) {
      values.put(options[i], options[i + 1]);
    }
    return new OvsPlugin.Factory().create(new PluginOptions("ovs", values));
  }

  private static List<String> steps(PlugPlan plan) {
    return plan.steps().stream().map(planned -> planned.step().toString()).toList();
  }

  private static List<String> plug(Vif vif, HostSnapshot host, String... options) {
    return steps(plugin(options).plug(vif, OvsTestBed.INSTANCE, host));
  }

  private static List<String> unplug(Vif vif, HostSnapshot host, String... options) {
    return steps(plugin(options).unplug(vif, OvsTestBed.INSTANCE, host));
  }

  private static VifHostDevice device(PortProfileOpenVSwitch profile) {
    return VifHostDevice.builder()
        .id(OvsVifs.id(1))
        .address(OvsVifs.mac(1))
        .plugin("ovs")
        .devAddress(FUNCTION)
        .network(OvsVifs.network("br-int"))
        .portProfile(profile)
        .build();
  }

  private static PortProfileOpenVSwitch kernelProfile() {
    return PortProfileOpenVSwitch.builder()
        .interfaceId("e65867e0-9340-4a7f-a256-000000000001")
        .build();
  }

  private static String path(Vif vif, HostSnapshot host) {
    return assertThrows(
            InvalidInputException.class, () -> plugin().plug(vif, OvsTestBed.INSTANCE, host))
        .path();
  }

  @Test
  void leavesThePortToTheHypervisorUnlessTheProfileSaysOtherwise() {
    assertEquals(
        List.of("ovs-vsctl --may-exist add-br br-int datapath_type=netdev"),
        plug(OvsVifs.port(1, OvsVifs.profile(1).build(), OvsVifs.network("br-int")), EMPTY));
    PlugPlan plan = plugin().plug(OvsVifs.created(1), OvsTestBed.INSTANCE, EMPTY);
    assertEquals(
        List.of(
            "ovs-vsctl --may-exist add-br br-int datapath_type=netdev"
                + " -- --may-exist add-port br-int tap1"
                + IDS),
        steps(plan));
    assertEquals(
        "ovs-vsctl --if-exists del-port br-int tap1"
            + " -- --if-exists del-br br-int (if nobody else uses it)",
        plan.steps().getFirst().undo().toString());
    assertEquals(List.of("tap1"), plan.devices());
  }

  @Test
  void makesTheTapBeforeThePortThatNeedsIt() {
    Vif vif =
        OvsVifs.port(
            1,
            OvsVifs.profile(1).createPort(true).createTap(true).multiqueue(true).build(),
            OvsVifs.network("br-int"));
    assertEquals(
        List.of(
            "create tap tap1 multi_queue",
            "set tap1: mtu 1450 address fa:16:3e:00:00:01 addrgenmode none alias fastvif:"
                + OvsVifs.id(1)
                + " up",
            "ovs-vsctl --may-exist add-br br-int datapath_type=netdev"
                + " -- --may-exist add-port br-int tap1"
                + IDS,
            "set tap1: up",
            "wait for ovs-vswitchd to apply tap1"),
        plug(vif, EMPTY, "wait_for", "vswitchd"));
    Vif withoutMtu =
        OvsVifs.port(
            1,
            OvsVifs.profile(1).createPort(true).createTap(true).build(),
            Network.builder().bridge("br-int").build());
    assertEquals(
        "set tap1: address fa:16:3e:00:00:01 addrgenmode none alias fastvif:"
            + OvsVifs.id(1)
            + " up",
        plug(withoutMtu, EMPTY, "network_device_mtu", "0").get(1));
    LinkState tap = Links.link(7, "tap1", "tun");
    assertEquals(
        List.of("ovs-vsctl --if-exists del-port br-int tap1", "delete tap1"),
        unplug(
            vif,
            FakeOvsRows.withPort("br-int", "tap1", "e65867e0-9340-4a7f-a256-000000000001")
                .link(tap)
                .build()));
  }

  /** Another process may be about to add it. */
  @Test
  void deletesThePortBehindATapThatHadNone() {
    Vif vif = OvsVifs.tap(1);
    LinkState tap = LinkState.builder(7, "tap1", "tun").alias("fastvif:" + OvsVifs.id(1)).build();
    assertEquals(
        List.of("delete tap1", "ovs-vsctl --if-exists del-port br-int tap1"),
        unplug(vif, withLink(tap)));
  }

  private static HostSnapshot withLink(LinkState link) {
    return new SnapshotBuilder().ovs(() -> FakeOvsRows.NONE).link(link).build();
  }

  @Test
  void anotherKindOfLinkIsNotTakenForTheTap() {
    Vif vif = OvsVifs.tap(1);
    String create = "create tap tap1";
    for (String kind : List.of("veth", "bridge", "")) {
      HostSnapshot host = withLink(Links.link(7, "tap1", kind));
      assertEquals(create, plug(vif, host).getFirst(), kind);
    }
    HostSnapshot tap = withLink(Links.link(7, "tap1", "tun"));
    assertFalse(plug(vif, tap).contains(create), "os-vif or a hypervisor has made it");
  }

  @Test
  void aTapIsOnlyForAPortOfItsOwn() {
    PortProfileOpenVSwitch profile = OvsVifs.profile(1).createTap(true).build();
    assertEquals(
        "port_profile.create_tap",
        path(OvsVifs.vhostUser(1, VhostUserMode.CLIENT, profile), EMPTY));
    assertEquals("port_profile.create_tap", path(device(profile), EMPTY));
  }

  @Test
  void isolatesNewPortsButNotOnTrunkBridges() {
    String[] isolate = {"isolate_vif", "true"};
    assertEquals(
        List.of(
            "ovs-vsctl --may-exist add-br br-int datapath_type=netdev"
                + " -- --may-exist add-port br-int tap1"
                + IDS
                + " tag=4095 vlan_mode=trunk"),
        plug(OvsVifs.created(1), EMPTY, isolate));
    Vif trunk =
        OvsVifs.port(
            1, OvsVifs.profile(1).createPort(true).build(), OvsVifs.network("tbr-12345678-9"));
    assertEquals(
        List.of(
            "ovs-vsctl --may-exist add-br tbr-12345678-9 datapath_type=netdev"
                + " -- --may-exist add-port tbr-12345678-9 tap1"
                + IDS.replace(
                    " external_ids:fastvif-iface-id",
                    " external_ids:bridge_name=tbr-12345678-9 external_ids:fastvif-iface-id")),
        plug(trunk, EMPTY, isolate));
    assertEquals(
        List.of(
            "ovs-vsctl --if-exists del-port tbr-12345678-9 tap1"
                + " -- --if-exists del-br tbr-12345678-9"),
        unplug(
            trunk,
            FakeOvsRows.withPort("tbr-12345678-9", "tap1", "e65867e0-9340-4a7f-a256-000000000001")
                .build()));
  }

  @Test
  void givesNewPortsOfTheKernelsDatapathAQosThatIsFoundAgain() {
    // uuid5 of os-vif's namespace, by Python
    assertEquals(
        Map.of("id", "e965b18b-b610-58d9-9ecd-a8763e0b5215", "_type", "linux-htb"),
        QosIds.of("tap1", "linux-htb"));
    Vif kernel =
        OvsVifs.port(
            1,
            PortProfileOpenVSwitch.builder()
                .interfaceId("e65867e0-9340-4a7f-a256-000000000001")
                .createPort(true)
                .build(),
            OvsVifs.network("br-int"));
    assertEquals(
        List.of(
            "ovs-vsctl --may-exist add-br br-int datapath_type=system"
                + " -- --may-exist add-port br-int tap1"
                + IDS
                + " qos=linux-noop"),
        plug(kernel, EMPTY, "default_qos_type", "linux-noop"));
  }

  @Test
  void aVirtualFunctionsRepresentorOfTheKernel() {
    LinkState representor = Links.link(9, "enp3s0_0", "");
    SnapshotBuilder host =
        new SnapshotBuilder()
            .ovs(() -> FakeOvsRows.NONE)
            .link(representor)
            .virtualFunction(VIRTUAL_FUNCTION.withRepresentor(new LinkId(9, "enp3s0_0")));
    assertEquals(
        List.of(
            "set enp3s0_0: mtu 1450 up",
            "ovs-vsctl --may-exist add-br br-int datapath_type=system"
                + " -- --may-exist add-port br-int enp3s0_0"
                + IDS),
        plug(device(kernelProfile()), host.build()));
    assertEquals(
        List.of(
            "ovs-vsctl --may-exist add-br br-int datapath_type=netdev"
                + " -- --may-exist add-port br-int vfrabc00001-00 type=dpdk"
                + " options:dpdk-devargs=0000:af:00.0,representor=[5]"
                + IDS),
        plug(device(OvsVifs.profile(1).build()), host.build()));
    LinkState up = Links.up(representor, "", 1450, "02:00:00:00:00:01", 0, false);
    SnapshotBuilder plugged =
        FakeOvsRows.withPort("br-int", "enp3s0_0", "e65867e0-9340-4a7f-a256-000000000001")
            .link(up)
            .virtualFunction(VIRTUAL_FUNCTION.withRepresentor(new LinkId(9, "enp3s0_0")));
    assertEquals(
        List.of(
            "ovs-vsctl --if-exists del-port br-int enp3s0_0",
            "wait for ovs-vswitchd to apply all",
            "set enp3s0_0: down"),
        unplug(device(kernelProfile()), plugged.build()));
    SnapshotBuilder notLetGo =
        host.link(Links.up(representor, "", 1450, "02:00:00:00:00:01", 3, false));
    assertEquals(
        List.of("wait for ovs-vswitchd to apply all", "set enp3s0_0: down"),
        unplug(device(kernelProfile()), notLetGo.build()));
    assertEquals(
        List.of("set enp3s0_0: down"), unplug(device(kernelProfile()), host.link(up).build()));
    assertEquals("dev_address", path(device(kernelProfile()), EMPTY));
    HostSnapshot legacy = new SnapshotBuilder().virtualFunction(VIRTUAL_FUNCTION).build();
    assertEquals("dev_address", path(device(kernelProfile()), legacy));
  }

  @Test
  void aRepresentorHasItsNameForTheTimeOfThePlug() {
    VirtualFunctionState function = VIRTUAL_FUNCTION.withRepresentor(new LinkId(9, "eth4"));
    LinkState fresh = Links.link(9, "eth4", "").withNames("eth4", List.of("enp175s0f0r5"));
    SnapshotBuilder host =
        new SnapshotBuilder().ovs(() -> FakeOvsRows.NONE).link(fresh).virtualFunction(function);
    DatapathOffloadRepresentor offload =
        DatapathOffloadRepresentor.builder().representorName("vf-port1").build();
    Vif vif =
        device(
            PortProfileOpenVSwitch.builder()
                .interfaceId("e65867e0-9340-4a7f-a256-000000000001")
                .datapathOffload(offload)
                .build());
    List<String> addPort =
        List.of(
            "set vf-port1: mtu 1450 up",
            "ovs-vsctl --may-exist add-br br-int datapath_type=system"
                + " -- --may-exist add-port br-int vf-port1"
                + IDS);
    List<String> renaming =
        List.of("add altname fastvif-was-eth4 to eth4", "rename eth4 to vf-port1");
    List<String> expected = new ArrayList<>(renaming);
    expected.addAll(addPort);
    assertEquals(expected, plug(vif, host.build(), "keep_former_name", "false"));
    expected.add(2, "add altname eth4 to vf-port1 unless taken");
    assertEquals(expected, plug(vif, host.build()));
    Vif other =
        VifHostDevice.builder()
            .id(OvsVifs.id(1))
            .address(OvsVifs.mac(1))
            .plugin("ovs")
            .devAddress(FUNCTION)
            .network(OvsVifs.network("br-int"))
            .portProfile(
                PortProfileOvsRepresentor.builder()
                    .interfaceId("e65867e0-9340-4a7f-a256-000000000001")
                    .representorName("vf-port1")
                    .build())
            .build();
    assertEquals(expected, plug(other, host.build()));
    LinkState named =
        Links.up(fresh, "", 1450, "02:00:00:00:00:01", 0, false)
            .withNames("vf-port1", List.of("enp175s0f0r5", "fastvif-was-eth4", "eth4"));
    HostSnapshot plugged =
        FakeOvsRows.withPort("br-int", "vf-port1", "e65867e0-9340-4a7f-a256-000000000001")
            .link(named)
            .virtualFunction(VIRTUAL_FUNCTION.withRepresentor(new LinkId(9, "vf-port1")))
            .build();
    assertEquals(addPort.subList(1, 2), plug(vif, plugged)); // the bridge is of another type
    assertEquals(
        List.of(
            "ovs-vsctl --if-exists del-port br-int vf-port1",
            "wait for ovs-vswitchd to apply all",
            "set vf-port1: down",
            "delete altname eth4 from vf-port1",
            "rename vf-port1 to eth4",
            "delete altname fastvif-was-eth4 from eth4"),
        unplug(vif, plugged));
  }

  @Test
  void theProfilesThatInheritFromOpenVSwitchs() {
    VifVhostUser.Builder vif =
        VifVhostUser.builder()
            .id(OvsVifs.id(1))
            .address(OvsVifs.mac(1))
            .plugin("ovs")
            .vifName("fp1")
            .path("/run/vhost/1")
            .mode(VhostUserMode.SERVER)
            .network(OvsVifs.network("br-int"));
    Vif representor =
        vif.portProfile(
                PortProfileOvsRepresentor.builder()
                    .interfaceId("e65867e0-9340-4a7f-a256-000000000001")
                    .build())
            .build();
    assertEquals(
        List.of(
            "ovs-vsctl --may-exist add-br br-int datapath_type=netdev"
                + " -- --may-exist add-port br-int vhuabc00001-00 type=dpdkvhostuserclient"
                + " options:vhost-server-path=/run/vhost/1"
                + IDS
                + " mtu_request=1450"),
        plug(representor, EMPTY));
    PortProfileFpOpenVSwitch.Builder fastPath =
        PortProfileFpOpenVSwitch.builder().interfaceId("e65867e0-9340-4a7f-a256-000000000001");
    assertEquals(
        List.of(
            "ovs-vsctl --may-exist add-br br-int datapath_type=system"
                + " -- --may-exist add-port br-int fp1"
                + IDS),
        plug(vif.portProfile(fastPath.build()).build(), EMPTY));
    List<String> hybrid =
        plug(
            vif.portProfile(fastPath.bridgeName("qbrabc00001-00").hybridPlug(true).build()).build(),
            new SnapshotBuilder()
                .ovs(() -> FakeOvsRows.NONE)
                .link(Links.link(4, "fp1", "tun"))
                .build());
    assertEquals(
        "create bridge qbrabc00001-00 forward_delay 0 stp_state 0 mcast_snooping 0 ageing_time 0",
        hybrid.getFirst());
    assertEquals("set fp1: master qbrabc00001-00", hybrid.getLast());
    LinkState foreign = Links.link(4, "foreign", "tun").withNames("foreign", List.of("fp1"));
    HostSnapshot taken = new SnapshotBuilder().ovs(() -> FakeOvsRows.NONE).link(foreign).build();
    assertEquals(
        List.of(),
        plug(vif.build(), taken).stream().filter(step -> step.contains("foreign")).toList());
    vif.portProfile(fastPath.hybridPlug(false).build());
    assertEquals(
        List.of(),
        plug(vif.build(), taken).stream().filter(step -> step.contains("foreign")).toList());
  }

  @Test
  void aForeignPortOfTheSameNameIsLeft() {
    VifOpenVSwitch vif = OvsVifs.created(1);
    PlugPlan other =
        plugin()
            .unplug(
                vif,
                null,
                FakeOvsRows.withPort("br-int", "tap1", "00000000-0000-0000-0000-000000000000")
                    .build());
    assertEquals(List.of(), other.steps());
    assertEquals(List.of("port tap1 is left: it is another VIF's"), other.notes());
  }

  @Test
  void aDeviceThatHasTheNameOnlyBesideItsOwnIsLeft() {
    VifBridge vif = OvsVifs.hybrid(1);
    String id = OvsVifs.id(1);
    String port = OvsNames.switchEnd(id);
    for (String name : List.of(OvsNames.hybridBridge(id), OvsNames.bridgeEnd(id), port)) {
      LinkState foreign = Links.link(9, "foreign", "").withNames("foreign", List.of(name));
      SnapshotBuilder host =
          FakeOvsRows.withPort("br-int", port, "e65867e0-9340-4a7f-a256-000000000001")
              .link(foreign);
      List<String> unplugged =
          unplug(vif, host.build()).stream().filter(step -> !step.startsWith("ovs-")).toList();
      assertEquals(List.of(), unplugged, name);
      if (name.equals(OvsNames.hybridBridge(id))) {
        refusesTheBridge(vif, host.build(), "foreign is a device that is also called so");
        continue;
      }
      List<String> plugged = plug(vif, host.build());
      assertTrue(
          plugged.stream().anyMatch(step -> step.startsWith("create") && step.contains(name)),
          () -> name + ": " + plugged);
      assertTrue(plugged.stream().noneMatch(step -> step.startsWith("delete")), name);
    }
  }

  @Test
  void aDeviceThatIsNoBridgeIsNotTakenForTheHybridBridge() {
    VifBridge vif = OvsVifs.hybrid(1);
    String name = OvsNames.hybridBridge(OvsVifs.id(1));
    LinkState foreign = Links.link(9, name, "dummy");
    HostSnapshot host = FakeOvsRows.withPort("br-int", "other", "other").link(foreign).build();
    refusesTheBridge(vif, host, name + " is a dummy");
  }

  private static void refusesTheBridge(VifBridge vif, HostSnapshot host, String why) {
    InvalidInputException refused =
        assertThrows(InvalidInputException.class, () -> plug(vif, host));
    assertTrue(refused.getMessage().contains(why), refused::getMessage);
  }

  @Test
  void refusesWhatHasNoProfileOrNoBridge() {
    assertEquals(
        "port_profile",
        path(
            VifOpenVSwitch.builder().id(OvsVifs.id(1)).network(OvsVifs.network("b")).build(),
            EMPTY));
    assertEquals(
        "port_profile",
        path(
            VifVhostUser.builder()
                .id(OvsVifs.id(1))
                .network(OvsVifs.network("b"))
                .portProfile(PortProfileFpTap.builder().build())
                .build(),
            EMPTY));
    assertEquals(
        "network.bridge",
        path(
            VifHostDevice.builder()
                .id(OvsVifs.id(1))
                .network(OvsVifs.network(""))
                .portProfile(kernelProfile())
                .build(),
            EMPTY));
  }
}
