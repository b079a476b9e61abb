package io.fastvif.switchdev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.PlugEngine;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.netns.Netns;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.PciAddress;
import java.util.List;
import java.util.Optional;

class NamespaceFunctionsTest {
  private static final PciAddress NOWHERE = PciAddress.parse("ffff:ff:1f.7");

  @KernelTest
  void whoeverAsksItIsThatNamespace() {
    try (Netns here = Netns.current();
        Netns other = Netns.createPrivate();
        NamespaceFunctions functions = new NamespaceFunctions()) {
      assertTrue(here.isCurrent());
      assertFalse(other.isCurrent());
      assertTrue(other.call(other::isCurrent));
      assertEquals(
          Optional.empty(), other.call(() -> functions.snapshot().virtualFunction(NOWHERE)));
      assertEquals(List.of(), functions.snapshot().virtualFunctions(NOWHERE));
    }
    NamespaceFunctions closed = new NamespaceFunctions();
    closed.close();
    assertThrows(IllegalStateException.class, closed::snapshot);
  }

  @KernelTest
  void anEnginesSnapshotAsksWhenItIsAsked() {
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      HostSnapshot host = engine.snapshot();
      assertEquals(Optional.empty(), host.virtualFunction(NOWHERE));
      assertSame(host.sriov(), host.sriov());
    }
  }

  @KernelTest
  void linksThatAreNoHardwareDoNotConcernTheIndex() {
    try (SwitchdevMonitor monitor = SwitchdevMonitor.open();
        RouteSocket route = RouteSocket.open()) {
      RepresentorIndex before = monitor.index();
      route.execute(route.link().create("veth0").kind(new Veth().peerName("veth1")));
      assertSame(before, monitor.index());
      assertEquals(List.of(), before.all());
      assertTrue(monitor.eswitch(RepresentorIndex.handle(NOWHERE)).isEmpty());
    }
  }
}
