package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.linux.arch_h;
import java.io.File;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is chosen at class initialisation, in Java runtimes that believe to be on a machine. */
class ArchitectureTest {

  @ParameterizedTest
  @EnumSource
  void chosenIsWhatGccReadsInTheHeaders(Gcc.Target target, @TempDir Path folder) throws Exception {
    String os = target == Gcc.Target.AARCH64 ? "aarch64" : "amd64";
    StringBuilder program = new StringBuilder("#include \"linux.h\"\n#include <stdio.h>\n");
    program.append("#include <stddef.h>\n#define P(v) printf(#v \" %lld\\n\", (long long) (v))\n");
    program.append("int main(void) {\n");
    for (Field field : arch_h.class.getFields()) {
      program.append("P(" + field.getName() + ");\n");
    }
    program.append(target == Gcc.Target.AARCH64 ? "P(__NR_ppoll);" : "P(__NR_poll);");
    for (String field : List.of("st_dev", "st_ino", "st_mode", "st_uid", "st_gid", "st_size")) {
      program.append("P(offsetof(struct stat, " + field + "));\n");
    }
    program.append("P(sizeof(struct stat));\nP(sizeof(struct epoll_event));\n");
    program.append("P(offsetof(struct epoll_event, events));\n");
    program.append("P(offsetof(struct epoll_event, data));\nreturn 0;\n}\n");
    List<String> expected =
        Gcc.run(target, program.toString()).stream()
            .map(line -> line.substring(line.lastIndexOf(' ') + 1))
            .toList();
    assertTrue(expected.size() > 60, "there are more than sixty");
    assertEquals(expected, java(folder, os, Chosen.class));
  }

  @Test
  void anotherMachineIsRefusedInOneSentence(@TempDir Path folder) throws Exception {
    String sentence =
        "java.lang.LinkageError: fastvif's bindings are generated for Linux on amd64 and on"
            + " aarch64, and this is Linux on riscv64";
    for (Class<?> first : List.of(Call.class, Structure.class)) {
      assertEquals(List.of(sentence), java(folder, "riscv64", first), first.getSimpleName());
    }
  }

  private static List<String> java(Path folder, String machine, Class<?> main) throws Exception {
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dos.arch=" + machine,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                place(Architecture.class) + File.pathSeparator + place(ArchitectureTest.class),
                main.getName())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the process did not end");
    } finally {
      process.destroyForcibly();
    }
    return Files.readAllLines(output);
  }

  private static Path place(Class<?> of) throws Exception {
    return Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  /** Prints what was chosen. */
  static final class Chosen {
    private Chosen() {}

    public static void main(String[] args) throws Exception {
      List<Long> chosen = new ArrayList<>();
      for (Field field : arch_h.class.getFields()) {
        chosen.add((long) field.getInt(null));
      }
      chosen.add((long) Polling.NUMBER_OF_POLL);
      chosen.addAll(
          List.of(
              FileStatus.DEVICE,
              FileStatus.INODE,
              FileStatus.MODE,
              FileStatus.OWNER,
              FileStatus.GROUP,
              FileStatus.SIZE,
              FileStatus.layout().byteSize()));
      chosen.add((long) EpollEvent.SIZE);
      chosen.add((long) EpollEvent.EVENTS_OFFSET);
      chosen.add((long) EpollEvent.DATA_OFFSET);
      chosen.forEach(System.out::println);
    }
  }

  /** Makes a call. */
  static final class Call {
    private Call() {}

    public static void main(String[] args) {
      try {
        System.out.println(Namespaces.gettid());
      } catch (LinkageError e) {
        System.out.println(e);
      }
    }
  }

  /** Uses a structure. */
  static final class Structure {
    private Structure() {}

    public static void main(String[] args) {
      try {
        System.out.println(EpollEvent.SIZE);
      } catch (LinkageError e) {
        System.out.println(e);
      }
    }
  }
}
