package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.cli.AgentProcess;
import io.fastvif.netns.Netns;
import io.fastvif.testing.Await;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.Peer;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A host of container runtimes: the network namespace of the thread, and mounts and processes of
 * its own, with the folders empty in which runtimes keep what they know, an agent, and the client
 * under the names and in the folders where runtimes look. Whatever runs in it ends with it.
 */
final class RuntimeHost implements AutoCloseable {
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
  private static final Path PLUGINS = Path.of("/usr/lib/cni");
  private static final String LOOPBACK = "loopback";

  /** The first process, which reaps what runtimes leave; the folders are those of its mounts. */
  private static final String FIRST =
      "mount -t tmpfs run /run && mount -t tmpfs lib /var/lib && mkdir /run/netns"
          + " && mount --bind \"$1/plugins\" /usr/lib/cni && mount --bind \"$1/cni\" /etc/cni"
          + " && ip link set lo up && touch \"$1/ready\" && sleep 100000; true";

  private static final String PLUGIN =
      """
      "type": "fastvif", "attachment": "bridge", "bridge": "cni0", "isDefaultGateway": true,
      "ipMasq": true, "ipam": {"type": "host-local",
        "ranges": [[{"subnet": "10.88.0.0/22"}], [{"subnet": "fd88::/64"}]]}
      """;

  private final Path folder;
  private final Map<String, String> outside = outside();
  private final Process unshared;
  private final ProcessHandle first;
  private final AgentProcess agent;

  /** Where an ADD is held: before the client begins, or when it has its answer. */
  enum Point {
    BEFORE,
    AFTER
  }

  /** One execution of the client by a runtime. */
  record Execution(String verb, String container, int status, String netns) {}

  RuntimeHost(Path folder) throws Exception {
    this.folder = folder;
    makePlugins();
    Files.createDirectories(folder.resolve("cni/net.d"));
    Files.writeString(
        folder.resolve("cni/net.d/10-pods.conflist"),
        "{\"cniVersion\": \"1.0.0\", \"name\": \"pods\", \"plugins\": [{" + PLUGIN + "}]}");
    makeRootFileSystem();
    // Mounts of the host end here too when the host ends them, but ours are not seen there.
    unshared =
        new ProcessBuilder(
                Peer.require("unshare", "util-linux").path().toString(),
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "--mount",
                "--propagation=slave",
                "/bin/sh",
                "-c",
                FIRST,
                "sh",
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("first.log").toFile())
            .start();
    Await.until("the mounts", () -> Files.exists(folder.resolve("ready")) || !unshared.isAlive());
    assertTrue(unshared.isAlive(), Files.readString(folder.resolve("first.log")));
    first = unshared.children().findFirst().orElseThrow();
    agent = AgentProcess.start(inside(List.of()), folder, Map.of());
    try {
      agent.awaitAnswering();
    } catch (Exception | Error failed) {
      close();
      throw failed;
    }
  }

  private void makePlugins() throws Exception {
    Peer.require("gcc", "gcc libc6-dev");
    if (!Files.isExecutable(PLUGINS.resolve(LOOPBACK)) || !Files.isDirectory(Path.of("/etc/cni"))) {
      Peer.missing(
          PLUGINS.resolve(LOOPBACK)
              + " or /etc/cni is missing: apt-get install containernetworking-plugins podman");
    }
    Path plugins = Files.createDirectories(folder.resolve("plugins"));
    Peer.require("sh", "dash")
        .run(
            List.of(
                Path.of("src/main/c/build.sh").toAbsolutePath().toString(),
                client().getParent().toString()));
    Files.copy(
        PLUGINS.resolve(LOOPBACK), plugins.resolve(LOOPBACK), StandardCopyOption.COPY_ATTRIBUTES);
    Path logged = plugins.resolve("fastvif");
    Files.writeString(
        logged,
        """
        #!/bin/sh
        hold() {
          [ "$CNI_COMMAND" = ADD ] || return
          while [ -e "$1" ]; do : >"$1.reached"; sleep 0.01; done
        }
        request=$(cat)
        hold %s
        printf %%s "$request" | FASTVIF_AGENT=%s FASTVIF_COMMAND=/nonexistent/fastvif %s
        status=$?
        hold %s
        echo "$CNI_COMMAND $CNI_CONTAINERID $status $CNI_NETNS" >>%s
        exit $status
        """
            .formatted(
                held(Point.BEFORE),
                AgentProcess.socket(folder),
                client(),
                held(Point.AFTER),
                executionLog()));
    assertTrue(logged.toFile().setExecutable(true), "executable");
    Files.createFile(executionLog());
  }

  /** What a container sees: busybox, and the folders that runtimes mount on. */
  private void makeRootFileSystem() throws Exception {
    Path program = Peer.require("busybox", "busybox-static").path();
    Path bin = Files.createDirectories(root().resolve("bin"));
    Files.copy(program, bin.resolve("busybox"), StandardCopyOption.COPY_ATTRIBUTES);
    for (String name : List.of("sh", "sleep", "ping", "ip")) {
      Files.createSymbolicLink(bin.resolve(name), Path.of("busybox"));
    }
    for (String name : List.of("dev", "etc", "proc", "sys")) {
      Files.createDirectories(root().resolve(name));
    }
    Files.createFile(root().resolve("etc/mtab")); // podman would make a link to the real host's
  }

  /** The client itself, whose executions are logged by what runtimes execute. */
  Path client() {
    return folder.resolve("client/fastvif");
  }

  private Path held(Point point) {
    return folder.resolve("held-" + point);
  }

  /** Holds each ADD there from now on. */
  void hold(Point point) throws IOException {
    Files.createFile(held(point));
  }

