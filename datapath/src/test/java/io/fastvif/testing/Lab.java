package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.fastvif.netns.Netns;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * One run of the lab, a virtual machine with an SR-IOV NIC (src/test/lab/README.md). Classes are
 * compiled outside and run inside, where this machine's files are read-only.
 *
 * <pre>
 * Lab lab = Lab.of("switchdev-lookups.sh", folder).functions(2).launcher("fastvif", Fastvif.class);
 * String lines = lab.run().text("lines");
 * </pre>
 */
public final class Lab {
  private static final Path HOME = Path.of("src/test/lab").toAbsolutePath().normalize();
  private static final int FETCH_SECONDS = 1200;

  /** What booting may take beyond the script's limit: three attempts of vm.sh's. */
  private static final int BOOT_SECONDS = 400;

  static {
    Children.endWithThis();
  }

  private static final String X86_64 = "x86_64";
  private static final String AARCH64 = "aarch64";

  private final Path script;
  private final Path out;
  private final String architecture;
  private int seconds = 480;
  private int functions = 1;
  private String memory = "1G";

  private Lab(String script, Path out, String architecture) {
    this.script = HOME.resolve("guest").resolve(script);
    this.out = out;
    this.architecture = architecture;
  }

  /**
   * Prepares a run. Skips the test where the lab is not fetched, or fetches it if every peer is
   * required.
   *
   * @param script of the folder src/test/lab/guest; runs there as root, with {@code $OUT} and
   *     {@code $LAB_DIR}
   * @param out a folder of the test's: {@code $OUT} of the script
   */
  public static Lab of(String script, Path out) throws IOException, InterruptedException {
    require("--ready", out);
    return new Lab(script, out, X86_64);
  }

  /**
   * The same in the guest with another processor, kernel and Java runtime, and no NIC. This
   * machine's files are under /host there.
   */
  public static Lab ofAarch64(String script, Path out) throws IOException, InterruptedException {
    require("--ready", out, AARCH64);
    return new Lab(script, out, AARCH64);
  }

  /**
   * The same where the script wants netdevsim too, which is there if its source was fetched: always
   * if every peer is required.
   */
  public static Lab ofNetdevsim(String script, Path out) throws IOException, InterruptedException {
    require("--netdevsim", out);
    return new Lab(script, out, X86_64);
  }

  /**
   * Skips the test where the lab is not fetched. If every peer is required it is fetched now, in
   * the namespace of the process: a test's own has no network.
   *
   * @param state {@code --fetch}, {@code --ready} or {@code --netdevsim}, as lab.sh takes it
   */
  static void require(String state, Path folder) throws IOException, InterruptedException {
    require(state, folder, X86_64);
  }

  private static void require(String state, Path folder, String architecture)
      throws IOException, InterruptedException {
    boolean required = Boolean.getBoolean("fastvif.require-all-peers");
    Path log = folder.resolve("lab.log");
    try (Netns host = Netns.ofProcess(ProcessHandle.current().pid())) {
      if (host.call(
              () -> run(command(architecture, required ? state : "--check"), log, FETCH_SECONDS))
          != 0) {
        Peer.missing(read(log).strip());
      }
    }
  }

  /** How many physical functions the NIC has: 1 (by default) or 2. */
  public Lab functions(int count) {
    functions = count;
    return this;
  }

  /** How long the script may take; 480 s by default. */
  public Lab seconds(int limit) {
    seconds = limit;
    return this;
  }

  /** The guest's memory, as QEMU takes it; {@code 1G} by default. */
  public Lab memory(String size) {
    memory = size;
    return this;
  }

  /**
   * Puts an executable file into {@code $OUT} that starts a class, of the product or of its tests,
   * on the JDK that runs this test; in the other guest, on its own.
   */
  public Lab launcher(String file, Class<?> main) throws IOException {
    List<String> command =
        List.of(
            isForeign() ? "/usr/bin/java" : System.getProperty("java.home") + "/bin/java",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            "'" + (isForeign() ? packed(classPath(main)) : classPath(main)) + "'",
            "'" + main.getName() + "'", // a nested class has a dollar sign
            "\"$@\"");
    Path launcher = out.resolve(file);
    Files.writeString(launcher, "#!/bin/sh\nexec " + String.join(" ", command) + "\n");
    if (!launcher.toFile().setExecutable(true)) {
      throw new IOException(launcher + " cannot be made executable");
    }
    return this;
  }

