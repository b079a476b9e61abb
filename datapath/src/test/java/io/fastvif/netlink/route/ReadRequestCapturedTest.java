package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.Captured;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Compares requests that read with those of iproute2. */
class ReadRequestCapturedTest {
  private static final int FLAGS = 6;
  private static final int FAMILY = 16;
  private static final int FIRST_PAYLOAD = 36;

  private final MessageEncoder encoder = new MessageEncoder(MemorySegment.ofArray(new byte[256]));
  private final LinkRequest link = new LinkRequest(encoder);

  /** Besides the acknowledgement: iproute2 takes the message itself for one. */
  @Test
  void aLinkByIndexWithItsVfs() {
    assertTrue(link.getWithVfs(2).end());
    byte[] expected = Captured.bytes("link-show-index");
    expected[FLAGS] |= (byte) NLM_F_ACK;
    assertEquals(Captured.hex(expected), Captured.hex(Captured.bytes(encoder)));
  }

  /** Besides the acknowledgement, and the mask: iproute2 asks for VFs and statistics. */
  @Test
  void aLinkByName() {
    assertTrue(link.get("veth0").end());
    assertEquals("veth0", attribute(decoder(), IFLA_IFNAME).getString());
    assertEquals(RTEXT_FILTER_SKIP_STATS, attribute(decoder(), IFLA_EXT_MASK).getInt());
    MessageDecoder captured = Captured.message("link-show-dev");
    assertEquals("veth0", attribute(captured, IFLA_IFNAME).getString());
    assertEquals(RTEXT_FILTER_VF, attribute(captured, IFLA_EXT_MASK).getInt());
    assertEquals(captured.type(), decoder().type());
    assertEquals(captured.flags() | NLM_F_ACK, decoder().flags());
    assertEquals(
        Captured.attributes(Captured.bytes("link-show-dev"), InterfaceInfo.LENGTH).getLast(),
        Captured.attributes(Captured.bytes(encoder), InterfaceInfo.LENGTH).getLast());
  }

  /** Besides the statistics, which iproute2 6.1 always asks for. */
  @Test
  void allLinksWithTheirVfs() {
    assertTrue(link.dump(true).end());
    byte[] expected = Captured.bytes("link-dump-vf");
    expected[FIRST_PAYLOAD] |= (byte) RTEXT_FILTER_SKIP_STATS;
    assertEquals(Captured.hex(expected), Captured.hex(Captured.bytes(encoder)));
  }

  @Test
  void addressesOfALink() {
    assertTrue(new AddressRequest(encoder).dump(AF_UNSPEC).ofLink(3).end());
    byte[] expected = Captured.bytes("address-dump");
    assertEquals(Captured.hex(expected), Captured.hex(Captured.bytes(encoder)));
    encoder.reset();
    assertTrue(new AddressRequest(encoder).dump(AF_INET6).ofLink(3).end());
    expected[FAMILY] = AF_INET6;
    assertEquals(Captured.hex(expected), Captured.hex(Captured.bytes(encoder)));
  }

  private MessageDecoder decoder() {
    MessageDecoder decoder = new MessageDecoder().wrap(encoder.segment(), 0, encoder.length());
    assertTrue(decoder.next());
    return decoder;
  }

  private static AttributeIterator attribute(MessageDecoder message, int type) {
    AttributeIterator attributes =
        message.attributes(InterfaceInfo.LENGTH, new AttributeIterator());
    assertTrue(attributes.find(type));
    return attributes;
  }
}
