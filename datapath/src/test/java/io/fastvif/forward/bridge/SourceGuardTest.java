package io.fastvif.forward.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.vif.MacAddress;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a guarded port may send, frame by frame, as libvirt's and Neutron's rules have it. */
class SourceGuardTest {
  private static final String LINK_LOCAL = "fe80::f816:3eff:fe00:1";

  private final LearningSwitch bridge = new LearningSwitch();
  private final int uplink = bridge.join(SwitchPortSettings.UPLINK, true, () -> true);
  private final int port = bridge.join(Frames.GUARDED, false, () -> true);

  private void passes(Frames frame) {
    assertEquals(LearningSwitch.FLOOD, frame.decide(bridge, port));
  }

  private void refused(Refusal why, Frames frame) {
    int decision = frame.decide(bridge, port);
    assertTrue(decision < LearningSwitch.FLOOD, "it passes: expected " + why);
    assertEquals(why, LearningSwitch.refusal(decision));
  }

  @Test
  void framesComeFromTheOwnMacAddressAlone() {
    passes(Frames.own(0x0800).ipv4(6, 0, "192.0.2.5"));
    refused(
        Refusal.SPOOFED_MAC,
        Frames.ethernet(Frames.ALL, Frames.OTHER, 0x0800).ipv4(6, 0, "192.0.2.5"));
    refused(Refusal.SPOOFED_MAC, Frames.ethernet(Frames.OWN, Frames.ALL, 0x0800));
    refused(Refusal.SPOOFED_MAC, Frames.ethernet(Frames.ALL, "00:00:00:00:00:00", 0x0800));
  }

  @Test
  void ipv4ComesFromOwnAddresses() {
    passes(Frames.own(0x0800).ipv4(1, 0, "192.0.2.5"));
    passes(Frames.own(0x0800).ipv4(1, 0, "198.51.100.77"));
    refused(Refusal.SPOOFED_ADDRESS, Frames.own(0x0800).ipv4(1, 0, "192.0.2.4"));
    refused(Refusal.SPOOFED_ADDRESS, Frames.own(0x0800).ipv4(1, 0, "198.51.101.77"));
    refused(Refusal.SPOOFED_ADDRESS, Frames.own(0x0800).ipv4(1, 0, "0.0.0.0"));
    refused(Refusal.WRONG_PROTOCOL, Frames.own(0x0800).ipv6(6, 0, "2001:db8::5"));
  }

  @Test
  void dhcpClientsPassAndServersDoNot() {
    passes(Frames.own(0x0800).ipv4(17, 0, "0.0.0.0").udp(68, 67));
    passes(Frames.own(0x0800).ipv4(17, 0, "192.0.2.5").udp(68, 67));
    refused(Refusal.SPOOFED_ADDRESS, Frames.own(0x0800).ipv4(17, 0, "0.0.0.0").udp(68, 69));
    refused(Refusal.SPOOFED_ADDRESS, Frames.own(0x0800).ipv4(17, 0x2000, "0.0.0.0").udp(68, 67));
    refused(Refusal.WRONG_PROTOCOL, Frames.own(0x0800).ipv4(17, 0, "192.0.2.5").udp(67, 68));
    // The first fragment has no ports to look at.
    refused(Refusal.WRONG_PROTOCOL, Frames.own(0x0800).ipv4(17, 0x2000, "192.0.2.5").u16(67));
    passes(Frames.own(0x0800).ipv4(17, 1, "192.0.2.5").udp(67, 68));
    passes(Frames.own(0x86dd).ipv6(17, 8, LINK_LOCAL).udp(546, 547));
    refused(Refusal.WRONG_PROTOCOL, Frames.own(0x86dd).ipv6(17, 8, LINK_LOCAL).udp(547, 546));
    refused(Refusal.SPOOFED_ADDRESS, Frames.own(0x86dd).ipv6(17, 8, "::").udp(546, 547));
  }

  @Test
  void arpSpeaksForOwnAddressesOrProbes() {
    passes(Frames.own(0x0806).arp(1, Frames.OWN, "192.0.2.5"));
    passes(Frames.own(0x0806).arp(2, Frames.OWN, "192.0.2.5"));
    passes(Frames.own(0x0806).arp(1, Frames.OWN, "0.0.0.0"));
    refused(Refusal.SPOOFED_ADDRESS, Frames.own(0x0806).arp(2, Frames.OWN, "0.0.0.0"));
    refused(Refusal.SPOOFED_ADDRESS, Frames.own(0x0806).arp(2, Frames.OWN, "192.0.2.1"));
    refused(Refusal.SPOOFED_MAC, Frames.own(0x0806).arp(2, Frames.OTHER, "192.0.2.5"));
    refused(Refusal.WRONG_PROTOCOL, Frames.own(0x0806).arp(8, Frames.OWN, "192.0.2.5"));
    refused(Refusal.WRONG_PROTOCOL, Frames.own(0x0806).u16(1, 0x0800).u8(6, 4));
    refused(Refusal.WRONG_PROTOCOL, Frames.own(0x0806).u16(6, 0x0800).u8(6, 4).u16(1).ip("::"));
  }

