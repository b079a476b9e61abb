package io.fastvif.forward.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Where frames go. */
class LearningSwitchTest {
  private static final String A = "02:00:00:00:00:0a";
  private static final String B = "02:00:00:00:00:0b";
  private static final String ROUTER = "02:00:00:00:00:01";
  private static final long SECOND = 1_000_000_000;

  private final LearningSwitch bridge = new LearningSwitch();
  private final long begin = System.nanoTime();
  private final int uplink = bridge.join(SwitchPortSettings.UPLINK, true, () -> true);
  private boolean running = true;

  @Test
  void anotherSwitchKnowsWhatThisOneHasLearned() {
    int a = join(SwitchPortSettings.DEFAULT);
    int guarded = join(guarded(B));
    send(a, ROUTER, A);
    send(uplink, A, ROUTER);
    LearningSwitch next = new LearningSwitch();
    int nextGuarded = next.join(guarded(B), false, () -> true);
    int nextA = next.join(SwitchPortSettings.DEFAULT, false, () -> true);
    int nextUplink = next.join(SwitchPortSettings.UPLINK, true, () -> true);
    List<Integer> seconds = new ArrayList<>();
    bridge.forEachLearned(
        (key, port, left) -> {
          assertTrue(port != guarded, "what is pinned is pinned there by its port");
          next.learn(key, port == a ? nextA : nextUplink, left);
          seconds.add(left);
        });
    assertEquals(List.of(300, 300), seconds);
    assertEquals(nextA, Frames.ethernet(A, ROUTER, 0x0800).decide(next, nextUplink));
    assertEquals(nextUplink, Frames.ethernet(ROUTER, A, 0x0800).decide(next, nextA));
    assertEquals(nextGuarded, Frames.ethernet(B, A, 0x0800).decide(next, nextA));
    next.time(System.nanoTime() + 299 * SECOND);
    assertEquals(nextA, Frames.ethernet(A, ROUTER, 0x0800).decide(next, nextUplink));
    next.time(System.nanoTime() + 302 * SECOND);
    assertEquals(LearningSwitch.FLOOD, Frames.ethernet(A, ROUTER, 0x0800).decide(next, nextUplink));
  }

  private int join(SwitchPortSettings settings) {
    return bridge.join(settings, false, () -> running);
  }

  private int send(int port, String to, String from) {
    return Frames.ethernet(to, from, 0x0800).decide(bridge, port);
  }

  private int sendTagged(int port, String to, String from, int tag) {
    return Frames.ethernet(to, from, 0x8100, tag, 0x0800).decide(bridge, port);
  }

  private void refused(Refusal why, int decision) {
    assertTrue(decision < LearningSwitch.FLOOD, "it goes to " + decision);
    assertEquals(why, LearningSwitch.refusal(decision));
  }

