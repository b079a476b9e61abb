package io.fastvif.netlink;

import static io.fastvif.bindings.linux.linux_h.NETLINK_GENERIC;
import static io.fastvif.bindings.linux.linux_h.NETLINK_NETFILTER;
import static io.fastvif.bindings.linux.linux_h.NETLINK_ROUTE;
import static io.fastvif.bindings.linux.linux_h.NLM_F_ACK;
import static io.fastvif.bindings.linux.linux_h.NLM_F_REQUEST;
import static io.fastvif.bindings.linux.linux_h.RTM_NEWLINK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.netfilter.NftRequest;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.VfRequest;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a trace says of requests: of those that iproute2 sent, and of fastvif's own. */
class MessageWordsTest {
  private static final int MUTATIONS = 2_000;

  private static String words(int protocol, MessageEncoder encoder) {
    MessageDecoder message = new MessageDecoder().wrap(encoder.segment(), 0, encoder.length());
    assertTrue(message.next());
    return MessageWords.request(protocol, message);
  }

  private static MessageEncoder encoder() {
    return new MessageEncoder(MemorySegment.ofArray(new byte[4096]));
  }

  @Test
  void linksAreNamedWithTheirKindsAndOptions() {
    assertRoute(
        "link-add-veth",
        "RTM_NEWLINK EXCL|CREATE MTU=1400 IFNAME=\"v0\" LINKINFO={KIND=\"veth\""
            + " DATA={PEER={MTU=1450 IFNAME=\"v1\"}}}");
    assertRoute(
        "link-add-bridge",
        "RTM_NEWLINK EXCL|CREATE IFNAME=\"br1\" LINKINFO={KIND=\"bridge\" DATA={FORWARD_DELAY=0"
            + " AGEING_TIME=30000 STP_STATE=0 MCAST_SNOOPING=0}}");
    assertRoute(
        "link-add-vlan",
        "RTM_NEWLINK EXCL|CREATE LINK=3 IFNAME=\"veth1.7\" LINKINFO={KIND=\"vlan\""
            + " DATA={PROTOCOL=802.1ad ID=7}}");
    assertRoute(
        "link-add-macvtap-vepa",
        "RTM_NEWLINK EXCL|CREATE LINK=3 IFNAME=\"mt0\" LINKINFO={KIND=\"macvtap\""
            + " DATA={MODE=VEPA}}");
    assertRoute("link-set-up", "RTM_NEWLINK index=3 +UP");
    assertRoute("link-set-down", "RTM_NEWLINK index=3 -UP");
    assertRoute("link-set-alias", "RTM_NEWLINK index=3 IFALIAS=\"fastvif:1\"");
    assertRoute("link-set-addrgenmode", "RTM_NEWLINK index=3 AF_SPEC={INET6={ADDR_GEN_MODE=NONE}}");
    assertRoute("link-delete-group", "RTM_DELLINK GROUP=77");
    assertRoute("link-dump-vf", "RTM_GETLINK DUMP EXT_MASK=VF");
    assertRoute(
        "bridge-link-set",
        "RTM_SETLINK bridge index=4 PROTINFO={GUARD=0 MODE=1 FAST_LEAVE=0 UNICAST_FLOOD=1"
            + " MCAST_FLOOD=1 LEARNING=0 ISOLATED=1}");
    assertRoute(
        "link-altname-add",
        "RTM_NEWLINKPROP EXCL|CREATE|APPEND index=3"
            + " PROP_LIST={ALT_IFNAME=\"a-long-alternative-name\"}");
  }

  @Test
  void addressesRoutesAndNeighboursAreNamed() {
    assertRoute(
        "address-add",
        "RTM_NEWADDR EXCL|CREATE index=3 prefix=24 LOCAL=198.51.100.5 BROADCAST=198.51.100.255"
            + " ADDRESS=198.51.100.5");
    assertRoute(
        "route-add",
        "RTM_NEWROUTE EXCL|CREATE ipv4 prefix=24 table=MAIN protocol=BOOT type=UNICAST"
            + " DST=203.0.113.0 GATEWAY=192.0.2.254 PRIORITY=100 OIF=2");
    assertRoute(
        "neighbour-add-proxy",
        "RTM_NEWNEIGH EXCL|CREATE ipv6 index=1 state=PERMANENT flags=PROXY"
            + " DST=2001:db8:0:0:0:0:0:fe");
  }

