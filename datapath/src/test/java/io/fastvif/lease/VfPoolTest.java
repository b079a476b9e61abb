package io.fastvif.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fastvif.plan.AddressState;
import io.fastvif.plan.DeviceLease;
import io.fastvif.plan.EswitchMode;
import io.fastvif.plan.FormerDevice;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LowerLink;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plan.VfSettings;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.testing.Links;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VfPoolTest {
  private static final PciAddress PF = PciAddress.parse("0000:03:00.0");
  private static final List<PciAddress> VFS =
      IntStream.range(0, 4).mapToObj(i -> new PciAddress(0, 3, 2, i)).toList();

  private final SnapshotBuilder host = new SnapshotBuilder();

  @BeforeEach
  void describe() {
    host.physicalFunction(
        new PhysicalFunctionState(
            PF, new LinkId(2, "p0"), "mlx5_core", 8, VFS.size(), EswitchMode.SWITCHDEV));
    for (int i = 0; i < VFS.size(); i++) {
      host.virtualFunction(VirtualFunctionState.of(VFS.get(i), PF, i));
    }
  }

  private VfPool pool() {
    return VfPool.of(host.build(), PF);
  }

  private static LinkState up(int index, String name, int master) {
    return Links.up(Links.link(index, name, ""), "", 1500, "02:00:00:00:00:01", master, false);
  }

  private VirtualFunctionState function(int number) {
    return VirtualFunctionState.of(VFS.get(number), PF, number);
  }

  private static List<String> steps(PlugPlan plan) {
    return plan.steps().stream().map(planned -> planned.step().toString()).toList();
  }

  @Test
  void functionsThatTheHostUsesAreNotFree() {
    host.virtualFunction(function(0).withDriver("vfio-pci", null));
    host.virtualFunction(function(1).withDriver("igbvf", new LinkId(11, "eth1")));
    host.link(up(11, "eth1", 0));
    host.virtualFunction(function(2).withRepresentor(new LinkId(12, "pf0vf2")));
    host.link(up(12, "pf0vf2", 20));
    assertEquals(
        List.of(
            "it is bound to vfio-pci and has no link in this namespace",
            "its link eth1 is up",
            "its representor pf0vf2 has a master",
            "null"),
        pool().uses().stream().map(use -> String.valueOf(use.busy())).toList());
    assertEquals(3, pool().free().orElseThrow().function().number());
    VfUse used = pool().uses().get(1);
    InvalidInputException refused =
        assertThrows(InvalidInputException.class, () -> pool().lease(used, "a"));
    assertEquals(
        "vf: \"0000:03:02.1\" its link eth1 is up: expected a free one", refused.getMessage());
  }

  @Test
  void aLinkThatIsDownMayBeInUse() throws Exception {
    for (int i = 0; i < 3; i++) {
      host.virtualFunction(function(i).withDriver("igbvf", new LinkId(11 + i, "eth" + i)));
      host.link(Links.link(11 + i, "eth" + i, ""));
    }
    host.link(Links.link(20, "mvl0", "").on(new LowerLink(11, 0, null), null));
    host.addresses(
        12, List.of(new AddressState(InetAddress.getByName("192.0.2.1"), 24, null, 0, 0, "")));
    assertEquals(
        List.of("mvl0 lies on its link eth0", "its link eth1 has an address", "null", "null"),
        pool().uses().stream().map(use -> String.valueOf(use.reason())).toList());
  }

  @Test
  void aLeaseResetsWhatTheLastOneLeft() {
    host.settings(
        VFS.get(0),
        VfSettings.defaults(0)
            .withAddress(MacAddress.parse("02:00:00:00:00:09"))
            .withVlan(9, 1)
            .withTrust(null));
    VfPool pool = pool();
    PlugPlan plan = pool.lease(pool.free().orElseThrow(), "a");
    assertEquals(
        List.of(
            "lease 0000:03:02.0 to a",
            "set p0: vf 0 mac 00:00:00:00:00:00",
            "set p0: vf 0 vlan 0 qos 0",
            "set p0: vf 0 trust off"),
        steps(plan));
    assertEquals(
        List.of(
            "give back 0000:03:02.0",
            "set p0: vf 0 mac 02:00:00:00:00:09",
            "set p0: vf 0 vlan 9 qos 1",
            "null"),
        plan.steps().stream().map(planned -> String.valueOf(planned.undo())).toList());
  }

  @Test
  void holdersKeepTheirFunction() {
    host.lease(VFS.get(0), DeviceLease.reserved("a"));
    VfPool pool = pool();
    VfUse own = pool.heldBy("a").orElseThrow();
    assertEquals(List.of(), steps(pool.lease(own, "a")));
    assertThrows(InvalidInputException.class, () -> pool.lease(own, "b"));
    assertEquals(1, pool.free().orElseThrow().function().number());
    assertEquals(List.of("give back 0000:03:02.0"), steps(pool.release(own, false)));
    assertThrows(InvalidInputException.class, () -> pool.release(pool.free().orElseThrow(), true));
  }

  @Test
  void pluggedFunctionIsReleasedByForceOnly() {
    host.settings(VFS.get(0), VfSettings.defaults(0).withTrust(true));
    host.lease(
        VFS.get(0),
        DeviceLease.reserved("a").plugged(new FormerDevice("x", null, null, null, null), null));
    VfPool pool = pool();
    VfUse own = pool.heldBy("a").orElseThrow();
    assertThrows(InvalidInputException.class, () -> pool.release(own, false));
    assertEquals(
        List.of("set p0: vf 0 trust off", "give back 0000:03:02.0"),
        steps(pool.release(own, true)));
  }

  @Test
  void refusesAnAddressThatIsNotAPhysicalFunction() {
    InvalidInputException refused =
        assertThrows(InvalidInputException.class, () -> VfPool.of(host.build(), VFS.get(0)));
    assertEquals("pf", refused.path());
  }
}
