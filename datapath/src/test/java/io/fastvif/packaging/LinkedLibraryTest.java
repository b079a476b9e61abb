package io.fastvif.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.KernelTest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.io.TempDir;

/**
 * A program that links the library plugs a VIF, however its classes are packed, and with nothing
 * but what the library needs: the command's libraries are not there.
 */
class LinkedLibraryTest {
  private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";
  private static final String PLUGGED = "PLUGGED\nUNPLUGGED\n";
  private static final String JAVA = Path.of(System.getProperty("java.home"), "bin").toString();

  @TempDir Path folder;

  @KernelTest
  void onTheClassPath() throws Exception {
    Path probe = compile("probe", Map.of("probe/Probe.java", Programs.PROBE));
    String path =
        probe + ":" + String.join(":", libraries().values().stream().map(Path::toString).toList());
    assertEquals(PLUGGED, java(NATIVE_ACCESS, "-cp", path, "probe.Probe"));
  }

  @KernelTest
  void onTheModulePath() throws Exception {
    Map<String, Path> libraries = libraries();
    for (Map.Entry<String, Path> library : libraries.entrySet()) {
      assertTrue(
          !library.getKey().startsWith("fastvif")
              || entries(library.getValue()).containsKey("module-info.class"),
          () -> library + ": compiled without its module-info");
    }
    Path probe =
        compile(
            "module",
            Map.of("probe/Probe.java", Programs.PROBE, "module-info.java", Programs.PROBE_MODULE));
    String path =
        probe + ":" + String.join(":", libraries.values().stream().map(Path::toString).toList());
    assertEquals(
        PLUGGED,
        java(
            "--enable-native-access=io.fastvif.bindings",
            "--module-path",
            path,
            "-m",
            "probe/probe.Probe"));
  }

  @KernelTest
  void inOneJarWithAllClasses() throws Exception {
    Map<String, byte[]> all = new TreeMap<>();
    for (Path library : libraries().values()) {
      entries(library)
          .forEach(
              (name, bytes) -> {
                if (!name.endsWith("module-info.class") && !name.equals("META-INF/MANIFEST.MF")) {
                  all.putIfAbsent(name, bytes);
                }
              });
    }
    all.putAll(entries(compile("probe", Map.of("probe/Probe.java", Programs.PROBE))));
    Path jar = pack("shaded.jar", manifest("probe.Probe"), all);
    assertEquals(PLUGGED, java("-jar", jar.toString()));
  }

  @KernelTest
  void inJarsInsideAJar() throws Exception {
    Map<String, byte[]> outer =
        new TreeMap<>(
            entries(compile("launcher", Map.of("nested/Launcher.java", Programs.NESTED_LAUNCHER))));
    Map<String, Path> inner = libraries();
    inner.put("probe", compile("probe", Map.of("probe/Probe.java", Programs.PROBE)));
    for (Map.Entry<String, Path> library : inner.entrySet()) {
      Path jar = pack(library.getKey() + ".jar", new Manifest(), entries(library.getValue()));
      outer.put("BOOT-INF/lib/" + jar.getFileName(), Files.readAllBytes(jar));
    }
    Path jar = pack("boot.jar", manifest("nested.Launcher"), outer);
    assertEquals(PLUGGED, java("-jar", jar.toString()));
  }

  /** What the library consists of and needs, by name: folders or jars. */
  private static Map<String, Path> libraries() {
    String all =
        System.getProperty("jdk.module.path", "") + ":" + System.getProperty("java.class.path", "");
    Map<String, Path> libraries = new TreeMap<>();
    for (String entry : all.split(":", -1)) {
      Path path = Path.of(entry);
      String name = path.getFileName() == null ? "" : path.getFileName().toString();
      if (Files.exists(path.resolve("io/fastvif/engine/PlugEngine.class"))) {
        libraries.put("fastvif-datapath", path);
      } else if (Files.exists(path.resolve("io/fastvif/bindings/Errno.class"))
          || name.startsWith("fastvif-native-bindings")) {
        libraries.put("fastvif-native-bindings", path);
      } else if (name.matches("(agrona|HdrHistogram|jackson-core)-.*\\.jar")) {
        libraries.put(name.replaceFirst("\\.jar$", ""), path);
      }
    }
    assertEquals(5, libraries.size(), libraries::toString);
    return libraries;
  }

  private Path compile(String name, Map<String, String> sources) throws Exception {
    Path out = folder.resolve(name);
    List<String> command = new ArrayList<>(List.of(JAVA + "/javac", "-d", out.toString()));
    String path = String.join(":", libraries().values().stream().map(Path::toString).toList());
    command.addAll(
        List.of(sources.containsKey("module-info.java") ? "--module-path" : "-cp", path));
    for (Map.Entry<String, String> source : sources.entrySet()) {
      Path file = folder.resolve(name + "-source").resolve(source.getKey());
      Files.createDirectories(file.getParent());
      Files.writeString(file, source.getValue());
      command.add(file.toString());
    }
    run(command);
    return out;
  }

  private String java(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(JAVA + "/java", "-XX:TieredStopAtLevel=1", "--illegal-native-access=deny"));
    if (Runtime.version().feature() < 24) {
      command.removeLast(); // there is no such option yet
    }
    command.addAll(List.of(arguments));
    return run(command);
  }

  /** Returns what it has printed; nothing may be on standard error. */
  private String run(List<String> command) throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      assertTrue(process.waitFor(120, TimeUnit.SECONDS), () -> command + " hangs");
    } finally {
      process.destroyForcibly();
    }
    assertEquals(0, process.exitValue(), Files.readString(err) + Files.readString(out));
    assertEquals("", Files.readString(err));
    return Files.readString(out);
  }

  private static Manifest manifest(String main) {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(Attributes.Name.MAIN_CLASS, main);
    attributes.putValue("Enable-Native-Access", "ALL-UNNAMED");
    return manifest;
  }

  private static Map<String, byte[]> entries(Path library) throws IOException {
    Map<String, byte[]> entries = new TreeMap<>();
    if (Files.isDirectory(library)) {
      try (Stream<Path> files = Files.walk(library)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          entries.put(library.relativize(file).toString(), Files.readAllBytes(file));
        }
      }
      return entries;
    }
    try (ZipFile zip = new ZipFile(library.toFile())) {
      for (ZipEntry entry : zip.stream().filter(each -> !each.isDirectory()).toList()) {
        entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    }
    return entries;
  }

  private Path pack(String name, Manifest manifest, Map<String, byte[]> entries)
      throws IOException {
    Path jar = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream packed = new JarOutputStream(out, manifest)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        if (!entry.getKey().equals("META-INF/MANIFEST.MF")) {
          packed.putNextEntry(new JarEntry(entry.getKey()));
          packed.write(entry.getValue());
        }
      }
    }
    return jar;
  }
}
