package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The shell script that starts the command, in a folder of its own, among JDKs that are fake. */
class LauncherTest {
  /** Says which it is and what it was given; makes the cache that it is asked for. */
  private static final String FAKE_JAVA =
      """
      #!/bin/sh
      echo "$0 $*"
      for word; do
        case $word in
          -XX:AOTCacheOutput=* | -XX:ArchiveClassesAtExit=*) echo trained >"${word#*=}" ;;
        esac
      done
      """;

  /** Writes down which module it was asked for, and makes its jar. */
  private static final String FAKE_MAVEN =
      """
      #!/bin/sh
      while [ "$1" != -pl ]; do
        shift
      done
      echo "$2" >>"$BUILDS"
      echo "[INFO] Building fastvif-$2 1 [1/1]"
      [ -z "${FAILS-}" ] || { echo "[ERROR] it fails"; exit 1; }
      case $2 in datapath) jar=fastvif-datapath-command ;; *) jar=fastvif-$2 ;; esac
      echo jar >"$2/target/$jar.jar"
      """;

  @TempDir Path folder;
  private Path target;
  private Path jar;

  private record Run(int status, String out, String err) {}

  @BeforeEach
  void install() throws IOException {
    target = Files.createDirectories(folder.resolve("top/datapath/target"));
    jar = target.resolve("fastvif-datapath-command.jar");
    Files.copy(Path.of("..", "fastvif"), folder.resolve("top/fastvif"));
    Path options = Path.of("src", "main", "packaging", "java-options.sh");
    Path copy = folder.resolve("top/datapath").resolve(options);
    Files.createDirectories(copy.getParent());
    Files.copy(options, copy);
    Files.setLastModifiedTime(copy, FileTime.fromMillis(0)); // older than what is built
    Files.setLastModifiedTime(copy.getParent(), FileTime.fromMillis(0));
    Files.setLastModifiedTime(copy.getParent().getParent(), FileTime.fromMillis(0));
    Files.createDirectories(folder.resolve("jdks"));
  }

  private String jdk(String name, String release) throws IOException {
    Path home = Files.createDirectories(folder.resolve("jdks").resolve(name));
    Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
    Files.writeString(java, FAKE_JAVA);
    assertTrue(java.toFile().setExecutable(true));
    Files.writeString(home.resolve("release"), release);
    age(home.resolve("release"));
    return home.toString();
  }

