package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.linux.cmsghdr;
import io.fastvif.bindings.linux.linux_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The hand-written macros against gcc's, and against the generated layouts. */
class HeaderMacrosTest {

  @ParameterizedTest
  @EnumSource
  void lengthsAgreeWithGcc(Gcc.Target target) throws Exception {
    String program =
        """
        #include "linux.h"
        #include <stdio.h>
        int main(void) {
          for (int n = 0; n < 70; n++)
            printf("%zu %zu %zu\\n", CMSG_ALIGN(n), CMSG_LEN(n), CMSG_SPACE(n));
          return 0;
        }
        """;
    List<String> actual = new ArrayList<>();
    for (int n = 0; n < 70; n++) {
      actual.add("%d %d %d".formatted(Cmsg.align(n), Cmsg.length(n), Cmsg.space(n)));
    }
    assertEquals(Gcc.run(target, program), actual);
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
