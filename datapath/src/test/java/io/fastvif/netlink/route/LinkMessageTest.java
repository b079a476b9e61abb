package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.IFLA_BR_AGEING_TIME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.Captured;
import io.fastvif.netlink.MalformedMessageException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Reads what the kernel answered. */
class LinkMessageTest {
  @Test
  void veth() {
    LinkMessage link = new LinkMessage().wrap(Captured.message("reply-link-veth"));
    assertEquals("veth0", link.name());
    assertEquals("veth", link.kind());
    assertEquals("fastvif:1", link.alias());
    assertEquals(77, link.group());
    assertEquals(List.of("other-name"), link.alternativeNames());
    assertEquals(1500, link.mtu());
    assertTrue(link.isUp());
    assertTrue(link.isPromiscuous());
    assertTrue(link.master() > 0);
    assertTrue(link.link() > 0);
    assertTrue(link.address() != 0);
    assertEquals(AddressGenerationMode.NONE, link.addressGenerationMode());
    assertEquals(2, link.inetConf(InetConf.ARP_IGNORE, -1));
    assertEquals(0, link.inetConf(InetConf.ARP_ANNOUNCE, -1));
    assertEquals(false, link.isIpv6Disabled());
  }

  @Test
  void bridge() {
    LinkMessage link = new LinkMessage().wrap(Captured.message("reply-link-bridge"));
    assertEquals("br0", link.name());
    assertEquals("bridge", link.kind());
    AttributeIterator options = new AttributeIterator();
    assertTrue(link.kindOptions(options));
    assertTrue(options.find(IFLA_BR_AGEING_TIME));
    assertEquals(30000, options.getInt());
  }

  @Test
  void lengthsThatAreTooSmallOrTooLargeAreNamed() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attribute = arena.allocate(8);
      for (int length : new int[] {0, 3, 9, 0xffff}) {
        attribute.set(ValueLayout.JAVA_SHORT, 0, (short) length);
        AttributeIterator iterator = new AttributeIterator().wrap(attribute, 0, 8);
        MalformedMessageException thrown =
            assertThrows(MalformedMessageException.class, iterator::next);
        assertTrue(thrown.getMessage().contains("length " + length), thrown.getMessage());
      }
    }
  }
}
