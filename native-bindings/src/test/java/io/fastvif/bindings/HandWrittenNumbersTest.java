package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The numbers that are not in jextract's output against those of the headers. */
class HandWrittenNumbersTest {

  @ParameterizedTest
  @EnumSource
  void numbersAgreeWithTheHeaders(Gcc.Target target) throws Exception {
    String program =
        """
        #include <asm/unistd.h>
        #include <grp.h>
        #include <linux/limits.h>
        #include <linux/mount.h>
        #include <stddef.h>
        #include <stdio.h>
        int main(void) {
          printf("%d %d %d\\n", __NR_fsopen, __NR_fsconfig, __NR_fsmount);
          printf("%d %d %d\\n", FSOPEN_CLOEXEC, FSCONFIG_CMD_CREATE, FSMOUNT_CLOEXEC);
          printf("%d %zu ", NGROUPS_MAX, sizeof(struct group));
          printf("%zu\\n", offsetof(struct group, gr_gid));
          return 0;
        }
        """;
    assertEquals(
        List.of(
            "%d %d %d"
                .formatted(Namespaces.NR_FSOPEN, Namespaces.NR_FSCONFIG, Namespaces.NR_FSMOUNT),
            "%d %d %d"
                .formatted(
                    Namespaces.FSOPEN_CLOEXEC,
                    Namespaces.FSCONFIG_CMD_CREATE,
                    Namespaces.FSMOUNT_CLOEXEC),
            "%d %d %d"
                .formatted(
                    UserDatabase.MAX_GROUPS, UserDatabase.GROUP_SIZE, UserDatabase.GROUP_GID)),
        Gcc.run(target, program));
  }
}
