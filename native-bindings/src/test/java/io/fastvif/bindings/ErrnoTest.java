package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ErrnoTest {

  @ParameterizedTest
  @EnumSource
  void constantsAndNamesAreTheHeaders(Gcc.Target target) throws Exception {
    Map<String, Integer> expected = new HashMap<>();
    StringBuilder program = new StringBuilder("#include <errno.h>\n#include <stdio.h>\n");
    program.append("int main(void) {\n");
    for (Included symbol : Included.common()) {
      if (symbol.header().startsWith("asm-generic/errno")) {
        program.append("printf(\"%s=%%d\\n\", %s);\n".formatted(symbol.name(), symbol.name()));
      }
    }
    program.append("printf(\"ENOTSUP=%d\\n\", ENOTSUP);\nreturn 0;\n}\n");
    for (String line : Gcc.run(target, program.toString())) {
      String[] parts = line.split("=", 2);
      expected.put(parts[0], Integer.parseInt(parts[1]));
    }
    // A second name of a number that the table already has.
    expected.remove("EDEADLOCK");

    Map<String, Integer> actual = new HashMap<>();
    for (var field : Errno.class.getFields()) {
      if (Modifier.isStatic(field.getModifiers())) {
        actual.put(field.getName(), field.getInt(null));
      }
    }
    assertEquals(expected, actual);
    expected.forEach(
        (name, number) -> {
          boolean alias = name.equals("EWOULDBLOCK") || name.equals("ENOTSUP");
          String primary = name.equals("ENOTSUP") ? "EOPNOTSUPP" : "EAGAIN";
          assertEquals(alias ? primary : name, Errno.name(number));
        });
  }

  @Test
  void messagesAreTheCLibrarys() throws Exception {
    String program =
        """
        #include <locale.h>
        #include <stdio.h>
        #include <string.h>
        int main(void) {
          setlocale(LC_ALL, "");
          for (int i = 1; i < 200; i++) puts(strerror(i));
          return 0;
        }
        """;
    String[] actual = new String[199];
    Arrays.setAll(actual, i -> Errno.message(i + 1));
    assertEquals(Gcc.run(program), Arrays.asList(actual));
  }

  @Test
  void numberWithoutNameIsShownAsNumber() {
    assertEquals("errno 41", Errno.name(41));
    assertEquals("errno 0", Errno.name(0));
    assertEquals("errno -17", Errno.name(-17));
    assertEquals("errno 4095", Errno.name(4095));
  }

  @Test
  void descriptionHasNameAndMessage() {
    assertEquals("EEXIST (" + Errno.message(17) + ")", Errno.describe(Errno.EEXIST));
  }
}
