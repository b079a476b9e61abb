package io.fastvif.agent.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.agent.AgentEvent.Kind;
import io.fastvif.agent.VifState;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Bridge;
import io.fastvif.plan.LinkState;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Devices that lose what tells that they are a VIF's: their name, or their mark. */
class LostDeviceTest {
  private static final String TAP = "tap-vif-1";
  private static final String BRIDGED = "1-bridged-vif";
  private static final Map<String, String> VETHS = Map.of("linux_bridge.create_port", "veth");

  @TempDir Path state;

  private KeeperBed open() throws Exception {
    return KeeperBed.open(state, VETHS, o -> o, StoreDisk.real());
  }

  private static void awaitKnown(KeeperBed bed, String id) throws Exception {
    Await.until("its devices are known", () -> bed.keeper.knowsDevicesOf(id));
  }

  private static List<String> marked(KeeperBed bed, String id) {
    return bed.host.snapshot().linksOf(id).stream().map(LinkState::name).toList();
  }

  /** Whether a link takes the name of a device that is renamed, before that has it back. */
  private static boolean takesName(RouteSocket other, int device, int foreign) {
    try {
      other.execute(other.link().set(device).name("theirs"));
      other.execute(other.link().set(foreign).name("tap1"));
      return true;
    } catch (NetlinkException isTaken) {
      return false;
    }
  }

  private static void rename(RouteSocket other, LinkState link, String name) {
    other.execute(other.link().set(link.index()).name(name));
  }

  @KernelTest
  void aRenamedDeviceGetsItsNameBack() throws Exception {
    try (KeeperBed bed = open();
        RouteSocket other = RouteSocket.open()) {
      bed.plug(KeptVifCases.tap(1, 1450));
      bed.plug(KeptVifCases.bridged(1, "br0"));
      for (Map.Entry<String, String> one : Map.of(TAP, "tap1", BRIDGED, "port1").entrySet()) {
        awaitKnown(bed, one.getKey());
        LinkState before = bed.link(one.getValue());
        rename(other, before, "theirs");
        bed.awaitRepairs(one.getKey(), 1);
        assertEquals(before, bed.link(one.getValue()), "the same, as it was");
        assertFalse(bed.hasLink("theirs"));
        assertEquals(List.of(one.getValue()), marked(bed, one.getKey()));
      }
    }
  }

  @KernelTest
  void aDeviceThatWasRenamedWhileNobodyLookedGetsItsNameBack() throws Exception {
    try (RouteSocket other = RouteSocket.open()) {
      int tap;
      int port;
      try (KeeperBed bed = open()) {
        bed.plug(KeptVifCases.tap(1, 1450));
        bed.plug(KeptVifCases.bridged(1, "br0"));
        tap = bed.link("tap1").index();
        port = bed.link("port1").index();
      }
      other.execute(other.link().set(tap).name("theirs"));
      other.execute(other.link().set(port).name("their-port"));
      try (KeeperBed bed = open()) {
        assertEquals(tap, bed.link("tap1").index());
        assertEquals(port, bed.link("port1").index());
        assertEquals(List.of("tap1"), marked(bed, TAP));
        assertEquals(List.of("port1"), marked(bed, BRIDGED));
        assertEquals(1, bed.vif(TAP).repairs());
      }
    }
  }

  /** Its name is taken by then; it comes back when that is over. */
  @KernelTest
  void aRenamedDeviceWaitsForItsName() throws Exception {
    try (KeeperBed bed = open();
        RouteSocket other = RouteSocket.open()) {
      bed.plug(KeptVifCases.tap(1, 1450));
      awaitKnown(bed, TAP);
      LinkState before = bed.link("tap1");
      other.execute(other.link().create("foreign").kind(new Bridge()));
      int foreign = bed.link("foreign").index();
      Await.until("the foreign one is faster", () -> takesName(other, before.index(), foreign));
      bed.awaitState(TAP, VifState.FAILED);
      Await.until(
          "words",
          () ->
              bed.vif(TAP)
                  .problem()
                  .endsWith(
                      "tap1 is left alone: it is there without this VIF's mark, the alias"
                          + " fastvif:tap-vif-1"));
      assertEquals(foreign, bed.link("tap1").index());
      other.execute(other.link().delete(foreign));
      bed.awaitState(TAP, VifState.PLUGGED);
      assertEquals(before, bed.link("tap1"));
      assertEquals(List.of("tap1"), marked(bed, TAP));
    }
  }

