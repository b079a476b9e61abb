package io.fastvif.benchmarks;

import static io.fastvif.bindings.linux.linux_h.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.MessageDecoder;
import org.junit.jupiter.api.Test;

/** Reads back what the encoding benchmarks write. */
class EncodePlugBenchmarkTest {
  private static final int IFINFOMSG_LENGTH = 16;
  private static final int INDEX = 4;
  private static final int FLAGS = 8;
  private static final int VETH_INFO_PEER = 1;

  private final EncodePlugBenchmark benchmark = new EncodePlugBenchmark();
  private final MessageDecoder message = new MessageDecoder();

  @Test
  void vethIsCreatedThenConfigured() {
    benchmark.tap(); // what was written before must not stay
    wrap(benchmark.veth());

    assertTrue(message.next());
    assertEquals(RTM_NEWLINK, message.type());
    assertEquals(NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, message.flags());
    AttributeIterator link = attributes();
    assertEquals("tap00000007", find(link, IFLA_IFNAME).getString());
    assertEquals(1500, find(link, IFLA_MTU).getInt());
    assertEquals(0xfe163e000007L, find(link, IFLA_ADDRESS).getMacAddress());
    AttributeIterator info = find(link, IFLA_LINKINFO).nested(new AttributeIterator());
    assertTrue(find(info, IFLA_INFO_KIND).stringEquals("veth"));
    AttributeIterator data = find(info, IFLA_INFO_DATA).nested(new AttributeIterator());
    AttributeIterator veth = find(data, VETH_INFO_PEER);
    AttributeIterator peer =
        new AttributeIterator()
            .wrap(
                veth.segment(),
                veth.payloadOffset() + IFINFOMSG_LENGTH,
                veth.payloadLength() - IFINFOMSG_LENGTH);
    assertEquals("gst00000007", find(peer, IFLA_IFNAME).getString());
    assertEquals(1500, find(peer, IFLA_MTU).getInt());
    assertEquals(0xfa163e000007L, find(peer, IFLA_ADDRESS).getMacAddress());

    assertTrue(message.next());
    AttributeIterator settings = assertConfigured();
    assertEquals(IFF_UP | IFF_PROMISC, message.getInt(FLAGS));
    assertFalse(settings.find(IFLA_MTU));
    assertFalse(message.next());
  }

  @Test
  void tapIsConfigured() {
    benchmark.veth();
    wrap(benchmark.tap());

    assertTrue(message.next());
    AttributeIterator settings = assertConfigured();
    assertEquals(IFF_UP, message.getInt(FLAGS));
    assertEquals(1500, find(settings, IFLA_MTU).getInt());
    assertEquals(0xfe163e000007L, find(settings, IFLA_ADDRESS).getMacAddress());
    assertFalse(message.next());
  }

  private AttributeIterator assertConfigured() {
    assertEquals(RTM_SETLINK, message.type());
    assertEquals(NLM_F_REQUEST | NLM_F_ACK, message.flags());
    assertEquals(21, message.getInt(INDEX));
    AttributeIterator settings = attributes();
    assertEquals(3, find(settings, IFLA_MASTER).getInt());
    assertTrue(
        find(settings, IFLA_IFALIAS).stringEquals("fastvif:00000007-0000-4000-8000-000000000000"));
    AttributeIterator families = find(settings, IFLA_AF_SPEC).nested(new AttributeIterator());
    AttributeIterator inet6 = find(families, AF_INET6).nested(new AttributeIterator());
    assertEquals(IN6_ADDR_GEN_MODE_NONE, find(inet6, IFLA_INET6_ADDR_GEN_MODE).getByte());
    return settings;
  }

  private void wrap(int length) {
    message.wrap(benchmark.encoder().segment(), 0, length);
  }

  private AttributeIterator attributes() {
    return message.attributes(IFINFOMSG_LENGTH, new AttributeIterator());
  }

  private static AttributeIterator find(AttributeIterator attributes, int type) {
    attributes.rewind();
    assertTrue(attributes.find(type), () -> "attribute " + type);
    return attributes;
  }
}