  /** As a hypervisor does after a migration. */
  @Test
  void rarpAnnouncesTheOwnAddress() {
    Frames announced = Frames.own(0x8035).u16(1, 0x0800).u8(6, 4).u16(3);
    passes(announced.mac(Frames.OWN).ip("0.0.0.0").mac(Frames.OWN).ip("0.0.0.0"));
    Frames others = Frames.own(0x8035).u16(1, 0x0800).u8(6, 4).u16(3);
    refused(
        Refusal.SPOOFED_MAC, others.mac(Frames.OWN).ip("0.0.0.0").mac(Frames.OTHER).ip("0.0.0.0"));
    refused(Refusal.WRONG_PROTOCOL, Frames.own(0x8035).arp(4, Frames.OWN, "0.0.0.0"));
  }

  @Test
  void ipv6ComesFromOwnAddresses() {
    passes(Frames.own(0x86dd).ipv6(6, 0, "2001:db8::5"));
    passes(Frames.own(0x86dd).ipv6(6, 0, LINK_LOCAL));
    passes(Frames.own(0x86dd).ipv6(6, 0, "2001:db8:0:1:bfff::1"));
    refused(Refusal.SPOOFED_ADDRESS, Frames.own(0x86dd).ipv6(6, 0, "2001:db8:0:1:4000::1"));
    refused(Refusal.SPOOFED_ADDRESS, Frames.own(0x86dd).ipv6(6, 0, "2001:db8::6"));
    refused(Refusal.SPOOFED_ADDRESS, Frames.own(0x86dd).ipv6(6, 0, "fe80::f816:3eff:fe00:2"));
    refused(Refusal.SPOOFED_ADDRESS, Frames.own(0x86dd).ipv6(6, 0, "::"));
    refused(Refusal.WRONG_PROTOCOL, Frames.own(0x86dd).u8(0x60));
  }

  @Test
  void duplicatesOfOwnAddressesAreLookedFor() {
    passes(Frames.own(0x86dd).ipv6(58, 24, "::").discovery(135, LINK_LOCAL, 0, ""));
    passes(Frames.own(0x86dd).ipv6(58, 24, "::").discovery(135, "2001:db8::5", 0, ""));
    refused(
        Refusal.SPOOFED_ADDRESS,
        Frames.own(0x86dd).ipv6(58, 24, "::").discovery(135, "2001:db8::6", 0, ""));
    // Reports of groups have a hop-by-hop option before them.
    passes(Frames.own(0x86dd).ipv6(0, 16, "::").u8(58, 0, 5, 2).u16(0, 0).u8(143, 0).u16(0, 0, 0));
    passes(Frames.own(0x86dd).ipv6(58, 8, "::").u8(131, 0).u16(0, 0, 0));
    refused(Refusal.SPOOFED_ADDRESS, Frames.own(0x86dd).ipv6(58, 8, "::").u8(128, 0).u16(0, 0, 0));
  }

  @Test
  void neighbourDiscoverySpeaksForOwnAddresses() {
    passes(
        Frames.own(0x86dd).ipv6(58, 32, LINK_LOCAL).discovery(135, "2001:db8::1", 1, Frames.OWN));
    passes(
        Frames.own(0x86dd).ipv6(58, 32, LINK_LOCAL).discovery(136, "2001:db8::5", 2, Frames.OWN));
    passes(Frames.own(0x86dd).ipv6(58, 8, LINK_LOCAL).u8(133, 0).u16(0, 0, 0));
    refused(
        Refusal.SPOOFED_ADDRESS,
        Frames.own(0x86dd).ipv6(58, 32, LINK_LOCAL).discovery(136, "2001:db8::1", 2, Frames.OWN));
    refused(
        Refusal.SPOOFED_MAC,
        Frames.own(0x86dd).ipv6(58, 32, LINK_LOCAL).discovery(136, "2001:db8::5", 2, Frames.OTHER));
    refused(
        Refusal.SPOOFED_MAC,
        Frames.own(0x86dd).ipv6(58, 32, LINK_LOCAL).discovery(135, "2001:db8::1", 1, Frames.OTHER));
    // An option without length, and one behind the packet's end.
    refused(
        Refusal.WRONG_PROTOCOL,
        Frames.own(0x86dd)
            .ipv6(58, 32, LINK_LOCAL)
            .discovery(136, "2001:db8::5", 0, "")
            .u8(2, 0)
            .mac(Frames.OWN));
    refused(
        Refusal.WRONG_PROTOCOL,
        Frames.own(0x86dd).ipv6(58, 40, LINK_LOCAL).discovery(136, "2001:db8::5", 2, Frames.OWN));
  }