  /** Waits until one is held. */
  void awaitHeld(Point point) throws Exception {
    Path reached = Path.of(held(point) + ".reached");
    Await.until("an ADD held " + point, () -> Files.deleteIfExists(reached));
  }

  /** Lets them go on. */
  void release(Point point) throws IOException {
    Files.delete(held(point));
  }

  /** The process of the agent: its first one has entered the mounts and waits for it. */
  ProcessHandle agent() {
    return agent.children().findFirst().orElseThrow();
  }

  /**
   * Asks the client as a runtime does that was not there when the pods came.
   *
   * @param more variables and their values, each as NAME=VALUE
   * @param valid the containers that GC is to keep
   */
  void ask(String verb, List<String> more, Set<String> valid) throws Exception {
    List<String> attachments =
        valid.stream().map(id -> "{\"containerID\":\"" + id + "\",\"ifname\":\"eth0\"}").toList();
    Path request = folder.resolve("request");
    Files.writeString(
        request,
        "{\"cniVersion\":\"1.1.0\",\"name\":\"pods\",\"cni.dev/valid-attachments\":"
            + attachments
            + ","
            + PLUGIN
            + "}");
    List<String> command = new ArrayList<>(List.of("env", "CNI_COMMAND=" + verb));
    command.add("CNI_PATH=" + PLUGINS);
    command.addAll(more);
    command.addAll(
        List.of("/bin/sh", "-c", "exec /usr/lib/cni/fastvif <\"$1\"", "sh", request.toString()));
    run(command);
  }

  private Path executionLog() {
    return folder.resolve("executions");
  }

  /** The root file system of the containers. */
  Path root() {
    return folder.resolve("root");
  }

  /** Below which the containers' cgroups are, as those of no other run. */
  String cgroup() {
    return "/fastvif-pods-" + ProcessHandle.current().pid();
  }

  private List<String> inside(List<String> command) {
    List<String> whole = new ArrayList<>();
    whole.add(Peer.require("nsenter", "util-linux").path().toString());
    whole.addAll(
        List.of(
            "--mount=/proc/" + first.pid() + "/ns/mnt",
            "--pid=/proc/" + first.pid() + "/ns/pid",
            "--wd=/",
            "--"));
    whole.addAll(command);
    return whole;
  }

  /** Runs a program in it, which must succeed. */
  String run(List<String> command) throws Exception {
    List<String> whole = inside(command);
    return Peer.require("nsenter", "util-linux").run(whole.subList(1, whole.size()));
  }

  /** Fails unless each execution, of which there were some, has done what it was asked. */
  void requireAllExecutionsSucceeded() throws IOException {
    List<Execution> all = executions();
    assertNotEquals(List.of(), all);
    assertEquals(List.of(), all.stream().filter(one -> one.status() != 0).toList());
  }

  /** Starts a program in it, with a log; it ends with the host at the latest. */
  Process start(String log, List<String> command) throws IOException {
    return new ProcessBuilder(inside(command))
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(log).toFile())
        .start();
  }

  /** A path in it, as this process sees it. */
  Path path(String inside) {
    return Path.of("/proc/" + first.pid() + "/root" + inside);
  }

  /** The executions of the client that have ended, but for VERSION. */
  List<Execution> executions() throws IOException {
    List<Execution> all = new ArrayList<>();
    for (String line : Files.readAllLines(executionLog())) {
      String[] words = line.split(" ", -1);
      if (!words[0].equals("VERSION")) {
        all.add(new Execution(words[0], words[1], Integer.parseInt(words[2]), words[3]));
      }
    }
    return all;
  }

  /** What the runtimes and host-local keep of pods: results, addresses, namespaces. */
  Set<String> kept() throws IOException {
    Set<String> kept = new TreeSet<>();
    for (String folder :
        List.of("/run/netns", "/var/lib/cni/results", "/var/lib/cni/networks/pods")) {
      if (Files.isDirectory(path(folder))) {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(path(folder))) {
          all.forEach(file -> kept.add(folder + "/" + file.getFileName()));
        }
      }
    }
    kept.removeIf(file -> file.contains("/last_reserved_ip.") || file.endsWith("/lock"));
    return kept;
  }

  /** Links and settings of the real host, which runtimes reach for. */
  private static Map<String, String> outside() {
    try (Netns host = Netns.of(Path.of("/proc/self/ns/net"))) {
      HostState state = host.call(new HostStateReader()::read);
      Map<String, String> kept = new TreeMap<>(state.objects().get("sysctls"));
      for (String name : state.objects().keySet()) {
        if (name.startsWith("link ")) {
          kept.put(name, "");
        }
      }
      return kept;
    }
  }

  /** Ends all that runs in it; then nothing of it is on the real host. */
  @Override
  public void close() {
    agent.close(); // stopped with its child, it would not reap it, and the first process waits for
    // that
    first.destroyForcibly();
    unshared.onExit().join();
    try {
      removeCgroups();
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
    assertEquals(outside, outside(), "links and settings of the real host");
  }

  /** They stay when their processes have ended, and cannot be removed before. */
  private void removeCgroups() throws Exception {
    try (DirectoryStream<Path> hierarchies = Files.newDirectoryStream(CGROUPS)) {
      for (Path hierarchy : hierarchies) {
        remove(hierarchy.resolve(cgroup().substring(1)));
      }
    }
    remove(CGROUPS.resolve(cgroup().substring(1)));
  }

  private static void remove(Path cgroup) throws Exception {
    if (!Files.isDirectory(cgroup)) {
      return;
    }
    List<Path> groups;
    try (Stream<Path> all = Files.walk(cgroup)) {
      groups = all.filter(Files::isDirectory).sorted(Comparator.reverseOrder()).toList();
    }
    for (Path group : groups) {
      Await.until("no process in " + group, () -> group.toFile().delete());
    }
  }
}
