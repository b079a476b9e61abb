package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.plan.DeviceLease;
import io.fastvif.plan.DeviceState;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.EswitchMode;
import io.fastvif.plan.FormerDevice;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plan.VfSettings;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.testing.Links;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans on a host that is only described. */
class SriovAttachmentTest {
  private static final PciAddress PF = PciAddress.parse("0000:3b:00.0");
  private static final PciAddress VF = PciAddress.parse("0000:3b:02.1");
  private static final String VIF_ID = "cni/net/one/eth0";
  private static final VfSettings NOW =
      VfSettings.defaults(1).withAddress(new MacAddress(9)).withTrust(true);
  private static final String DEVICE = ",'deviceID':'" + VF + "'";

  @TempDir Path folder;
  private final Netns pod = Netns.current();
  private final SnapshotBuilder host = new SnapshotBuilder();

  @BeforeEach
  void describe() {
    host.physicalFunction(
            new PhysicalFunctionState(PF, new LinkId(2, "p0"), "igb", 8, 2, EswitchMode.LEGACY))
        .virtualFunction(
            VirtualFunctionState.of(VF, PF, 1).withDriver("igbvf", new LinkId(7, "enp59s0v1")))
        .device(new DeviceState(VF, "igbvf", null, List.of(), true))
        .settings(VF, NOW);
  }

  @AfterEach
  void close() {
    pod.close();
  }

  private static NetworkConfiguration network(String keys) {
    String way = keys.contains("'bridge'") ? "ovs" : "sriov";
    String text =
        "{'cniVersion':'1.1.0','name':'net','type':'fastvif','attachment':'"
            + way
            + "'"
            + keys
            + "}";
    return NetworkConfiguration.read(new CniRequest(Map.of(), text.replace('\'', '"')));
  }

  private PlugPlan plug(String keys) {
    return new AttachmentPlan(
            new AttachmentId("net", "one", "eth0"),
            network(keys),
            new PodSockets(pod),
            "/run/netns/pod",
            CniResult.EMPTY,
            null,
            new PodRecords(folder),
            null)
        .plug(host.build());
  }

  private static List<String> steps(PlugPlan plan) {
    return plan.steps().stream()
        .map(planned -> planned.step().toString().replaceAll("(to|in) \\S+( as|:)", "$1 POD$2"))
        .toList();
  }

  private String refusal(String keys) {
    return assertThrows(RuntimeException.class, () -> plug(keys)).getMessage();
  }

  @Test
  void leasesSetsAndMoves() {
    PlugPlan plan =
        plug(
            DEVICE
                + ",'vlan':9,'vlanQoS':2,'vlanProto':'802.1AD','spoofchk':'off','link_state':'enable',"
                + "'min_tx_rate':10,'max_tx_rate':100,'mac':'02:00:00:00:00:07','mtu':1400");
    assertEquals(
        List.of(
            "lease 0000:3b:02.1 to " + VIF_ID + ", and remember how it is",
            "set p0: vf 1 mac 02:00:00:00:00:07 vlan 9 qos 2 proto 802.1ad spoofchk off"
                + " state enable min_tx_rate 10 max_tx_rate 100",
            "set p0: vf 1 trust off",
            "move link of the PCI device 0000:3b:02.1 to POD as eth0 address 02:00:00:00:00:07"
                + " mtu 1400",
            "set up eth0 in POD: up"),
        steps(plan));
    DeviceStep.LeaseDevice lease = (DeviceStep.LeaseDevice) plan.steps().getFirst().step();
    assertEquals(NOW, lease.wanted().former().settings());
    assertEquals(
        "set p0: vf 1 mac 00:00:00:00:00:09 vlan 0 qos 0 spoofchk on state auto min_tx_rate 0"
            + " max_tx_rate 0",
        plan.steps().get(1).undo().toString());
  }

  @Test
  void withoutKeysItIsAsItsDriverStartsWithAndKeepsItsAddress() {
    assertEquals(
        List.of(
            "lease 0000:3b:02.1 to " + VIF_ID + ", and remember how it is",
            "set p0: vf 1 trust off",
            "move link of the PCI device 0000:3b:02.1 to POD as eth0",
            "set up eth0 in POD: up"),
        steps(plug(DEVICE)));
  }

  @Test
  void theRuntimesDeviceGoesBeforeTheConfigurations() {
    String other = ",'deviceID':'0000:3b:02.7','runtimeConfig':{'deviceID':'" + VF + "'}";
    assertTrue(steps(plug(other)).getFirst().startsWith("lease 0000:3b:02.1"));
  }

  @Test
  void functionThatAProgramDrivesIsOnlySet() {
    host.device(new DeviceState(VF, "vfio-pci", "vfio-pci", List.of(), true))
        .virtualFunction(VirtualFunctionState.of(VF, PF, 1).withDriver("vfio-pci", null));
    PlugPlan plan =
        plug(
            DEVICE
                + ",'trust':'on','vlan':9,'runtimeConfig':{'CNIDeviceInfoFile':'"
                + folder.resolve("info.json")
                + "'}");
    assertEquals(
        List.of(
            "lease 0000:3b:02.1 to " + VIF_ID + ", and remember how it is",
            "set p0: vf 1 vlan 9 qos 0",
            "write down the files of " + VIF_ID,
            "write " + folder.resolve("info.json")),
        steps(plan));
    assertEquals(
        "{\"type\":\"pci\",\"version\":\"1.1.0\",\"pci\":{\"pci-address\":\"0000:3b:02.1\","
            + "\"pf-pci-address\":\"0000:3b:00.0\"}}",
        DeviceInfo.ofPci(VF, PF));
  }

