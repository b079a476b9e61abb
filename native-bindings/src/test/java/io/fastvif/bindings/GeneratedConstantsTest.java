package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every generated constant against what gcc reads in the headers. */
class GeneratedConstantsTest {

  @TestFactory
  Stream<DynamicTest> constantsAgreeWithGccOnX86() throws Exception {
    return constantsAgreeWithGcc(Gcc.Target.X86_64);
  }

  @TestFactory
  Stream<DynamicTest> constantsAgreeWithGccOnAarch64() throws Exception {
    return constantsAgreeWithGcc(Gcc.Target.AARCH64);
  }

  private static Stream<DynamicTest> constantsAgreeWithGcc(Gcc.Target target) throws Exception {
    List<Included> constants =
        Included.all(target).stream().filter(symbol -> symbol.kind().equals("constant")).toList();
    assertTrue(constants.size() > 3_000, "the list holds thousands of constants");
    Map<String, List<String>> expected = witness(target, constants);
    Map<String, List<Included>> byHeader = new LinkedHashMap<>();
    for (Included constant : constants) {
      byHeader.computeIfAbsent(constant.header(), h -> new ArrayList<>()).add(constant);
    }
    return byHeader.entrySet().stream()
        .map(
            entry ->
                dynamicTest(
                    entry.getKey() + ": " + entry.getValue().size() + " constants",
                    () -> {
                      for (Included constant : entry.getValue()) {
                        check(constant, expected.get(constant.name()));
                      }
                    }));
  }

  private static void check(Included constant, List<String> cValue) throws Exception {
    String name = constant.name();
    Object value = value(constant);
    String text = cValue.get(1);
    if (value instanceof MemorySegment segment) {
      String actual =
          segment.byteSize() == 0 ? Long.toString(segment.address()) : segment.getString(0);
      assertEquals(text, actual, name);
      return;
    }
    long number = Long.parseLong(text);
    if (name.endsWith("_MAX") && number > ((Number) value).longValue()) {
      return; // the greatest known member of an enumeration, of which newer headers know more
    }
    if (value instanceof Long l) {
      assertEquals(number, l, name);
    } else {
      assertEquals("4", cValue.get(0), name + " is an int in Java");
      assertEquals((int) number, value, name);
    }
    Field field = constant.headerClass().getField(name);
    field.setAccessible(true);
    assertEquals(value, field.get(null), name + " as a field");
  }

  private static Object value(Included constant) throws Exception {
    Method method = constant.headerClass().getMethod(constant.name());
    // It is public, but in a superclass of linux_h that is not.
    method.setAccessible(true);
    return method.invoke(null);
  }

  /** Constant to its size in C and its value. */
  private static Map<String, List<String>> witness(Gcc.Target target, List<Included> constants)
      throws Exception {
    StringBuilder program = new StringBuilder("#include \"linux.h\"\n#include <stdio.h>\n");
    program.append("int main(void) {\n");
    for (Included constant : constants) {
      String name = constant.name();
      boolean string = value(constant) instanceof MemorySegment segment && segment.byteSize() > 0;
      program.append(
          string
              ? "printf(\"%1$s 0 %%s\\n\", %1$s);\n".formatted(name)
              : "printf(\"%1$s %%zu %%lld\\n\", sizeof(%1$s), (long long) (%1$s));\n"
                  .formatted(name));
    }
    program.append("return 0;\n}\n");
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (String line : Gcc.run(target, program.toString())) {
      String[] parts = line.split(" ", 3);
      values.put(parts[0], List.of(parts[1], parts[2]));
    }
    assertEquals(constants.size(), values.size(), "one line for each constant");
    return values;
  }
}
