package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The numbers that are not in jextract's output against those of the headers. */
class HandWrittenNumbersTest {

  @Test
  void numbersAgreeWithTheHeaders() throws Exception {
    String program =
        """
        #include <asm/unistd.h>
        #include <linux/mount.h>
        #include <stdio.h>
        int main(void) {
          printf("%d %d %d %d\\n", __NR_mknod, __NR_fsopen, __NR_fsconfig, __NR_fsmount);
          printf("%d %d %d\\n", FSOPEN_CLOEXEC, FSCONFIG_CMD_CREATE, FSMOUNT_CLOEXEC);
          return 0;
        }
        """;
    assertEquals(
        List.of(
            "%d %d %d %d"
                .formatted(
                    FileIo.NR_MKNOD,
                    Namespaces.NR_FSOPEN,
                    Namespaces.NR_FSCONFIG,
                    Namespaces.NR_FSMOUNT),
            "%d %d %d"
                .formatted(
                    Namespaces.FSOPEN_CLOEXEC,
                    Namespaces.FSCONFIG_CMD_CREATE,
                    Namespaces.FSMOUNT_CLOEXEC)),
        Gcc.run(program));
  }
}
