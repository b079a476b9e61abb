package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.IFLA_BR_AGEING_TIME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.Captured;
import io.fastvif.netlink.MalformedMessageException;
import io.fastvif.netlink.MessageDecoder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Reads what the kernel answered, as it was and damaged. */
class LinkMessageTest {
  private static final int ROUNDS = 50_000;

  @Test
  void veth() {
    LinkMessage link = new LinkMessage().wrap(Captured.message("reply-link-veth"));
    assertEquals("veth0", link.name());
    assertTrue(link.nameEquals("veth0"));
    assertEquals("veth", link.kind());
    assertEquals("bridge", link.masterKind());
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

  /** Each copy has exactly its own size, so that reading one byte too many is an exception. */
  @Test
  void damagedMessagesAreNeverOverRead() {
    byte[] original = Captured.bytes("reply-links");
    Random random = new Random(42);
    int malformed = 0;
    LinkMessage link = new LinkMessage();
    for (int i = 0; i < ROUNDS; i++) {

      byte[] bytes = original.clone();
      for (int j = random.nextInt(8); j >= 0; j--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
      MemorySegment exact = MemorySegment.ofArray(bytes).asSlice(0, length);
      try {
        readAll(new MessageDecoder().wrap(exact, 0, length), link);
      } catch (MalformedMessageException e) {
        malformed++;
      }
    }
    assertTrue(malformed > ROUNDS / 100, "malformed: " + malformed);
    assertTrue(malformed < ROUNDS, "malformed: " + malformed);
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

  private static void readAll(MessageDecoder decoder, LinkMessage link) {
    AttributeIterator options = new AttributeIterator();
    while (decoder.next()) {
      if (decoder.type() != 16 && decoder.type() != 17) {
        continue;
      }
      link.wrap(decoder);
      link.name();
      link.kind();
      link.masterKind();
      link.alternativeNames();
      link.address();
      link.mtu();
      link.alias();
      link.group();
      link.addressGenerationMode();
      link.inetConf(InetConf.ARP_IGNORE, 0);
      link.isIpv6Disabled();
      if (link.kindOptions(options)) {
        while (options.next()) {
          options.getBytes();
        }
      }
      if (link.portOptions(options)) {
        while (options.next()) {
          options.getString();
        }
      }
    }
  }
}
