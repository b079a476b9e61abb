package io.fastvif.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * One name, one thing: no class of the module has the simple name of another class. Nested classes
 * may share names with one another, as builders do, and private ones with anything.
 */
class ClassNamesTest {
  private static final Path SOURCES = Path.of("src", "main", "java");

  /** A declaration; google-java-format indents nested ones, and them alone. */
  private static final Pattern DECLARATION =
      Pattern.compile(
          "^( *)((?:(?:public|protected|private|static|final|abstract|sealed|non-sealed) )*)"
              + "(?:class|interface|record|enum|@interface) (\\w+)");

  private record Declared(String name, Path file, boolean nested) {
    @Override
    public String toString() {
      return SOURCES.relativize(file).toString();
    }
  }

  private static List<Declared> visible() throws IOException {
    List<Declared> all = new ArrayList<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        for (String line : Files.readAllLines(file)) {
          Matcher found = DECLARATION.matcher(line);
          if (found.find() && !found.group(2).contains("private")) {
            all.add(new Declared(found.group(3), file, !found.group(1).isEmpty()));
          }
        }
      }
    }
    return all;
  }

  @Test
  void noClassHasTheNameOfAnother() throws IOException {
    List<Declared> visible = visible();
    Map<String, Declared> outer = new HashMap<>();
    List<String> twins = new ArrayList<>();
    for (Declared each : visible) {
      Declared other = each.nested() ? null : outer.put(each.name(), each);
      if (other != null) {
        twins.add(each.name() + " in " + other + " and " + each);
      }
    }
    for (Declared each : visible) {
      Declared other = outer.get(each.name());
      if (each.nested() && other != null) {
        twins.add(each.name() + " in " + other + " and nested in " + each);
      }
    }
    assertEquals(List.of(), twins.stream().sorted().toList());
    assertTrue(outer.size() > 400, "the sources are read: " + outer.size());
    assertTrue(visible.size() > outer.size() + 100, "and the nested ones: " + visible.size());
  }
}
