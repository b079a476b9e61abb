package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.NLMSG_DONE;
import static io.fastvif.bindings.linux.linux_h.PORT_REQUEST_ASSOCIATE;
import static io.fastvif.bindings.linux.linux_h.PORT_REQUEST_DISASSOCIATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.Captured;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What is asked for ports, in the layout of linux/if_link.h, and what lldpad answered. */
class PortMessagesTest {
  private static final UUID INSTANCE = UUID.fromString("00010203-0405-0607-0809-0a0b0c0d0e0f");
  private static final UUID HOST = UUID.fromString("f0f1f2f3-f4f5-f6f7-f8f9-fafbfcfdfeff");
  private static final String INSTANCE_HEX = "000102030405060708090a0b0c0d0e0f";
  private static final String HOST_HEX = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";

  private final MessageEncoder encoder = new MessageEncoder(Arena.ofAuto().allocate(1024));
  private final LinkRequest link = new LinkRequest(encoder);

  /** The attributes behind the headers of the message, in the byte order of x86-64. */
  private String attributes() {
    byte[] bytes = encoder.segment().asSlice(0, encoder.length()).toArray(ValueLayout.JAVA_BYTE);
    return HexFormat.of().formatHex(bytes, 32, bytes.length);
  }

  @Test
  void aVsiWithItsFilter() {
    link.set(2).name("st0");
    new PortRequest(link)
        .filter(0x52540001aabbL, 7)
        .begin(PortRequest.SELF)
        .vsiType(11, 0x345678, 2)
        .instance(INSTANCE)
        .request(PORT_REQUEST_ASSOCIATE)
        .end();
    assertTrue(link.end());
    assertEquals(
        "08000300" // IFLA_IFNAME
            + "73743000"
            + "40001600" // IFLA_VFINFO_LIST
            + "3c000100" // IFLA_VF_INFO
            + "28000100"
            + "ffffffff"
            + "52540001aabb"
            + "00".repeat(26)
            + "10000200"
            + "ffffffff"
            + "07000000"
            + "00000000"
            + "38001800" // IFLA_VF_PORTS
            + "34000100" // IFLA_VF_PORT
            + "08000100" // IFLA_PORT_VF
            + "ffffffff"
            + "0c000300" // IFLA_PORT_VSI_TYPE
            + "0b78563402000000"
            + "14000400" // IFLA_PORT_INSTANCE_UUID
            + INSTANCE_HEX
            + "05000600" // IFLA_PORT_REQUEST
            + "02000000",
        attributes());
  }

  @Test
  void aProfileOfTheLinkItselfAndOfAVirtualFunction() {
    link.set(2);
    new PortRequest(link)
        .beginSelf()
        .profile("dept")
        .instance(INSTANCE)
        .host(HOST)
        .request(PORT_REQUEST_ASSOCIATE)
        .end();
    assertTrue(link.end());
    String port =
        "09000200" // IFLA_PORT_PROFILE
            + "6465707400000000"
            + "14000400"
            + INSTANCE_HEX
            + "14000500" // IFLA_PORT_HOST_UUID
            + HOST_HEX
            + "05000600"
            + "02000000";
    assertEquals("40001900" + port, attributes());
    encoder.reset();
    link.set(2);
    new PortRequest(link).begin(3).request(PORT_REQUEST_DISASSOCIATE).end();
    assertTrue(link.end());
    assertEquals(
        "18001800" + "14000100" + "08000100" + "03000000" + "05000600" + "03000000", attributes());
  }

  @Test
  void whatLldpadAnswers() {
    MessageDecoder answer = Captured.message("reply-lldpad-vsi");
    assertEquals(NLMSG_DONE, answer.type());
    PortInfo port = new PortInfo();
    assertEquals(Map.of(INSTANCE, 0), responses(answer));
    assertTrue(port.findVf(answer, PortRequest.SELF));
    assertEquals(PortRequest.SELF, port.vf());
    assertEquals(INSTANCE, port.instance());
    assertEquals(-1, port.request());
    assertFalse(port.findVf(answer, 0));
    assertFalse(port.findSelf(answer));
    MessageDecoder none = Captured.message("reply-lldpad-no-vsi");
    assertEquals(Map.of(), responses(none));
  }

  private static Map<UUID, Integer> responses(MessageDecoder answer) {
    Map<UUID, Integer> responses = new HashMap<>();
    new PortInfo().forEachInstance(answer, responses::put);
    return responses;
  }

  /** The kernel's answer has the form of the request, with IFLA_PORT_RESPONSE. */
  @Test
  void whatADriverAnswers() {
    link.set(2);
    new PortRequest(link).beginSelf().profile("dept").request(PORT_REQUEST_ASSOCIATE).end();
    assertTrue(link.end());
    MessageDecoder message = new MessageDecoder().wrap(encoder.segment(), 0, encoder.length());
    assertTrue(message.next());
    PortInfo port = new PortInfo();
    assertTrue(port.findSelf(message));
    assertEquals(PORT_REQUEST_ASSOCIATE, port.request());
    assertEquals(PortInfo.NO_RESPONSE, port.response());
    assertFalse(port.findVf(message, 3));
  }
}