  /** By the attachment {@code ovs}. */
  @Test
  void representorIsThePort() {
    String keys = DEVICE + ",'bridge':'br-int','vlan':9,'mtu':1400";
    String none = refusal(keys);
    assertTrue(none.contains("deviceID") && none.contains("switchdev"), none);
    host.link(Links.link(8, "p0_1", ""))
        .virtualFunction(
            VirtualFunctionState.of(VF, PF, 1)
                .withDriver("mlx5_core", new LinkId(7, "enp59s0v1"))
                .withRepresentor(new LinkId(8, "p0_1")));
    PlugPlan plan = plug(keys);
    List<String> steps = steps(plan);
    assertEquals(
        List.of(
            "lease 0000:3b:02.1 to " + VIF_ID + ", and remember how it is",
            "set p0: vf 1 trust off",
            "set p0_1: mtu 1400 up"),
        steps.subList(0, 3));
    assertTrue(steps.get(3).contains("add-port br-int p0_1"), steps.get(3));
    assertTrue(steps.get(3).contains(VIF_ID), steps.get(3));
    assertTrue(
        steps.get(5).equals("move link of the PCI device 0000:3b:02.1 to POD as eth0 mtu 1400"),
        steps.get(5));
    DeviceStep.LeaseDevice lease = (DeviceStep.LeaseDevice) plan.steps().getFirst().step();
    assertEquals("p0_1", lease.wanted().former().representor().name());
  }

  /** By the attachment {@code ovs}: one that a program of the pod drives has no link to move. */
  @Test
  void representorOfAFunctionThatAProgramDrivesIsThePort() {
    host.device(new DeviceState(VF, "vfio-pci", "vfio-pci", List.of(), true))
        .link(Links.link(8, "p0_1", ""))
        .virtualFunction(
            VirtualFunctionState.of(VF, PF, 1)
                .withDriver("vfio-pci", null)
                .withRepresentor(new LinkId(8, "p0_1")));
    String info = ",'runtimeConfig':{'CNIDeviceInfoFile':'" + folder.resolve("info.json") + "'}";
    List<String> steps = steps(plug(DEVICE + ",'bridge':'br-int'" + info));
    assertTrue(steps.get(3).contains("add-port br-int p0_1"), steps.get(3));
    assertEquals(
        List.of("write down the files of " + VIF_ID, "write " + folder.resolve("info.json")),
        steps.subList(5, steps.size()));
    assertEquals(
        "{\"type\":\"pci\",\"version\":\"1.1.0\",\"pci\":{\"pci-address\":\"0000:3b:02.1\","
            + "\"pf-pci-address\":\"0000:3b:00.0\",\"representor-device\":\"p0_1\"}}",
        DeviceInfo.ofPci(VF, PF, "p0_1"));
    String none = refusal(",'bridge':'br-int'" + info);
    assertTrue(none.contains("CNIDeviceInfoFile") && none.contains("a deviceID"), none);
  }

  @Test
  void functionOfAnotherIsRefusedByName() {
    host.lease(
        VF, new DeviceLease("vm-1", false, new FormerDevice("igbvf", null, null, NOW, null)));
    String leased = refusal(DEVICE);
    assertTrue(leased.contains("deviceID") && leased.contains("is leased to vm-1"), leased);
    host.lease(VF, DeviceLease.reserved(VIF_ID))
        .virtualFunction(VirtualFunctionState.of(VF, PF, 1).withDriver("igbvf", null));
    String away = refusal(DEVICE);
    assertTrue(away.contains("has no link in this namespace"), away);
  }

  @Test
  void mistakesAreNamed() {
    for (String[] one :
        new String[][] {
          {",'deviceID':'3b:02.1'", "deviceID: \"3b:02.1\": expected the address"},
          {",'runtimeConfig':{'deviceID':'x'}", "runtimeConfig.deviceID: \"x\""},
          {",'deviceID':'0000:3b:02.7'", "is not a virtual function of this host"},
          {DEVICE + ",'vlan':4095", "vlan: 4095"},
          {DEVICE + ",'vlanQoS':3", "vlanQoS: 3: expected a vlan beside it"},
          {DEVICE + ",'vlan':0,'vlanProto':'802.1ad'", "vlanProto"},
          {DEVICE + ",'vlan':9,'vlanProto':'802.1x'", "expected 802.1q or 802.1ad"},
          {DEVICE + ",'spoofchk':'yes'", "spoofchk: \"yes\": expected on or off"},
          {DEVICE + ",'trust':true", "trust: true: expected a string"},
          {DEVICE + ",'link_state':'up'", "link_state: \"up\": expected auto"},
          {DEVICE + ",'min_tx_rate':9,'max_tx_rate':8", "min_tx_rate: 9: expected at most"},
          {DEVICE + ",'logLevel':'debug'", "logLevel"},
          {DEVICE + ",'runtimeConfig':{'CNIDeviceInfoFile':'x'}", "an absolute path"}
        }) {
      String message = refusal(one[0]);
      assertTrue(message.contains(one[1]), message);
    }
  }

  @Test
  void unplugIsPlannedByTheIdAlone() {
    host.lease(
            VF,
            new DeviceLease(
                VIF_ID, false, new FormerDevice("igbvf", null, null, NOW.withTrust(false), null)))
        .virtualFunction(VirtualFunctionState.of(VF, PF, 1).withDriver("igbvf", null));
    List<String> steps =
        steps(
            AttachmentPlan.unplug(
                VIF_ID, List.of(), new PodRecords(folder), null, null, host.build()));
    assertEquals(
        List.of(
            "give the device of " + VIF_ID + " back",
            "set p0: vf 1 trust off",
            "give back 0000:3b:02.1"),
        steps.subList(0, 3));
  }
}
