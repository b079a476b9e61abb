package io.fastvif.benchmarks.process;

import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * An Open vSwitch of the comparison's own: database, sockets and processes in a private folder and
 * a private network namespace, the bridge br-int with the userspace datapath. Needs root.
 */
public final class OvsSwitch implements AutoCloseable {
  /** The bridge that VIFs are on. */
  public static final String BRIDGE = "br-int";

  private static final String SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema";
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final long POLL_NANOS = 2_000_000;
  private static final int CLEARING_GROUP = 0x7fff_0002;

  private final Path folder;
  private final Netns namespace = Netns.createPrivate();
  private final RouteSocket route = namespace.call(RouteSocket::open);
  private final List<Process> processes = new ArrayList<>();
  private final Set<String> ownLinks;

  /** Starts it. */
  public OvsSwitch(Path folder) throws IOException {
    this(folder, "ovs-vswitchd");
  }

  /**
   * Starts it with a program and settings of its own.
   *
   * @param program the switch
   * @param otherConfig of the table Open_vSwitch, as {@code KEY=VALUE}
   */
  public OvsSwitch(Path folder, String program, String... otherConfig) throws IOException {
    this.folder = Files.createDirectories(folder);
    try {
      Child.run(new ProcessBuilder("ovsdb-tool", "create", file("conf.db"), SCHEMA));
      String address = address();
      start("ovsdb-server", file("conf.db"), "--remote=p" + address, "--unixctl=" + file("o.ctl"));
      awaitDatabase();
      vsctl("--no-wait", "init");
      for (String setting : otherConfig) {
        vsctl("--no-wait", "set", "Open_vSwitch", ".", "other_config:" + setting);
      }
      start(program, address, "--unixctl=" + file("v.ctl"), "--disable-system");
      vsctl("add-br", BRIDGE, "--", "set", "Bridge", BRIDGE, "datapath_type=netdev");
      ownLinks = links();
    } catch (IOException | RuntimeException problem) {
      close();
      throw problem;
    }
  }

  /** What to install if it cannot be started. */
  public static Optional<String> missing() {
    return Files.exists(Path.of(SCHEMA)) && Child.works("ovs-vsctl", "--version")
        ? Optional.empty()
        : Optional.of("openvswitch-switch");
  }

  /** Its version. */
  public static String version() {
    return Child.version("openvswitch-switch", "ovs-vsctl", "--version");
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private void start(String program, String... arguments) {
    List<String> command = new ArrayList<>(List.of(arguments));
    command.addFirst(program);
    String name = Path.of(program).getFileName().toString();
    command.add("--log-file=" + file(name + ".log"));
    ProcessBuilder builder = environment(new ProcessBuilder(command)).redirectErrorStream(true);
    builder.redirectOutput(folder.resolve(name + ".out").toFile());
    processes.add(Child.start(namespace, builder));
  }

  private ProcessBuilder environment(ProcessBuilder builder) {
    // The last two are where DPDK has its files.
    for (String variable :
        List.of(
            "OVS_RUNDIR", "OVS_DBDIR", "OVS_SYSCONFDIR", "RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR")) {
      builder.environment().put(variable, folder.toString());
    }
    String path = builder.environment().getOrDefault("PATH", "/usr/bin:/bin");
    builder.environment().put("PATH", path + ":/usr/sbin:/sbin");
    return builder;
  }

  private void awaitDatabase() throws IOException {
    Path socket = folder.resolve("db.sock");
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!isListening(socket)) {
      if (System.nanoTime() > deadline) {
        throw new IOException(socket + ": Open vSwitch does not start");
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** The socket is there before the server listens on it. */
  private static boolean isListening(Path socket) {
    try {
      SocketChannel.open(UnixDomainSocketAddress.of(socket)).close();
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Where it works, and where its ports are. */
  public Netns namespace() {
    return namespace;
  }

  /** The switch's process. */
  public long pid() {
    return processes.get(1).pid();
  }

  /** The database's address. */
  public String address() {
    return "unix:" + folder.resolve("db.sock");
  }

  /** Runs {@code ovs-vsctl}; returns what it printed. */
  public String vsctl(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("ovs-vsctl", "--db=" + address()));
    command.addAll(List.of(arguments));
    return Child.run(environment(new ProcessBuilder(command)));
  }

  /** Runs {@code ovs-ofctl}. */
  public void ofctl(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("ovs-ofctl"));
    command.addAll(List.of(arguments));
    Child.run(environment(new ProcessBuilder(command)));
  }

  /** Waits until ovs-vswitchd has applied what the database holds. */
  public void awaitApplied() throws IOException {
    vsctl("set", "Open_vSwitch", ".", "external_ids:applied=" + System.nanoTime());
  }

  /** The bridge's ports but its own. */
  public Set<String> ports() throws IOException {
    return Set.copyOf(vsctl("list-ports", BRIDGE).lines().toList());
  }

  /** Makes taps, as a hypervisor does before its VIFs are plugged. */
  public void makeTaps(List<String> names) {
    namespace.call(
        () -> {
          names.forEach(name -> Tap.createPersistent(name, new TapOptions(false, false, -1, -1)));
          return null;
        });
  }

  /** Waits until no link is left but the switch's own and these. */
  public void awaitGone(Set<String> kept, Duration limit) throws IOException {
    long deadline = System.nanoTime() + limit.toNanos();
    Set<String> left = others(kept);
    while (!left.isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new IOException("wrong result: " + left.size() + " links are left");
      }
      LockSupport.parkNanos(POLL_NANOS);
      left = others(kept);
    }
  }

  private Set<String> others(Set<String> kept) {
    Set<String> others = links();
    others.removeAll(ownLinks);
    others.removeAll(kept);
    return others;
  }

  /** The names of all links. */
  public Set<String> links() {
    Set<String> names = new HashSet<>();
    LinkMessage link = new LinkMessage();
    route.dump(route.link().dump(false), message -> names.add(link.wrap(message).name()));
    return names;
  }

  /** Deletes what is left of links, and of ports. */
  public void clear() throws IOException {
    List<String> command = new ArrayList<>(List.of("--no-wait"));
    for (String port : ports()) {
      command.addAll(List.of("--", "del-port", port));
    }
    if (command.size() > 1) {
      vsctl(command.toArray(String[]::new));
    }
    Set<String> left = others(Set.of());
    for (String name : left) {
      route.execute(route.link().set(name).group(CLEARING_GROUP));
    }
    if (!left.isEmpty()) {
      route.execute(route.link().deleteGroup(CLEARING_GROUP));
    }
    awaitApplied();
  }

  /** Ends its processes; a switch that is merely killed would leave its taps. */
  @Override
  public void close() {
    try {
      if (processes.size() > 1) {
        Child.run(
            environment(
                new ProcessBuilder("ovs-appctl", "-t", file("v.ctl"), "exit", "--cleanup")));
        Child.await(processes.get(1), PATIENCE);
      }
    } catch (IOException unwilling) {
      // it is ended below
    } finally {
      processes.forEach(Process::destroy);
      processes.forEach(process -> process.onExit().join());
      route.close();
      namespace.close();
    }
  }
}
