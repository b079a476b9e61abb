package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.linux.cmsghdr;
import io.fastvif.bindings.linux.linux_h;
import io.fastvif.bindings.linux.nlmsghdr;
import io.fastvif.bindings.linux.rtattr;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The hand-written macros against gcc's, and against the generated layouts. */
class HeaderMacrosTest {

  @Test
  void lengthsAgreeWithGcc() throws Exception {
    String program =
        """
        #include "linux.h"
        #include <stdio.h>
        int main(void) {
          for (int n = 0; n < 70; n++)
            printf("%d %d %d %d %d %d %zu %zu %zu\\n", (int) NLMSG_ALIGN(n), (int) NLMSG_LENGTH(n),
                (int) NLMSG_SPACE(n), (int) RTA_ALIGN(n), (int) RTA_LENGTH(n), (int) RTA_SPACE(n),
                CMSG_ALIGN(n), CMSG_LEN(n), CMSG_SPACE(n));
          printf("%d %d %d %d %d %d %d\\n", NLMSG_ALIGNTO, NLMSG_HDRLEN, (int) RTA_ALIGNTO,
              (int) NLA_HDRLEN, NLA_F_NESTED, NLA_F_NET_BYTEORDER, NLA_TYPE_MASK & 0xffff);
          return 0;
        }
        """;
    List<String> actual = new ArrayList<>();
    for (int n = 0; n < 70; n++) {
      actual.add(
          "%d %d %d %d %d %d %d %d %d"
              .formatted(
                  Nlmsg.align(n),
                  Nlmsg.length(n),
                  Nlmsg.space(n),
                  Rta.align(n),
                  Rta.length(n),
                  Rta.space(n),
                  Cmsg.align(n),
                  Cmsg.length(n),
                  Cmsg.space(n)));
    }
    actual.add(
        "%d %d %d %d %d %d %d"
            .formatted(
                Nlmsg.ALIGNTO,
                Nlmsg.HDRLEN,
                Rta.ALIGNTO,
                Rta.HDRLEN,
                Rta.NESTED,
                Rta.NET_BYTEORDER,
                Rta.TYPE_MASK));
    assertEquals(Gcc.run(program), actual);
  }

  @Test
  void messageHeaderIsWrittenWhereTheLayoutSays() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment message = arena.allocate(nlmsghdr.layout());
      message.fill((byte) 0x55);
      Nlmsg.put(message, 0, 0x12345678, 0xfedc, 0xba98, 0x76543210);
      assertEquals(0x12345678, nlmsghdr.nlmsg_len(message));
      assertEquals((short) 0xfedc, nlmsghdr.nlmsg_type(message));
      assertEquals((short) 0xba98, nlmsghdr.nlmsg_flags(message));
      assertEquals(0x76543210, nlmsghdr.nlmsg_seq(message));
      assertEquals(0, nlmsghdr.nlmsg_pid(message));
      nlmsghdr.nlmsg_pid(message, 77);
      assertEquals(0x12345678, Nlmsg.length(message, 0));
      assertEquals(0xfedc, Nlmsg.type(message, 0));
      assertEquals(0xba98, Nlmsg.flags(message, 0));
      assertEquals(0x76543210, Nlmsg.sequence(message, 0));
      assertEquals(77, Nlmsg.portId(message, 0));
      Nlmsg.putLength(message, 0, 99);
      assertEquals(99, nlmsghdr.nlmsg_len(message));
    }
  }

  @Test
  void messagesAreWalkedToTheEnd() {
    MemorySegment buffer = MemorySegment.ofArray(new byte[64]);
    Nlmsg.put(buffer, 0, Nlmsg.length(5), 16, 0, 1);
    long second = Nlmsg.next(buffer, 0);
    assertEquals(24, second);
    Nlmsg.put(buffer, second, Nlmsg.length(8), 17, 0, 2);
    assertTrue(Nlmsg.ok(buffer, 0, 48));
    assertTrue(Nlmsg.ok(buffer, second, 48));
    assertFalse(Nlmsg.ok(buffer, second, 47), "cut short");
    assertFalse(Nlmsg.ok(buffer, Nlmsg.next(buffer, second), 48), "past the end");
    assertEquals(1, Nlmsg.payload(buffer, 0, 4));
    assertEquals(16, Nlmsg.data(0));
    Nlmsg.putLength(buffer, 0, 15);
    assertFalse(Nlmsg.ok(buffer, 0, 48), "shorter than its header");
    Nlmsg.putLength(buffer, 0, -16);
    assertFalse(Nlmsg.ok(buffer, 0, 48), "a negative length");
  }

  @Test
  void attributesAreWrittenReadAndWalked() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(64, 4);
      Rta.put(buffer, 0, 18 | Rta.NESTED, 9);
      assertEquals(13, rtattr.rta_len(buffer));
      assertEquals((short) (18 | linux_h.NLA_F_NESTED), rtattr.rta_type(buffer));
      assertEquals(18, Rta.type(buffer, 0));
      assertTrue(Rta.isNested(buffer, 0));
      assertEquals(9, Rta.payload(buffer, 0));
      assertEquals(4, Rta.data(0));
      assertTrue(Rta.ok(buffer, 0, 13));
      assertFalse(Rta.ok(buffer, 0, 12), "cut short");
      long next = Rta.next(buffer, 0);
      assertEquals(16, next);
      Rta.put(buffer, next, 3, Rta.MAX_PAYLOAD);
      assertEquals(Rta.MAX_PAYLOAD, Rta.payload(buffer, next));
      assertFalse(Rta.isNested(buffer, next));
      assertFalse(Rta.ok(buffer, next, 64), "longer than its message");
      Rta.put(buffer, next, 3, -1);
      assertFalse(Rta.ok(buffer, next, 64), "shorter than its header");
      assertFalse(Rta.ok(buffer, 62, 64), "no room for a header");
    }
  }

  @Test
  void controlMessagesAreWrittenAndWalked() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment control = arena.allocate(64, 8);
      long end = Cmsg.putRights(control, new int[] {7, 8, 9}, 3);
      assertEquals(32, end);
      assertEquals(28, cmsghdr.cmsg_len(control));
      assertEquals(linux_h.SOL_SOCKET, cmsghdr.cmsg_level(control));
      assertEquals(linux_h.SCM_RIGHTS, cmsghdr.cmsg_type(control));
      assertEquals(end + 16, Cmsg.put(control, end, linux_h.SOL_NETLINK, 3, 4));

      long first = Cmsg.firstHeader(control, 56);
      assertEquals(0, first);
      assertTrue(Cmsg.isRights(control, first));
      assertEquals(3, Cmsg.rightsCount(control, first));
      assertEquals(9, Cmsg.right(control, first, 2));
      long second = Cmsg.nextHeader(control, first, 56);
      assertEquals(32, second);
      assertFalse(Cmsg.isRights(control, second));
      assertEquals(linux_h.SOL_NETLINK, Cmsg.level(control, second));
      assertEquals(3, Cmsg.type(control, second));
      assertEquals(4, Cmsg.dataLength(control, second));
      assertEquals(Cmsg.NONE, Cmsg.nextHeader(control, second, 56));
      assertEquals(Cmsg.NONE, Cmsg.nextHeader(control, first, 47), "no room for a header");
      assertEquals(Cmsg.NONE, Cmsg.nextHeader(control, first, 51), "cut short");
      assertEquals(Cmsg.NONE, Cmsg.firstHeader(control, 0));
    }
  }
}
