package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.fastvif.bindings.linux.linux_h;
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
  Stream<DynamicTest> constantsAgreeWithGcc() throws Exception {
    List<Included> constants =
        Included.all().stream().filter(symbol -> symbol.kind().equals("constant")).toList();
    assertTrue(constants.size() > 3_000, "the list holds thousands of constants");
    Map<String, List<String>> expected = witness(constants);
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
                        check(constant.name(), expected.get(constant.name()));
                      }
                    }));
  }

  private static void check(String name, List<String> cValue) throws Exception {
    Object value = value(name);
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
    Field field = linux_h.class.getField(name);
    field.setAccessible(true);
    assertEquals(value, field.get(null), name + " as a field");
  }

  private static Object value(String name) throws Exception {
    Method method = linux_h.class.getMethod(name);
    // It is public, but in a superclass of linux_h that is not.
    method.setAccessible(true);
    return method.invoke(null);
  }

  /** Constant to its size in C and its value. */
  private static Map<String, List<String>> witness(List<Included> constants) throws Exception {
    StringBuilder program = new StringBuilder("#include \"linux.h\"\n#include <stdio.h>\n");
    program.append("int main(void) {\n");
    for (Included constant : constants) {
      String name = constant.name();
      boolean string = value(name) instanceof MemorySegment segment && segment.byteSize() > 0;
      program.append(
          string
              ? "printf(\"%1$s 0 %%s\\n\", %1$s);\n".formatted(name)
              : "printf(\"%1$s %%zu %%lld\\n\", sizeof(%1$s), (long long) (%1$s));\n"
                  .formatted(name));
    }
    program.append("return 0;\n}\n");
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (String line : Gcc.run(program.toString())) {
      String[] parts = line.split(" ", 3);
      values.put(parts[0], List.of(parts[1], parts[2]));
    }
    assertEquals(constants.size(), values.size(), "one line for each constant");
    return values;
  }
}