  @KernelTest
  void aDeviceThatIsSurelyOursIsMarkedAgain() throws Exception {
    try (KeeperBed bed = open()) {
      bed.plug(KeptVifCases.tap(1, 1450));
    }
    try (KeeperBed bed = open();
        RouteSocket other = RouteSocket.open()) {
      bed.plug(KeptVifCases.bridged(1, "br0"));
      for (Map.Entry<String, String> one : Map.of(TAP, "tap1", BRIDGED, "port1").entrySet()) {
        awaitKnown(bed, one.getKey());
        LinkState before = bed.link(one.getValue());
        other.execute(other.link().set(before.index()).alias(""));
        Await.until("its mark", () -> before.equals(bed.link(one.getValue())));
        bed.awaitState(one.getKey(), VifState.PLUGGED);
        assertTrue(bed.kinds(one.getKey()).contains(Kind.REPAIRED), bed.events()::toString);
      }
    }
  }

  @KernelTest
  void whatMayBeSomebodysStaysAsItIs() throws Exception {
    try (KeeperBed bed = open();
        RouteSocket other = RouteSocket.open()) {
      bed.plug(KeptVifCases.tap(1, 1450));
      awaitKnown(bed, TAP);
      int index = bed.link("tap1").index();
      other.execute(other.link().set(index).alias("bob's"));
      bed.awaitState(TAP, VifState.FAILED);
      assertTrue(
          bed.vif(TAP)
              .problem()
              .contains("tap1 is left alone: it is there without this VIF's mark"),
          bed.vif(TAP)::problem);
      assertEquals("bob's", bed.link("tap1").alias());
      assertEquals(index, bed.link("tap1").index());
      other.execute(other.link().set(index).alias("fastvif:" + TAP));
      bed.awaitState(TAP, VifState.PLUGGED);
      assertEquals(index, bed.link("tap1").index());
    }
  }

  /** Of two VIFs, one of which may be repaired after the other. */
  private void plugTwo(KeeperBed bed) throws Exception {
    bed.plug(KeptVifCases.bridged(1, "br0"));
    bed.plug(KeptVifCases.bridged(2, "br0"));
  }

  private static void awaitPlugged(KeeperBed bed) throws Exception {
    bed.awaitState(BRIDGED, VifState.PLUGGED);
    bed.awaitState("2-bridged-vif", VifState.PLUGGED);
    assertEquals(bed.link("br0").index(), bed.link("port1").master());
    assertEquals(bed.link("br0").index(), bed.link("port2").master());
  }

  @KernelTest
  void aBridgeOfOursIsUpAndHasItsName() throws Exception {
    try (RouteSocket other = RouteSocket.open()) {
      LinkState before;
      try (KeeperBed bed = open()) {
        plugTwo(bed);
        before = bed.link("br0");
        other.execute(other.link().set(before.index()).down());
        Await.until("it is up", () -> bed.kinds(BRIDGED).contains(Kind.REPAIRED));
        // The other VIF's repair is over too: one on its way would make a bridge of that name anew.
        awaitPlugged(bed);
        assertEquals(before, bed.link("br0"));
        rename(other, before, "theirs");
        Await.until("its name", () -> bed.hasLink("br0"));
        awaitPlugged(bed);
        assertEquals(before, bed.link("br0"));
        assertFalse(bed.hasLink("theirs"));
      }
      rename(other, before, "theirs");
      try (KeeperBed bed = open()) {
        awaitPlugged(bed);
        assertEquals(before, bed.link("br0"));
      }
    }
  }

  @KernelTest
  void somebodysBridgeStaysAsItIs() throws Exception {
    try (KeeperBed bed = open();
        RouteSocket other = RouteSocket.open()) {
      other.execute(other.link().create("br0").kind(new Bridge()));
      bed.plug(KeptVifCases.bridged(1, "br0"));
      assertFalse(bed.link("br0").up());
      assertEquals("", bed.link("br0").alias());
      other.execute(other.link().set(bed.link("br0").index()).up());
      other.execute(other.link().set(bed.link("br0").index()).down());
      other.execute(other.link().set(bed.link("port1").index()).mtu(1300));
      bed.awaitRepairs(BRIDGED, 1); // it has looked
      assertFalse(bed.link("br0").up());
    }
  }
}