  /** Where this process has its classes from, be it the class path, the module path or a patch. */
  private static String classPath(Class<?> main) {
    Set<String> entries = new LinkedHashSet<>();
    entries.add(root(main));
    entries.add(root(Lab.class));
    for (String property : List.of("jdk.module.path", "java.class.path")) {
      for (String entry : System.getProperty(property, "").split(File.pathSeparator, -1)) {
        if (!entry.isEmpty()) {
          entries.add(Path.of(entry).toAbsolutePath().toString());
        }
      }
    }
    return String.join(File.pathSeparator, entries);
  }

  private boolean isForeign() {
    return !architecture.equals(X86_64);
  }

  /**
   * The class path as that guest has it: jars are where they are, under /host; of each folder there
   * is a jar in {@code $OUT}, as opening thousands of files would take it minutes.
   */
  private String packed(String classPath) throws IOException {
    List<String> entries = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      if (Files.isRegularFile(path)) {
        entries.add("/host" + path.toRealPath());
      } else if (Files.isDirectory(path)) {
        String name = "classes" + entries.size() + ".jar";
        pack(path, out.resolve(name));
        entries.add("/out/" + name);
      }
    }
    return String.join(File.pathSeparator, entries);
  }

  private static void pack(Path folder, Path jar) throws IOException {
    if (Files.exists(jar)) {
      return; // of another launcher
    }
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.walk(folder)) {
      zip.setLevel(Deflater.NO_COMPRESSION);
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        zip.putNextEntry(new ZipEntry(folder.relativize(file).toString()));
        Files.copy(file, zip);
      }
    }
  }

  private static String root(Class<?> type) {
    String file = type.getName().replace('.', '/') + ".class";
    URL found = type.getResource("/" + file);
    try {
      if (found != null && found.getProtocol().equals("jar")) { // jar:file:/...!/io/fastvif/...
        String jar = found.getPath();
        return Path.of(new URI(jar.substring(0, jar.indexOf('!')))).toString();
      }
      if (found == null || !found.getProtocol().equals("file")) {
        throw new IllegalStateException("no file of " + type + ": " + found);
      }
      Path path = Path.of(found.toURI());
      for (int i = 0; i < Path.of(file).getNameCount(); i++) {
        path = path.getParent();
      }
      return path.toString();
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Runs the script, which must end with status 0. */
  public Lab run() throws IOException, InterruptedException {
    assertEquals(0, status(), () -> read(out.resolve("vm.log")));
    return this;
  }

  /** Runs the script; the status that it ends with, or 125 if it does not within its time. */
  public int status() throws IOException, InterruptedException {
    Path log = out.resolve("vm.log");
    ProcessBuilder vm =
        command(architecture, "-t", "" + seconds, "-f", "" + functions, script.toString());
    vm.environment().put("LAB_OUT", out.toString());
    vm.environment().put("LAB_MEM", memory);
    return run(vm, log, seconds + BOOT_SECONDS);
  }

  /** What the script printed, and the guest's kernel. */
  public String log() {
    return read(out.resolve("vm.log"));
  }

  /** A file that the script left in {@code $OUT}. */
  public String text(String file) {
    return read(out.resolve(file));
  }

  private static ProcessBuilder command(String architecture, String... arguments) {
    List<String> command = new ArrayList<>(List.of(arguments));
    command.addFirst(HOME.resolve("lab.sh").toString());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("LAB_ARCH", architecture);
    return builder;
  }

  private static int run(ProcessBuilder builder, Path output, int limitSeconds)
      throws IOException, InterruptedException {
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
      process.destroy(); // vm.sh ends QEMU by itself, earlier
      process.waitFor();
      fail(builder.command() + " did not end: " + read(output));
    }
    return process.exitValue();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException absent) {
      return absent.toString();
    }
  }
}
