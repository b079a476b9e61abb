package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.Captured;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Compares address and route codecs with iproute2's requests and the kernel's answers. */
class AddressAndRouteCapturedTest {
  private static final byte[] NEAR = {(byte) 192, 0, 2, 1};
  private static final byte[] GATEWAY = {(byte) 192, 0, 2, (byte) 254};
  private static final byte[] NETWORK = {(byte) 203, 0, 113, 0};

  private final MessageEncoder encoder = new MessageEncoder(MemorySegment.ofArray(new byte[4096]));
  private final AddressRequest address = new AddressRequest(encoder);
  private final RouteRequest route = new RouteRequest(encoder);

  @Test
  void addresses() {
    int index = Captured.message("address-add").getInt(AddressInfo.INDEX);
    address.add(index, new byte[] {(byte) 198, 51, 100, 5}, 24);
    assertTrue(address.end());
    assertEquals(
        Captured.attributes(Captured.bytes("address-add"), AddressInfo.LENGTH).stream()
            .filter(attribute -> !attribute.startsWith(IFA_BROADCAST + "="))
            .toList(),
        Captured.attributes(Captured.bytes(encoder), AddressInfo.LENGTH));
    encoder.reset();
    index = Captured.message("address-delete").getInt(AddressInfo.INDEX);
    address.delete(index, NEAR, 24);
    assertTrue(address.end());
    assertTrue(
        Captured.attributes(Captured.bytes(encoder), AddressInfo.LENGTH)
            .containsAll(
                Captured.attributes(Captured.bytes("address-delete"), AddressInfo.LENGTH)));
  }

  @Test
  void ipv6Address() {
    int index = Captured.message("address-add-ipv6").getInt(AddressInfo.INDEX);
    byte[] bytes = HexFormat.of().parseHex("20010db8000000000000000000000005");
    address.add(index, bytes, 64).flags(IFA_F_NODAD);
    assertTrue(address.end());
    assertEquals(
        Captured.attributes(Captured.bytes("address-add-ipv6"), AddressInfo.LENGTH).stream()
            .filter(attribute -> !attribute.startsWith(IFA_FLAGS + "="))
            .toList(),
        Captured.attributes(Captured.bytes(encoder), AddressInfo.LENGTH).stream()
            .filter(attribute -> !attribute.startsWith(IFA_FLAGS + "="))
            .toList());
  }

  @Test
  void proxyNeighbour() {
    byte[] gateway = HexFormat.of().parseHex("20010db80000000000000000000000fe");
    NeighbourRequest neighbour = new NeighbourRequest(encoder).addProxy(1, gateway);
    assertSameSet("neighbour-add-proxy", neighbour, NeighbourRequest.LENGTH);
  }

  @Test
  void routes() {
    MessageDecoder captured = Captured.message("route-add");
    RouteMessage message = new RouteMessage().wrap(captured);
    int index = message.outputInterface();
    route.add(AF_INET, NETWORK, 24).gateway(GATEWAY).outputInterface(index).priority(100);
    assertSameSet("route-add", route, RouteInfo.LENGTH);
    route.add(AF_INET, null, 0).gateway(GATEWAY).outputInterface(index);
    assertSameSet("route-add-default", route, RouteInfo.LENGTH);
    route.addOnLink(AF_INET, NETWORK, 24, index);
    assertSameSet("route-add-on-link", route, RouteInfo.LENGTH);
    route.delete(AF_INET, NETWORK, 24).gateway(GATEWAY).outputInterface(index);
    assertSameSet("route-delete", route, RouteInfo.LENGTH);
  }

  @Test
  void readsAddresses() {
    byte[] bytes = Captured.bytes("reply-addresses");
    MessageDecoder decoder =
        new MessageDecoder().wrap(MemorySegment.ofArray(bytes), 0, bytes.length);
    AddressMessage message = new AddressMessage();
    String found = null;
    while (decoder.next()) {
      message.wrap(decoder);
      if ("br0".equals(message.label())) {
        found = InternetAddress.format(message.local()) + "/" + message.prefixLength();
        assertEquals(RT_SCOPE_UNIVERSE, message.scope());
        assertTrue((message.flags() & IFA_F_PERMANENT) != 0);
      }
    }
    assertEquals("192.0.2.1/24", found);
  }

  @Test
  void readsRoutes() {
    byte[] bytes = Captured.bytes("reply-routes");
    MessageDecoder decoder =
        new MessageDecoder().wrap(MemorySegment.ofArray(bytes), 0, bytes.length);
    RouteMessage message = new RouteMessage();
    int found = 0;
    while (decoder.next()) {
      if (message.wrap(decoder).table() == 1000) {
        found++;
        assertArrayEquals(NETWORK, message.destination());
        assertArrayEquals(GATEWAY, message.gateway());
        assertEquals(24, message.destinationLength());
        assertEquals(100, message.priority());
        assertEquals(RTPROT_BOOT, message.protocol());
        assertNull(message.preferredSource());
      }
    }
    assertEquals(1, found);
  }

  /** The same header and the same attributes, which iproute2 orders otherwise. */
  private void assertSameSet(String name, RtnetlinkRequest request, int headerLength) {
    assertTrue(request.end());
    byte[] expected = Captured.bytes(name);
    byte[] actual = Captured.bytes(encoder);
    encoder.reset();
    assertEquals(
        Captured.attributes(expected, headerLength),
        Captured.attributes(actual, headerLength),
        name);
    int headers = 3 * (16 + headerLength);
    assertEquals(
        Captured.hex(expected).substring(0, headers),
        Captured.hex(actual).substring(0, headers),
        name);
  }
}
