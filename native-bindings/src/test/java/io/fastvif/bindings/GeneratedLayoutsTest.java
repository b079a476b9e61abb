package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.PaddingLayout;
import java.lang.foreign.SequenceLayout;
import java.lang.foreign.UnionLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every generated layout against gcc's sizeof and offsetof. */
class GeneratedLayoutsTest {

  /** A member by its path from the type: anonymous members add nothing to a path, as in C. */
  private record Member(String path, long offset, long size, boolean flexible) {}

  @TestFactory
  Stream<DynamicTest> layoutsAgreeWithGccOnX86() throws Exception {
    return layoutsAgreeWithGcc(Gcc.Target.X86_64);
  }

  @TestFactory
  Stream<DynamicTest> layoutsAgreeWithGccOnAarch64() throws Exception {
    return layoutsAgreeWithGcc(Gcc.Target.AARCH64);
  }

  private static Stream<DynamicTest> layoutsAgreeWithGcc(Gcc.Target target) throws Exception {
    List<Included> types =
        Included.all(target).stream().filter(Included::isLayout).distinct().toList();
    assertTrue(types.size() > 100, "the list holds more than a hundred types");
    Map<String, Long> expected = witness(target, types);
    return types.stream().map(type -> dynamicTest(type.cType(), () -> check(type, expected)));
  }

  private static void check(Included type, Map<String, Long> expected) throws Exception {
    GroupLayout layout = layout(type);
    long size = expected.get("sizeof " + type.name());
    assertTrue(layout.byteSize() <= size, "greater than " + size + ": newer headers only add");
    List<Member> members = members(layout);
    assertFalse(members.isEmpty(), "no members");
    for (Member member : members) {
      String key = type.name() + "." + member.path;
      assertEquals(expected.get("offsetof " + key), member.offset, "offset of " + member.path);
      if (!member.flexible) {
        assertEquals(expected.get("sizeof " + key), member.size, "size of " + member.path);
      }
    }
  }

  private static GroupLayout layout(Included type) throws Exception {
    return (GroupLayout) type.layoutClass().getMethod("layout").invoke(null);
  }

  private static List<Member> members(GroupLayout layout) {
    List<Member> members = new ArrayList<>();
    collect(layout, 0, "", members);
    return members;
  }

  private static void collect(GroupLayout group, long base, String prefix, List<Member> members) {
    long offset = base;
    for (MemoryLayout member : group.memberLayouts()) {
      if (!(member instanceof PaddingLayout)) {
        String name = member.name().orElse("$anon");
        boolean anonymous = name.startsWith("$anon");
        String path = anonymous ? prefix : prefix + name;
        if (!anonymous) {
          boolean flexible =
              member instanceof SequenceLayout sequence && sequence.elementCount() == 0;
          members.add(new Member(path, offset, member.byteSize(), flexible));
        }
        if (member instanceof GroupLayout inner) {
          collect(inner, offset, anonymous ? prefix : path + ".", members);
        }
      }
      if (!(group instanceof UnionLayout)) {
        offset += member.byteSize();
      }
    }
  }

  private static Map<String, Long> witness(Gcc.Target target, List<Included> types)
      throws Exception {
    StringBuilder program = new StringBuilder("#include \"linux.h\"\n#include <stdio.h>\n");
    program.append("#include <stddef.h>\n#define P(text, value) printf(text \"=%zu\\n\", value)\n");
    program.append("int main(void) {\n");
    for (Included type : types) {
      String c = type.cType();
      program.append("P(\"sizeof %s\", sizeof(%s));\n".formatted(type.name(), c));
      for (Member member : members(layout(type))) {
        String key = type.name() + "." + member.path;
        program.append("P(\"offsetof %s\", offsetof(%s, %s));\n".formatted(key, c, member.path));
        if (!member.flexible) {
          program.append(
              "P(\"sizeof %s\", sizeof(((%s *) 0)->%s));\n".formatted(key, c, member.path));
        }
      }
    }
    program.append("return 0;\n}\n");
    Map<String, Long> values = new HashMap<>();
    for (String line : Gcc.run(target, program.toString())) {
      int equals = line.indexOf('=');
      values.put(line.substring(0, equals), Long.parseLong(line.substring(equals + 1)));
    }
    return values;
  }
}