  private List<Integer> flooded() {
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < bridge.end(); i++) {
      if (bridge.floodsTo(i)) {
        ports.add(i);
      }
    }
    return ports;
  }

  private static SwitchPortSettings guarded(String mac) {
    return SwitchPortSettings.DEFAULT.withGuard(AntiSpoofing.MAC, MacAddress.parse(mac), List.of());
  }

  @Test
  void addressesAreLearnedAndForgotten() {
    int a = join(SwitchPortSettings.DEFAULT);
    int b = join(SwitchPortSettings.DEFAULT);
    assertEquals(LearningSwitch.FLOOD, send(a, B, A));
    assertEquals(List.of(uplink, b), flooded());
    assertEquals(a, send(b, A, B));
    assertEquals(b, send(uplink, B, ROUTER));
    assertEquals(uplink, send(a, ROUTER, A));
    refused(Refusal.NO_RECEIVER, send(a, A, A));
    bridge.time(begin + 301 * SECOND);
    assertEquals(LearningSwitch.FLOOD, send(a, B, A));
    assertEquals(a, send(uplink, A, ROUTER));
    // It has moved.
    assertEquals(uplink, send(b, ROUTER, A));
    assertEquals(b, send(uplink, A, ROUTER));
    bridge.leave(b);
    assertEquals(LearningSwitch.FLOOD, send(uplink, A, ROUTER));
  }

  @Test
  void pinnedAddressesStayWithTheirPort() {
    int a = join(guarded(A));
    int b = join(SwitchPortSettings.DEFAULT);
    assertEquals(a, send(b, A, B));
    refused(Refusal.SPOOFED_MAC, send(b, Frames.ALL, A));
    // Others may be anywhere behind the uplink; this one is the guest's before its migration.
    assertEquals(b, send(uplink, B, A));
    assertEquals(a, send(b, A, B));
    running = false;
    assertEquals(LearningSwitch.FLOOD, send(b, A, B));
    assertEquals(List.of(uplink), flooded());
  }

  @Test
  void guardedPortsGetNothingForUnknownAddresses() {
    int a = join(guarded(A));
    int b = join(SwitchPortSettings.DEFAULT);
    assertEquals(LearningSwitch.FLOOD, send(uplink, "02:00:00:00:00:77", ROUTER));
    assertEquals(List.of(b), flooded());
    assertEquals(LearningSwitch.FLOOD, send(uplink, Frames.ALL, ROUTER));
    assertEquals(List.of(a, b), flooded());
  }

  /** Whoever sends from random addresses has them refused, and nobody else loses one. */
  @Test
  void portAtItsLimitTakesNothingFromOthers() {
    int hostile = join(SwitchPortSettings.DEFAULT.withLimits(16, 300, 0, 0));
    int a = join(SwitchPortSettings.DEFAULT);
    send(a, Frames.ALL, A);
    send(uplink, Frames.ALL, ROUTER);
    Random random = new Random(3);
    int refusals = 0;
    for (int i = 0; i < 100_000; i++) {
      String mac = new MacAddress(random.nextLong() & 0xfeff_ffff_ffffL).toString();
      int decision = send(hostile, Frames.ALL, mac);
      if (decision < LearningSwitch.FLOOD) {
        assertEquals(Refusal.MAC_LIMIT, LearningSwitch.refusal(decision));
        refusals++;
      }
    }
    assertEquals(100_000 - 16, refusals);
    assertEquals(18, bridge.addresses());
    assertEquals(a, send(uplink, A, ROUTER));
    assertEquals(uplink, send(a, ROUTER, A));
    // Its own are forgotten in their time, and it may have others.
    for (int second = 301; second < 340; second++) {
      bridge.time(begin + second * SECOND);
    }
    assertEquals(LearningSwitch.FLOOD, send(hostile, Frames.ALL, "02:00:00:00:00:99"));
  }

  /** The same from behind the uplink, which may be anybody: what is learned is not lost. */
  @Test
  void floodOfAddressesByTheUplinkIsForwardedAndNotLearned() {
    int a = join(SwitchPortSettings.DEFAULT);
    send(a, Frames.ALL, A);
    for (int i = 0; i < 20_000; i++) {
      assertEquals(a, send(uplink, A, new MacAddress(0x0600_0000_0000L + i).toString()));
    }
    assertEquals(1 + SwitchPortSettings.UPLINK.macLimit(), bridge.addresses());
  }

  @Test
  void portsAreInTheirVlans() {
    int five = join(SwitchPortSettings.DEFAULT.withVlans(5, VlanSet.NONE));
    int both =
        join(SwitchPortSettings.DEFAULT.withVlans(6, VlanSet.read("5,100-199").orElseThrow()));
    int none = join(SwitchPortSettings.DEFAULT);
    assertEquals(LearningSwitch.FLOOD, send(five, Frames.ALL, A));
    assertEquals(List.of(uplink, both), flooded());
    assertTrue(bridge.goesTagged(uplink) && bridge.goesTagged(both));
    assertEquals(5, bridge.tag());
    assertEquals(five, sendTagged(both, A, B, 0xe005));
    assertTrue(bridge.isTagged() && !bridge.goesTagged(five));
    assertEquals(0xe005, bridge.tag());
    refused(Refusal.WRONG_VLAN, sendTagged(five, B, A, 5));
    refused(Refusal.WRONG_VLAN, sendTagged(none, B, A, 5));
    refused(Refusal.WRONG_VLAN, sendTagged(both, B, A, 200));
    refused(Refusal.WRONG_VLAN, sendTagged(uplink, B, A, 4095));
    for (int type : new int[] {0x88a8, 0x9100, 0x9200}) {
      refused(Refusal.WRONG_VLAN, Frames.ethernet(B, A, type, 5, 0x0800).decide(bridge, none));
    }
    refused(Refusal.WRONG_VLAN, Frames.ethernet(B, A, 0x8100).decide(bridge, both));
    // Of one address in two VLANs each has its own place.
    assertEquals(LearningSwitch.FLOOD, send(none, Frames.ALL, A));
    assertEquals(List.of(uplink), flooded());
    assertFalse(bridge.goesTagged(uplink));
    assertEquals(none, send(uplink, A, ROUTER));
    assertEquals(five, sendTagged(uplink, A, ROUTER, 5));
    assertEquals(LearningSwitch.FLOOD, sendTagged(uplink, Frames.ALL, ROUTER, 7));
    assertEquals(List.of(), flooded());
    // A priority alone is no VLAN.
    assertEquals(none, sendTagged(uplink, A, ROUTER, 0xe000));
    assertTrue(bridge.isTagged() && !bridge.goesTagged(none));
  }

  @Test
  void isolatedPortsReachTheUplinkAlone() {
    int a = join(SwitchPortSettings.DEFAULT.withIsolated(true));
    int b = join(SwitchPortSettings.DEFAULT.withIsolated(true));
    int open = join(SwitchPortSettings.DEFAULT);
    assertEquals(LearningSwitch.FLOOD, send(a, Frames.ALL, A));
    assertEquals(List.of(uplink, open), flooded());
    refused(Refusal.ISOLATED, send(b, A, B));
    assertEquals(a, send(open, A, ROUTER));
  }

  @Test
  void framesForUnknownAddressesBeyondTheLimitGoToAnUplinkThatIsThere() {
    int a = join(SwitchPortSettings.DEFAULT.withLimits(16, 300, 0, 10));
    bridge.time(begin);
    assertEquals(LearningSwitch.FLOOD, send(a, B, A));
    assertEquals(uplink, send(a, B, A));
    int floods = 0;
    while (send(uplink, B, ROUTER) == LearningSwitch.FLOOD && floods < 50_000) {
      floods++;
    }
    assertTrue(floods < 50_000, "the wire floods guests without an end");
    refused(Refusal.UNKNOWN_LIMIT, send(uplink, B, ROUTER));
    bridge.leave(uplink);
    refused(Refusal.UNKNOWN_LIMIT, send(a, B, A));
  }

  @Test
  void floodsAreLimitedByPortAndKind() {
    int a = join(SwitchPortSettings.DEFAULT.withLimits(16, 300, 100, 50));
    int b = join(SwitchPortSettings.DEFAULT);
    bridge.time(begin);
    for (int i = 0; i < 10; i++) {
      assertEquals(LearningSwitch.FLOOD, send(a, Frames.ALL, A), "frame " + i);
    }
    refused(Refusal.BROADCAST_LIMIT, send(a, "01:00:5e:00:00:01", A));
    for (int i = 0; i < 5; i++) {
      assertEquals(LearningSwitch.FLOOD, send(a, "02:00:00:00:00:77", A), "frame " + i);
    }
    assertEquals(uplink, send(a, "02:00:00:00:00:77", A), "the limit spares other guests alone");
    assertEquals(LearningSwitch.FLOOD, send(b, Frames.ALL, B));
    assertEquals(b, send(a, B, A));
    bridge.time(begin + SECOND / 100);
    assertEquals(LearningSwitch.FLOOD, send(a, Frames.ALL, A));
    refused(Refusal.BROADCAST_LIMIT, send(a, Frames.ALL, A));
    // After a long pause no more than a burst is let through.
    bridge.time(begin + 3600 * SECOND);
    for (int i = 0; i < 10; i++) {
      assertEquals(LearningSwitch.FLOOD, send(a, Frames.ALL, A), "frame " + i);
    }
    refused(Refusal.BROADCAST_LIMIT, send(a, Frames.ALL, A));
  }

  @Test
  void framesOfTheLinkItselfAreNotForwarded() {
    int a = join(SwitchPortSettings.DEFAULT);
    refused(Refusal.NO_RECEIVER, send(a, "01:80:c2:00:00:00", A));
    refused(Refusal.NO_RECEIVER, send(uplink, "01:80:c2:00:00:0e", ROUTER));
    assertEquals(LearningSwitch.FLOOD, send(a, "01:80:c2:00:00:10", A));
  }

  @Test
  void portsAreAsManyAsItHasPlacesFor() {
    for (int i = 1; i < LearningSwitch.MAX_PORTS; i++) {
      assertEquals(i, join(SwitchPortSettings.DEFAULT));
    }
    assertThrows(IllegalStateException.class, () -> join(SwitchPortSettings.DEFAULT));
    bridge.leave(7);
    assertEquals(7, join(SwitchPortSettings.DEFAULT));
  }

  @Test
  void setsOfVlansAreReadAsTheyAreWritten() {
    for (String text : List.of("", "1", "4094", "5,100-199", "63-64,128,4000-4094")) {
      assertEquals(text, VlanSet.read(text).orElseThrow().toString());
    }
    assertEquals(VlanSet.read("1-3"), VlanSet.read("3, 1-2"));
    assertFalse(VlanSet.ALL.has(0) || VlanSet.ALL.has(4095));
    for (String text : List.of("0", "4095", "x", "5-", "-5", "9-8", "1,,2", "1-99999999999")) {
      assertEquals(Optional.empty(), VlanSet.read(text), text);
    }
  }

  @Test
  void settingsThatContradictThemselvesAreRefused() {
    SwitchPortSettings settings = SwitchPortSettings.DEFAULT;
    assertEquals(
        "vlan: \"5\" is in the trunk too: expected a VLAN in one of both",
        assertThrows(InvalidInputException.class, () -> settings.withVlans(5, VlanSet.ALL))
            .getMessage());
    assertThrows(InvalidInputException.class, () -> settings.withVlans(4095, VlanSet.NONE));
    assertThrows(
        InvalidInputException.class, () -> settings.withGuard(AntiSpoofing.MAC, null, List.of()));
  }
}
