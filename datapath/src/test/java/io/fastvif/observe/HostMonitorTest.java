package io.fastvif.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Bridge;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.netns.Netns;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** What is followed from events is what a reading finds. */
class HostMonitorTest {
  private static final int TINY_BUFFER = 8 * 1024;
  private static final int SETTLES = 30;
  private static final int CHANGES = 100;

  @KernelTest
  void randomChangesAreFollowed() {
    try (RouteSocket route = RouteSocket.open();
        RouteSocket reader = RouteSocket.open();
        HostMonitor monitor = HostMonitor.open()) {
      monitor.snapshot();
      RandomActor actor = new RandomActor(route, 1);
      for (int i = 0; i < SETTLES; i++) {
        actor.act(i % 2 == 0 ? CHANGES : 1);
        SnapshotText.assertCurrent(reader, monitor);
      }
      assertTrue(actor.done() > 500, "changes: " + actor.done());
      assertEquals(1, monitor.readings(), "nothing was lost");
    }
  }

  @KernelTest
  void lossesAreMadeGoodWhileChangesGoOn() throws InterruptedException {
    try (RouteSocket route = RouteSocket.open();
        RouteSocket reader = RouteSocket.open();
        HostMonitor monitor = HostMonitor.open(TINY_BUFFER)) {
      RandomActor actor = new RandomActor(route, 2);
      for (int i = 0; i < SETTLES / 2; i++) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = new Thread(() -> actor.act(CHANGES));
        thread.setUncaughtExceptionHandler((t, thrown) -> failure.set(thrown));
        thread.start();
        // Readings that changes fall into.
        while (thread.isAlive()) {
          assertTrue(monitor.snapshot().link("lo").isPresent());
        }
        thread.join();
        assertEquals(null, failure.get());
        SnapshotText.assertCurrent(reader, monitor);
      }
      for (int i = 0; i < 2; i++) { // nobody reads meanwhile, so that changes are lost
        actor.act(CHANGES);
        SnapshotText.assertCurrent(reader, monitor);
      }
      assertTrue(monitor.readings() > 2, "readings: " + monitor.readings());
    }
  }

  @KernelTest
  void isKnownOnlyIfNothingHasToBeRead() {
    try (RouteSocket route = RouteSocket.open();
        HostMonitor monitor = HostMonitor.open()) {
      assertEquals(Optional.empty(), monitor.known());
      HostSnapshot before = monitor.snapshot();
      assertSame(before, monitor.known().orElseThrow());
      route.execute(route.link().create("d0").kind(new Bridge()));
      assertTrue(monitor.known().stream().allMatch(now -> now.link("d0").isPresent()));
      int index = monitor.snapshot().link("d0").orElseThrow().index();
      monitor.snapshot();
      assertTrue(monitor.known().orElseThrow().link("d0").isPresent());
      monitor.linkSet(index); // of a link that is down there is no event
      assertEquals(Optional.empty(), monitor.known());
      monitor.snapshot();
      assertTrue(monitor.known().isPresent());
      monitor.refresh();
      assertEquals(Optional.empty(), monitor.known());
    }
  }

  @KernelTest
  void usersOfALinkAreKnownByEvents() throws Exception {
    try (RouteSocket route = RouteSocket.open();
        HostMonitor monitor = HostMonitor.open()) {
      route.execute(route.link().create("br0").kind(new Bridge()));
      int bridge = route.indexOf("br0");
      assertFalse(monitor.isWithoutUsers(bridge), "nothing was read yet");
      monitor.snapshot();
      assertTrue(monitor.isWithoutUsers(bridge));
      route.execute(route.link().create("a").kind(new Veth().peerName("b")).master(bridge));
      int port = route.indexOf("a");
      assertFalse(monitor.isWithoutUsers(bridge));
      assertTrue(monitor.isWithoutUsers(port), "its peer does not lie on it");
      route.execute(route.link().delete(port));
      assertTrue(monitor.isWithoutUsers(bridge));
      Peer.require("ip", "iproute2").run("link add link br0 name m0 type macvlan");
      assertFalse(monitor.isWithoutUsers(bridge));
      route.execute(route.link().delete("m0"));
      assertTrue(monitor.isWithoutUsers(bridge));
    }
  }

  @KernelTest
  void whatWasAcknowledgedIsInTheSnapshot() {
    try (RouteSocket route = RouteSocket.open();
        HostMonitor monitor = HostMonitor.open()) {
      assertSame(monitor.snapshot(), monitor.snapshot());
      route.execute(route.link().create("br0").kind(new Bridge()));
      int bridge = monitor.snapshot().link("br0").orElseThrow().index();
      for (int i = 0; i < 300; i++) {
        route.execute(route.link().create("a").kind(new Veth().peerName("b")));
        LinkState created = monitor.snapshot().link("a").orElseThrow();
        assertTrue(monitor.snapshot().link("b").isPresent());
        route.execute(route.link().set(created.index()).master(bridge).alias("fastvif:" + i).up());
        LinkState set = monitor.snapshot().linksOf("" + i).getFirst();
        assertEquals(created.index(), set.index());
        assertEquals(bridge, set.master());
        assertTrue(set.up());
        route.execute(route.link().set(created.index()).master(0));
        assertEquals(0, monitor.snapshot().link("a").orElseThrow().master());
        if (i % 20 == 0) { // each deletion waits for RCU
          route.execute(route.link().delete("a"));
        } else {
          int peer = route.indexOf("b");
          route.execute(route.link().set(created.index()).name("a" + i));
          route.execute(route.link().set(peer).name("b" + i));
          assertTrue(monitor.snapshot().link("a" + i).isPresent());
        }
        assertTrue(monitor.snapshot().link("a").isEmpty());
      }
      assertEquals(1, monitor.readings());
    }
  }

  @KernelTest
  void aSnapshotOfBeforeIsNotChanged() {
    try (RouteSocket route = RouteSocket.open();
        HostMonitor monitor = HostMonitor.open()) {
      HostSnapshot before = monitor.snapshot();
      String text = SnapshotText.of(before);
      new RandomActor(route, 3).act(CHANGES);
      assertNotEquals(text, SnapshotText.of(monitor.snapshot()));
      assertEquals(text, SnapshotText.of(before));
    }
  }

  @KernelTest
  void routesThatVanishWithoutAnEventAreGone() throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    try (RouteSocket reader = RouteSocket.open();
        HostMonitor monitor = HostMonitor.open()) {
      ip.run("link add v0 type veth peer name v1");
      ip.run("link set v1 up");
      for (String how :
          new String[] {"link set v0 down", "addr del 192.0.2.1/24 dev v0", "link set v0 up"}) {
        ip.run("link set v0 up");
        ip.run("addr replace 192.0.2.1/24 dev v0");
        ip.run("route replace 198.51.100.0/24 via 192.0.2.2");
        int index = monitor.snapshot().link("v0").orElseThrow().index();
        assertEquals(2, monitor.snapshot().routes(index).size());
        ip.run("route replace 198.51.100.0/24 via 192.0.2.3");
        assertEquals(2, monitor.snapshot().routes(index).size());
        ip.run(how);
        SnapshotText.assertCurrent(reader, monitor);
        assertEquals(how.endsWith("up") ? 2 : 0, monitor.snapshot().routes(index).size());
      }
      ip.run("nexthop add id 7 dev v0");
      ip.run("route add 203.0.113.0/24 nhid 7");
      SnapshotText.assertCurrent(reader, monitor);
      ip.run("nexthop del id 7");
      SnapshotText.assertCurrent(reader, monitor);
      assertEquals(1, monitor.readings());
    }
  }

  @KernelTest
  void aLinkThatMovesToAnotherNamespaceIsGone() {
    try (RouteSocket route = RouteSocket.open();
        HostMonitor monitor = HostMonitor.open();
        Netns other = Netns.createPrivate()) {
      monitor.snapshot();
      route.execute(route.link().create("a").kind(new Veth().peerName("b")));
      assertTrue(monitor.snapshot().link("b").isPresent());
      route.execute(route.link().set("b").namespaceDescriptor(other.descriptor()));
      assertTrue(monitor.snapshot().link("b").isEmpty());
      SnapshotText.assertCurrent(route, monitor);
      assertEquals(1, monitor.readings());
    }
  }

  @KernelTest
  void whatHasNoEventIsThereAfterARefresh() throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    try (RouteSocket route = RouteSocket.open();
        HostMonitor monitor = HostMonitor.open()) {
      ip.run("link add v0 type veth peer name v1");
      // In the same look as the link's own event: nothing is missed.
      ip.run("link set v0 alias first");
      assertEquals("first", monitor.snapshot().link("v0").orElseThrow().alias());
      ip.run("link set v0 alias second");
      monitor.refresh();
      assertEquals("second", monitor.snapshot().link("v0").orElseThrow().alias());
      assertEquals(2, monitor.readings());
      SnapshotText.assertCurrent(route, monitor);
    }
  }

  @KernelTest
  void aClosedMonitorSaysSo() {
    HostMonitor monitor = HostMonitor.open();
    HostSnapshot last = monitor.snapshot();
    monitor.close();
    monitor.close();
    monitor.poll();
    assertThrows(IllegalStateException.class, monitor::snapshot);
    assertTrue(last.link("lo").isPresent());
  }
}