  @Test
  void routersMessagesAreRefusedWhateverIsBeforeThem() {
    refused(
        Refusal.WRONG_PROTOCOL, Frames.own(0x86dd).ipv6(58, 8, LINK_LOCAL).u8(134, 0).u16(0, 0, 0));
    refused(
        Refusal.WRONG_PROTOCOL, Frames.own(0x86dd).ipv6(58, 8, LINK_LOCAL).u8(137, 0).u16(0, 0, 0));
    Frames hidden = Frames.own(0x86dd).ipv6(60, 24, LINK_LOCAL).u8(60, 0).u16(0, 0, 0);
    refused(Refusal.WRONG_PROTOCOL, hidden.u8(58, 0).u16(0, 0, 0).u8(134, 0).u16(0, 0, 0));
    Frames fragment = Frames.own(0x86dd).ipv6(44, 16, LINK_LOCAL).u8(58, 0).u16(1, 0, 7);
    refused(Refusal.WRONG_PROTOCOL, fragment.u8(135, 0).u16(0, 0, 0));
    // The chain of headers goes on in the next fragment.
    Frames open = Frames.own(0x86dd).ipv6(44, 16, LINK_LOCAL).u8(60, 0).u16(1, 0, 7);
    refused(Refusal.WRONG_PROTOCOL, open.u8(58, 1).u16(0, 0, 0));
    Frames endless = Frames.own(0x86dd).ipv6(60, 80, LINK_LOCAL);
    for (int i = 0; i < 9; i++) {
      endless.u8(60, 0).u16(0, 0, 0);
    }
    refused(Refusal.WRONG_PROTOCOL, endless);
  }

  @Test
  void otherProtocolsAndTagsWithinTagsAreRefused() {
    refused(Refusal.WRONG_PROTOCOL, Frames.own(0x88cc).u16(0));
    refused(Refusal.WRONG_PROTOCOL, Frames.own(38).u16(0x4242));
    refused(Refusal.WRONG_VLAN, Frames.own(0x8100).u16(7, 0x0800).ipv4(6, 0, "192.0.2.5"));
    refused(Refusal.WRONG_PROTOCOL, Frames.own(0x8100).u16(0xe000, 0x8100, 7, 0x0800));
    passes(Frames.own(0x8100).u16(0xe000, 0x0800).ipv4(6, 0, "192.0.2.5"));
    refused(
        Refusal.SPOOFED_ADDRESS, Frames.own(0x8100).u16(0xe000, 0x0800).ipv4(6, 0, "192.0.2.6"));
  }

  @Test
  void withoutIpAddressesTheMacAddressIsGuardedAlone() {
    SwitchPortSettings settings =
        SwitchPortSettings.DEFAULT.withGuard(
            AntiSpoofing.ON, MacAddress.parse("fa:16:3e:00:00:09"), List.of());
    int other = bridge.join(settings, false, () -> true);
    String own = "fa:16:3e:00:00:09";
    Frames any = Frames.ethernet(Frames.ALL, own, 0x0800).ipv4(6, 0, "203.0.113.9");
    assertEquals(LearningSwitch.FLOOD, any.decide(bridge, other));
    Frames lldp = Frames.ethernet(Frames.ALL, own, 0x88cc).u16(0);
    assertEquals(LearningSwitch.FLOOD, lldp.decide(bridge, other));
    Frames arp = Frames.ethernet(Frames.ALL, own, 0x0806).arp(2, Frames.OWN, "192.0.2.5");
    assertEquals(Refusal.SPOOFED_MAC, LearningSwitch.refusal(arp.decide(bridge, other)));
  }

  /** Frames cut anywhere, and of random bytes, are judged without a fault. */
  @Test
  void noFrameIsTooShortToBeJudged() {
    Frames longest =
        Frames.own(0x86dd)
            .ipv6(0, 40, LINK_LOCAL)
            .u8(58, 0)
            .u16(0, 0, 0)
            .discovery(136, "2001:db8::5", 2, Frames.OWN);
    passes(longest);
    int whole = longest.toBytes().length;
    for (int length = 14; length < whole; length++) {
      int decision = Frames.decide(bridge, port, longest.cut(length));
      assertEquals(Refusal.WRONG_PROTOCOL, LearningSwitch.refusal(decision), "of " + length);
    }
    Random random = new Random(18);
    byte[] frame = longest.toBytes();
    for (int i = 0; i < 20_000; i++) {
      byte[] changed = frame.clone();
      for (int k = 0; k <= i % 4; k++) {
        changed[12 + random.nextInt(whole - 12)] = (byte) random.nextInt();
      }
      assertNotEquals(uplink, Frames.decide(bridge, port, changed));
    }
  }
}
