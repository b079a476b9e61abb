package io.fastvif.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What each package says it may use, and what it uses. */
class PackageTableTest {
  private static final Path SOURCES = Path.of("src", "main", "java");
  private static final String ROOT = "io.fastvif";
  private static final String BINDINGS = "bindings";
  private static final String EVERYTHING = "everything";

  /** A class by its whole name, in an import or in code. */
  private static final Pattern USE =
      Pattern.compile("\\bio\\.fastvif((?:\\.[a-z][a-z0-9]*)*)\\.[A-Z*]");

  private static final Pattern TEXT = Pattern.compile("\"[^\"]*\"");
  private static final Pattern MAY_USE =
      Pattern.compile("<p>May use: ([^.]*(?:\\.[a-z][^.]*)*)\\.");
  private static final Pattern CODE = Pattern.compile("\\{@code ([a-z.]+)}");

  private static Map<String, Path> packages() throws IOException {
    Map<String, Path> packages = new TreeMap<>();
    try (Stream<Path> all = Files.walk(SOURCES.resolve("io/fastvif"))) {
      for (Path folder : all.filter(Files::isDirectory).toList()) {
        try (Stream<Path> files = Files.list(folder)) {
          if (files.anyMatch(file -> file.toString().endsWith(".java"))) {
            packages.put(name(SOURCES.relativize(folder).toString().replace('/', '.')), folder);
          }
        }
      }
    }
    return packages;
  }

  /** Without what all have in common; the root package keeps its name. */
  private static String name(String whole) {
    return whole.equals(ROOT) ? ROOT : whole.substring(ROOT.length() + 1);
  }

  /** The words behind "May use:", and what they name. */
  private static Set<String> mayUse(Path folder) throws IOException {
    String text =
        Files.readString(folder.resolve("package-info.java"))
            .replaceAll("\\s*\\n \\*\\s*", " ")
            .trim();
    Matcher found = MAY_USE.matcher(text);
    assertTrue(found.find(), () -> folder + ": package-info.java has no \"May use: ...\"");
    Set<String> named = new TreeSet<>();
    Matcher code = CODE.matcher(found.group(1));
    while (code.find()) {
      named.add(code.group(1));
    }
    if (found.group(1).startsWith(EVERYTHING)) {
      named.add(EVERYTHING);
    }
    return named;
  }

  private static Set<String> uses(String own, Path folder) throws IOException {
    Set<String> uses = new TreeSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        for (String line : Files.readAllLines(file)) {
          if (line.strip().startsWith("*") || line.strip().startsWith("/*")) {
            continue; // a link in a description is no use
          }
          Matcher use = USE.matcher(TEXT.matcher(line).replaceAll(""));
          while (use.find()) {
            String used = use.group(1).isEmpty() ? ROOT : use.group(1).substring(1);
            uses.add(used.startsWith(BINDINGS) ? BINDINGS : used);
          }
        }
      }
    }
    uses.remove(own);
    return uses;
  }

  @Test
  void packagesUseWhatTheySayAndSayWhatTheyUse() throws IOException {
    Map<String, Path> packages = packages();
    assertTrue(packages.size() > 30, packages::toString);
    List<String> wrong = new ArrayList<>();
    int arrows = 0;
    for (Map.Entry<String, Path> each : packages.entrySet()) {
      Set<String> says = mayUse(each.getValue());
      Set<String> uses = uses(each.getKey(), each.getValue());
      arrows += uses.size();
      for (String used : uses) {
        if (!says.contains(used) && !says.contains(EVERYTHING)) {
          wrong.add(each.getKey() + " uses " + used + " and does not say so");
        }
      }
      for (String said : says) {
        if (!said.equals(EVERYTHING) && !uses.contains(said)) {
          wrong.add(each.getKey() + " says that it may use " + said + " and does not");
        }
      }
    }
    assertEquals(List.of(), wrong);
    assertTrue(arrows > 100, "the sources are read: " + arrows);
  }

  /** What no package may do, whatever it says. */
  @Test
  void noArrowGoesUp() throws IOException {
    Map<String, Path> packages = packages();
    for (Map.Entry<String, Path> each : packages.entrySet()) {
      Set<String> uses = uses(each.getKey(), each.getValue());
      if (!each.getKey().equals("cli")) {
        assertTrue(!uses.contains("cli"), () -> each.getKey() + " uses the command");
      }
      if (each.getKey().startsWith("plugin") || each.getKey().equals("plan")) {
        List<String> sides = List.of(BINDINGS, "engine", "netlink", "ovsdb", "vhostuser.session");
        assertTrue(sides.stream().noneMatch(uses::contains), () -> each.getKey() + ": " + uses);
      }
    }
  }
}