  private String version(String version) throws IOException {
    return jdk("jdk-" + version, "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
  }

  private void fakeJar() throws IOException {
    Files.writeString(jar, "a jar");
    age(jar);
  }

  /** Files made in the same tick of the clock are none newer than the other. */
  private static void age(Path file) throws IOException {
    Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis() - 60_000));
  }

  private Run start(Map<String, String> environment, String... command) throws Exception {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(folder.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/bin:/bin");
    builder.environment().put("FASTVIF_JDKS", folder + "/jdks/*");
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertTrue(process.waitFor(240, TimeUnit.SECONDS), "the command hangs");
    } finally {
      process.destroyForcibly();
    }
    return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private void assertStarts(String home, Map<String, String> environment) throws Exception {
    Run run = start(environment, "top/fastvif", "list", "two words");
    assertEquals("", run.err());
    assertEquals(0, run.status());
    assertTrue(run.out().startsWith(home + "/bin/java "), run.out());
    assertTrue(run.out().endsWith(" -jar " + jar + " list two words\n"), run.out());
  }

  @Test
  void newestJdkIsChosen() throws Exception {
    fakeJar();
    version("17.0.1");
    version("22");
    String newest = version("26-ea");
    version("25.0.3");
    version("1.8.0_402");
    jdk("broken", "JAVA_VERSION=\"x.y\"\n");
    jdk("empty", "");
    assertStarts(newest, Map.of());
  }

  @Test
  void javaHomeComesFirstIfItIsNewEnough() throws Exception {
    fakeJar();
    String newest = version("25.0.3");
    assertStarts(newest, Map.of("JAVA_HOME", version("17.0.1")));
    assertStarts(newest, Map.of("JAVA_HOME", folder + "/nothing"));
    String named = version("22.0.2");
    assertStarts(named, Map.of("JAVA_HOME", named));
  }

  @Test
  void withoutSuchJdkItSaysWhatToInstall() throws Exception {
    fakeJar();
    version("21.0.9");
    Run run = start(Map.of(), "top/fastvif", "list");
    assertEquals(1, run.status());
    assertEquals("", run.out());
    assertTrue(run.err().startsWith("fastvif: needs a JDK 22 or newer"), run.err());
  }

  @Test
  void aWorkingFolderThatIsGoneIsSaid() throws Exception {
    version("25.0.3");
    fakeJar();
    String script = "mkdir gone; cd gone; rmdir ../gone; exec \"$0\" list";
    Run run = start(Map.of(), "sh", "-c", script, folder.resolve("top/fastvif").toString());
    assertEquals(2, run.status());
    // After a line of the shell's own.
    assertTrue(
        run.err().endsWith("fastvif: the working folder is gone: expected one that is there\n"),
        run.err());
  }

  @Test
  void startsThroughSymbolicLinks() throws Exception {
    fakeJar();
    String home = version("25.0.3");
    Path bin = Files.createDirectory(folder.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("first"), Path.of("../top/fastvif"));
    Files.createSymbolicLink(bin.resolve("second"), bin.resolve("first"));
    Run run = start(Map.of("PATH", bin + ":/usr/bin:/bin"), "sh", "-c", "cd / && second list");
    assertEquals("", run.err());
    assertTrue(run.out().startsWith(home + "/bin/java "), run.out());
    assertTrue(run.out().endsWith(" -jar " + jar + " list\n"), run.out());
  }

  @Test
  void cacheIsMadeOnceForEachBuildAndJdk() throws Exception {
    fakeJar();
    assertStarts(version("24.0.1"), Map.of());
    Path archive = cache("fastvif-24.0.1-", "-command.jsa");
    assertStarts(version("25.0.3"), Map.of());
    Path cache = cache("fastvif-25.0.3-", "-command.aot");
    Files.writeString(cache, "kept");
    assertStarts(version("25.0.3"), Map.of());
    assertEquals("kept", Files.readString(cache));
    assertEquals("trained\n", Files.readString(archive));
    age(cache);
    Files.setLastModifiedTime(jar, FileTime.fromMillis(System.currentTimeMillis() - 1_000));
    assertStarts(version("25.0.3"), Map.of());
    assertEquals("trained\n", Files.readString(cache), "the jar is newer than the cache");
    try (Stream<Path> files = Files.list(target)) {
      assertEquals(3, files.count(), "nothing but the jar and two caches is left");
    }
  }

  /** A JVM loads all of a cache: the agent's has libraries that a plug does not need. */
  @Test
  void agentHasCacheOfItsOwn() throws Exception {
    fakeJar();
    version("25.0.3");
    String[][] ofAgent = {{"agent"}, {"agent", "status"}, {"cni"}, {"plug", "--agent=/run/s", "f"}};
    for (String[] command : ofAgent) {
      assertCache("-agent.aot", Map.of(), command);
    }
    assertCache("-agent.aot", Map.of("FASTVIF_AGENT", "/run/s"), "list");
    for (String command : List.of("list", "plug", "demo", "host-info")) {
      assertCache("-command.aot", Map.of(), command);
    }
  }

  private void assertCache(String end, Map<String, String> environment, String... command)
      throws Exception {
    List<String> line = new ArrayList<>(List.of("top/fastvif"));
    line.addAll(List.of(command));
    Run run = start(environment, line.toArray(new String[0]));
    assertEquals("", run.err());
    assertTrue(run.out().contains(end + " -jar "), run.out());
  }

  private Path cache(String start, String end) throws IOException {
    try (Stream<Path> files = Files.list(target)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(start))
          .filter(file -> file.toString().endsWith(end))
          .findAny()
          .orElseThrow();
    }
  }

  @Test
  void aCommandThatStaysHasBothCompilersAndAQuietJvm() throws Exception {
    fakeJar();
    version("25.0.3");
    Run serve = start(Map.of(), "top/fastvif", "vhost-user", "serve", "vifs");
    assertEquals("", serve.err());
    assertFalse(serve.out().contains("TieredStopAtLevel"), "the second compiler is on");
    assertFalse(serve.out().contains("CompileThreshold"), serve.out());
    for (String option : ServeProcess.JVM_OPTIONS) {
      assertTrue(serve.out().contains(" " + option + " "), option + " in " + serve.out());
    }
    assertTrue(serve.out().endsWith(" -jar " + jar + " vhost-user serve vifs\n"), serve.out());
    for (String[] command : new String[][] {{"vhost-user", "probe"}, {"list"}, {"demo"}}) {
      List<String> line = new ArrayList<>(List.of("top/fastvif"));
      line.addAll(List.of(command));
      Run run = start(Map.of(), line.toArray(new String[0]));
      assertTrue(run.out().contains(" -XX:TieredStopAtLevel=1 "), run.out());
    }
  }

  @Test
  void theAgentIsASmallAndQuietJvmAndItsClientsAreShortCommands() throws Exception {
    fakeJar();
    version("25.0.3");
    for (String[] command : new String[][] {{"agent"}, {"agent", "--socket", "x"}}) {
      List<String> line = new ArrayList<>(List.of("top/fastvif"));
      line.addAll(List.of(command));
      Run agent = start(Map.of(), line.toArray(new String[0]));
      for (String option : ServeProcess.JVM_OPTIONS) {
        assertTrue(agent.out().contains(" " + option + " "), option + " in " + agent.out());
      }
      assertTrue(agent.out().contains(" -XX:ReservedCodeCacheSize=24m "), agent.out());
      assertTrue(agent.out().contains(" -XX:CompileThresholdScaling=0.05 "), agent.out());
    }
    Run status = start(Map.of(), "top/fastvif", "agent", "status");
    assertTrue(status.out().contains(" -XX:CompileThresholdScaling=10 "), status.out());
    assertFalse(status.out().contains("ReservedCodeCacheSize"), status.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"bench", "soak"})
  void measuringCommandsAreStartedInTheirOwnModule(String command) throws Exception {
    String home = version("25.0.3");
    Path benchmarks = Files.createDirectories(folder.resolve("top/benchmarks/target"));
    jar = benchmarks.resolve("fastvif-benchmarks.jar");
    fakeJar();
    Run run = start(Map.of(), "top/fastvif", command, "--vifs", "1 2");
    assertEquals("", run.err());
    assertTrue(run.out().startsWith(home + "/bin/java "), run.out());
    assertTrue(run.out().endsWith(" -jar " + jar + " " + command + " --vifs 1 2\n"), run.out());
    assertFalse(run.out().contains("TieredStopAtLevel"), "the second compiler is on");
    try (Stream<Path> files = Files.list(target)) {
      assertEquals(0, files.count(), "nothing is made for the command that is not run");
    }
  }

  @ParameterizedTest
  @CsvSource({"list,datapath", "bench,benchmarks", "soak,benchmarks"})
  void modulesAreBuiltOnFirstUseAndWhenTheirSourcesAreNewer(String command, String module)
      throws Exception {
    version("25.0.3");
    Path bin = Files.createDirectory(folder.resolve("bin"));
    Path maven = bin.resolve("mvn");
    Files.writeString(maven, FAKE_MAVEN);
    assertTrue(maven.toFile().setExecutable(true));
    Files.writeString(folder.resolve("top/pom.xml"), "<project/>");
    age(folder.resolve("top/pom.xml"));
    Map<String, String> environment =
        Map.of("PATH", bin + ":/usr/bin:/bin", "BUILDS", folder + "/builds");
    Run first = start(environment, "top/fastvif", command);
    assertEquals(0, first.status(), first.err());
    String building =
        "fastvif: building, which takes some minutes the first time\nfastvif: building fastvif-"
            + module
            + "\n";
    assertEquals(building, first.err());
    assertEquals(module + "\n", Files.readString(folder.resolve("builds")));
    assertEquals("", start(environment, "top/fastvif", command).err(), "built already");
    Path source = folder.resolve("top/" + module + "/src/main/java/New.java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, "class New {}");
    Files.setLastModifiedTime(source, FileTime.fromMillis(System.currentTimeMillis() + 60_000));
    assertEquals(building, start(environment, "top/fastvif", command).err());
    try (Stream<Path> files = Files.walk(folder.resolve("top"))) {
      assertTrue(
          files.noneMatch(file -> file.endsWith("fastvif-building")), "no build is under way");
    }
  }

  @Test
  void aBuildThatFailsSaysWhyAndIsTriedAgain() throws Exception {
    version("25.0.3");
    Path maven = Files.createDirectory(folder.resolve("bin")).resolve("mvn");
    Files.writeString(maven, FAKE_MAVEN);
    assertTrue(maven.toFile().setExecutable(true));
    Files.writeString(folder.resolve("top/pom.xml"), "<project/>");
    Map<String, String> environment =
        Map.of("PATH", maven.getParent() + ":/usr/bin:/bin", "BUILDS", folder + "/builds");
    Map<String, String> failing = new HashMap<>(environment);
    failing.put("FAILS", "yes");
    Run failed = start(failing, "top/fastvif", "list");
    assertEquals(1, failed.status());
    assertTrue(failed.err().endsWith("fastvif-datapath\n[ERROR] it fails\n"), failed.err());
    assertEquals(0, start(environment, "top/fastvif", "list").status());
    assertEquals("datapath\ndatapath\n", Files.readString(folder.resolve("builds")));
  }

  @Test
  void trainedCommandWorks() throws Exception {
    packCommand();
    Path vifs = folder.resolve("vifs.json");
    try (var in = Fastvif.class.getResourceAsStream("warm-up.json")) {
      Files.write(vifs, in.readAllBytes());
    }
    String home = System.getProperty("java.home");
    Run first = start(Map.of("JAVA_HOME", home), "top/fastvif", "convert", vifs.toString());
    assertEquals("", first.err());
    assertEquals(0, first.status());
    assertFalse(first.out().isEmpty());
    // The JVM refuses to start if it cannot use the cache.
    boolean aot = Runtime.version().feature() >= 25;
    String strict = aot ? "-XX:AOTMode=on" : "-Xshare:on";
    Run second =
        start(
            Map.of("JAVA_HOME", home, "JDK_JAVA_OPTIONS", strict),
            "top/fastvif",
            "convert",
            vifs.toString());
    assertEquals("NOTE: Picked up JDK_JAVA_OPTIONS: " + strict, second.err().strip());
    assertEquals(first.out(), second.out());
    assertEquals(0, second.status());
    // With the options of a command that stays the cache is taken as well.
    Run serve =
        start(
            Map.of("JAVA_HOME", home, "JDK_JAVA_OPTIONS", strict),
            "top/fastvif",
            "vhost-user",
            "serve",
            "missing.json");
    assertEquals(Fastvif.WRONG_INPUT, serve.status(), serve::toString);
    assertTrue(serve.err().contains("missing.json"), serve.err());
  }

  /** Each class that a command has to load from a jar, checked and linked, costs it time. */
  @Test
  void trainingLoadsWhatTheCommandsNeed() throws Exception {
    packCommand();
    Path vifs = folder.resolve("vifs.json");
    try (var in = Fastvif.class.getResourceAsStream("warm-up.json")) {
      Files.write(vifs, in.readAllBytes());
    }
    String home = System.getProperty("java.home");
    String java = home + "/bin/java";
    Run info = start(Map.of("JAVA_HOME", home), "top/fastvif", "host-info", "--json");
    assertEquals("", info.err());
    Path host = Files.writeString(folder.resolve("host.json"), info.out());
    boolean aot = Runtime.version().feature() >= 25;
    Path cache = cache("fastvif-" + Runtime.version().feature(), aot ? ".aot" : ".jsa");
    String use = aot ? "-XX:AOTCache=" + cache : "-XX:SharedArchiveFile=" + cache;
    String[][] commands = {
      {"host-info"},
      {"convert", "--to", "VIFBridge=1.0", vifs.toString()},
      {"libvirt-xml", vifs.toString()},
      {"negotiate", "--host-info", host.toString(), vifs.toString()},
      {"plan", vifs.toString()},
      {"list"},
    };
    for (String[] command : commands) {
      Path log = folder.resolve("class-load");
      List<String> line = new ArrayList<>(List.of(java, "-XX:+UseSerialGC", use));
      line.addAll(List.of("-XX:+IgnoreUnrecognizedVMOptions", "-XX:+UseCompactObjectHeaders"));
      line.add("-Xlog:class+load:file=" + log);
      line.addAll(List.of("-jar", jar.toString()));
      line.addAll(List.of(command));
      Run run = start(Map.of(), line.toArray(new String[0]));
      assertEquals(0, run.status(), run::toString);
      List<String> loaded = Files.readAllLines(log);
      assertTrue(loaded.stream().anyMatch(each -> each.contains("io.fastvif")), "no class at all");
      assertEquals(
          List.of(),
          loaded.stream().filter(each -> each.contains(" source: file:")).toList(),
          String.join(" ", command));
    }
  }

  /** The command as the build packs it: a jar that names its libraries. */
  private void packCommand() throws IOException {
    StringBuilder libraries = new StringBuilder();
    int number = 0;
    for (String entry : classPath()) {
      Path path = Path.of(entry);
      if (entry.contains("test-classes")) {
        continue;
      }
      Path library = target.resolve("library-" + number++ + ".jar");
      if (Files.isDirectory(path)) {
        pack(path, library, new Manifest());
      } else {
        Files.copy(path, library);
      }
      libraries.append(library.getFileName()).append(' ');
    }
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(Attributes.Name.MAIN_CLASS, Fastvif.class.getName());
    attributes.put(Attributes.Name.CLASS_PATH, libraries.toString());
    attributes.putValue("Enable-Native-Access", "ALL-UNNAMED");
    pack(Files.createDirectory(folder.resolve("no-classes")), jar, manifest);
    age(jar);
  }

  private static List<String> classPath() {
    String modules = System.getProperty("jdk.module.path", "");
    String classes = System.getProperty("java.class.path", "");
    return Stream.of((modules + File.pathSeparator + classes).split(File.pathSeparator))
        .filter(entry -> !entry.isEmpty() && Files.exists(Path.of(entry)))
        .distinct()
        .toList();
  }

  private static void pack(Path folder, Path jar, Manifest manifest) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream packed = new JarOutputStream(out, manifest);
        Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        packed.putNextEntry(new JarEntry(folder.relativize(file).toString()));
        Files.copy(file, packed);
      }
    }
  }
}