  @Test
  void devlinkIsNamed() {
    assertEquals(
        "CTRL_CMD_GETFAMILY FAMILY_NAME=\"devlink\"",
        MessageWords.request(NETLINK_GENERIC, Captured.message("controller-get-devlink")));
    assertEquals(
        "DEVLINK_CMD_ESWITCH_SET BUS_NAME=\"pci\" DEV_NAME=\"0000:01:00.0\""
            + " ESWITCH_MODE=SWITCHDEV ESWITCH_INLINE_MODE=TRANSPORT",
        MessageWords.request(NETLINK_GENERIC, Captured.message("devlink-eswitch-set")));
  }

  @Test
  void virtualFunctionsAreNamed() {
    MessageEncoder encoder = encoder();
    LinkRequest link = new LinkRequest(encoder).set(7);
    new VfRequest(encoder)
        .begin(3)
        .address(0x02_00_00_00_00_0aL)
        .vlan(42, 5)
        .spoofCheck(true)
        .end();
    assertTrue(link.end());

    assertEquals(
        "RTM_SETLINK index=7 VFINFO_LIST={VF={MAC={vf 3 02:00:00:00:00:0a} VLAN={vf 3 42 5}"
            + " SPOOFCHK={vf 3 1}}}",
        words(NETLINK_ROUTE, encoder));
  }

  @Test
  void rulesOfNfTablesAreNamed() {
    MessageEncoder encoder = encoder();
    NftRequest request = new NftRequest(encoder, 2);
    request.getChain("filter", "FORWARD");

    assertEquals(
        "NFT_MSG_GETCHAIN TABLE=\"filter\" NAME=\"FORWARD\"", words(NETLINK_NETFILTER, encoder));
  }

  @Test
  void whatHasNoNameIsShownAsItIs() {
    MessageEncoder encoder = encoder();
    encoder.begin(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK);
    encoder.putHeader(16);
    encoder.putInt(1000, 0xcafe);
    encoder.end();
    String words = words(NETLINK_ROUTE, encoder);
    assertTrue(words.matches("RTM_NEWLINK attribute 1000=0x(feca0000|0000cafe)"), words);

    encoder.reset();
    encoder.begin(4000, NLM_F_REQUEST);
    encoder.end();
    assertEquals("rtnetlink message 4000 0x", words(NETLINK_ROUTE, encoder));
  }

  @Test
  void answersHaveTheKernelsWords() {
    assertEquals("ack", MessageWords.answer(0, null, -1));
    assertEquals("ENODEV (No such device)", MessageWords.answer(Errno.ENODEV, null, -1));
    assertEquals(
        "EINVAL (Invalid argument): mtu greater than device maximum, at byte 36",
        MessageWords.answer(Errno.EINVAL, "mtu greater than device maximum", 36));
  }

  /**
   * Whoever traces does so because something is wrong: nothing may keep the trace from going on.
   */
  @Test
  void damagedRequestsAreShownToo() {
    Random random = new Random(4);
    byte[] original = Captured.bytes("link-add-veth");
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] bytes = original.clone();
      for (int j = 0; j < 3; j++) {
        bytes[16 + random.nextInt(bytes.length - 16)] = (byte) random.nextInt();
      }
      MessageDecoder message =
          new MessageDecoder().wrap(MemorySegment.ofArray(bytes), 0, bytes.length);
      assertTrue(message.next());
      assertTrue(MessageWords.request(NETLINK_ROUTE, message).startsWith("RTM_NEWLINK"));
    }
  }

  private static void assertRoute(String captured, String line) {
    assertEquals(line, MessageWords.request(NETLINK_ROUTE, Captured.message(captured)));
  }
}
