package io.fastvif.openstack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.fail;

import io.fastvif.agent.api.JsonValue;
import io.fastvif.testing.Peer;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Nova's own code that plugs VIFs, as a process of the user {@code nova} in the network namespace
 * of the thread that starts it. It gets root as nova-compute does: by sudo and nova-rootwrap, which
 * only os-vif's own plugins ask for.
 */
final class NovaProcess implements AutoCloseable {
  /** Where the plugin is on Python's path. */
  enum Place {
    NOWHERE,
    BEFORE_OS_VIF,
    AFTER_OS_VIF
  }

  /** The number of poll(2), and a space; what waits for requests is in read(2). */
  private static final String POLL = "7 ";

  private static final int TIMEOUT_SECONDS = 240;
  private static final Path PLUGIN = Path.of("src/main/python");
  private static final String PACKAGES = "/usr/lib/python3/dist-packages";
  private static final String SCRIPT = "nova-plug.py";
  private static final String ROOT_HELPER = "sudo nova-rootwrap /etc/nova/rootwrap.conf";

  private final Process process;
  private final BufferedWriter requests;
  private final BufferedReader answers;
  private final Path log;

  private NovaProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
    requests = process.outputWriter();
    answers = process.inputReader();
  }

  /** Skips the test, or fails it if every peer is required, where a part is missing. */
  static void require() {
    Peer.requirePythonModule("nova.virt.libvirt", "python3-nova");
    Peer.requirePythonModule("os_vif", "python3-os-vif");
    Peer.require("nova-rootwrap", "nova-common");
    Peer.require("sudo", "sudo");
    Peer.require("setpriv", "util-linux");
  }

  /**
   * Copies the plugin, and what starts Nova, to where everybody may read them.
   *
   * @param folder the test's, which becomes everybody's to enter
   */
  static void prepare(Path folder) throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path locks = Files.createDirectories(folder.resolve("locks"));
    Files.setPosixFilePermissions(locks, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path filters = Files.createDirectories(folder.resolve("rootwrap.d"));
    Files.writeString(
        filters.resolve("privsep.filters"),
        "[Filters]\nprivsep: CommandFilter, privsep-helper, root\n");
    Path copy = folder.resolve("python");
    try (Stream<Path> files = Files.walk(PLUGIN)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path target = copy.resolve(PLUGIN.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
    try (InputStream script = NovaProcess.class.getResourceAsStream("/" + SCRIPT)) {
      Files.write(folder.resolve(SCRIPT), script.readAllBytes());
    }
  }

  /**
   * Starts it.
   *
   * @param folder that was prepared
   * @param name of its files there
   * @param conf what nova.conf says, beside what a process without a host needs
   * @param mounts what stands in its own mount namespace, by the folder that it stands in place of
   * @param variables that are added to the environment, as {@code NAME=VALUE}
   */
  static NovaProcess start(
      Path folder,
      String name,
      Place place,
      String conf,
      Map<String, Path> mounts,
      String... variables)
      throws IOException {
    Path file = folder.resolve(name + ".conf");
    Files.writeString(
        file, "[oslo_concurrency]\nlock_path = " + folder.resolve("locks") + "\n" + conf);
    Path log = folder.resolve(name + ".log");
    List<String> command =
        inMounts(mounts, Map.of("/etc/nova/rootwrap.d", folder.resolve("rootwrap.d")));
    command.addAll(
        List.of(
            "setpriv",
            "--reuid=nova",
            "--regid=nova",
            "--init-groups",
            "/usr/bin/python3",
            "-W",
            "ignore",
            folder.resolve(SCRIPT).toString(),
            file.toString(),
            ROOT_HELPER));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    String plugin = folder.resolve("python").toString();
    switch (place) {
      case NOWHERE -> builder.environment().remove("PYTHONPATH");
      case BEFORE_OS_VIF -> builder.environment().put("PYTHONPATH", plugin);
      case AFTER_OS_VIF -> builder.environment().put("PYTHONPATH", PACKAGES + ":" + plugin);
    }
    builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    for (String variable : variables) {
      builder.environment().put(variable.split("=", 2)[0], variable.split("=", 2)[1]);
    }
    return new NovaProcess(builder.start(), log);
  }

  /** Begins a command line that has folders in the place of others. */
  @SafeVarargs
  static List<String> inMounts(Map<String, Path>... mounts) {
    StringBuilder script = new StringBuilder();
    for (Map<String, Path> some : mounts) {
      some.forEach(
          (target, source) ->
              script
                  .append("mount --bind ")
                  .append(source)
                  .append(' ')
                  .append(target)
                  .append(" && "));
    }
    return new ArrayList<>(List.of("unshare", "-m", "sh", "-c", script + "exec \"$@\"", "sh"));
  }

  /** Asks, as the script describes it. */
  Map<String, Object> ask(String request) throws IOException {
    requests.write(request);
    requests.newLine();
    requests.flush();
    CompletableFuture<String> answer = CompletableFuture.supplyAsync(this::line);
    try {
      return JsonValue.object(JsonValue.of(answer.get(TIMEOUT_SECONDS, TimeUnit.SECONDS)));
    } catch (TimeoutException late) {
      process.destroyForcibly();
      return fail(request + ": no answer within " + TIMEOUT_SECONDS + " s; " + log());
    } catch (Exception failed) {
      return fail(request + ": " + failed + "; " + log());
    }
  }

  private String line() {
    try {
      String line = answers.readLine();
      return line == null ? "" : line;
    } catch (IOException ended) {
      return "";
    }
  }

  /** Does that with a VIF, which must not fail. */
  Object done(String action, String kind, int number) throws IOException {
    Map<String, Object> answer = ask(request(action, kind, number));
    assertNull(answer.get("error"), action + " of " + kind);
    return answer.get("value");
  }

  /** Does that with a VIF, which must fail; returns why it did. */
  String failed(String action, String kind, int number) throws IOException {
    Map<String, Object> answer = ask(request(action, kind, number));
    return String.valueOf(answer.getOrDefault("error", "it has not failed"));
  }

  private static String request(String action, String kind, int number) {
    return "{\"do\":\"%s\",\"kind\":\"%s\",\"n\":%d}".formatted(action, kind, number);
  }

  /** Whether it has asked somebody over a socket, and waits. */
  boolean isWaitingForAnswer() throws IOException {
    String call = Files.readString(Path.of("/proc/" + process.pid() + "/syscall"));
    return call.startsWith(POLL);
  }

  /** What it has logged. */
  String log() throws IOException {
    return Files.readString(log);
  }

  @Override
  public void close() throws IOException {
    requests.close(); // it ends then
    try {
      if (process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        assertEquals(0, process.exitValue(), log());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly().onExit().join();
    }
  }
}
