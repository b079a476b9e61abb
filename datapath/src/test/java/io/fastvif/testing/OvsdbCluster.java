package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Servers of one database of Open vSwitch without a switch: a raft cluster, or a standalone server
 * with a relay of it. Their sockets, logs and files are in a private folder.
 */
public final class OvsdbCluster implements AutoCloseable {
  private static final String PACKAGE = "openvswitch-switch";
  private static final String DATABASE = "Open_vSwitch";
  private static final Path SCHEMA = Path.of("/usr/share/openvswitch/vswitch.ovsschema");

  private final Path folder;
  private final List<List<String>> commands = new ArrayList<>();
  private final List<Process> processes = new ArrayList<>();

  private OvsdbCluster(Path folder) {
    this.folder = folder;
  }

  /** A raft cluster of so many servers, the first of which is its leader. */
  public static OvsdbCluster raft(Path folder, int servers) throws Exception {
    Peer tool = Peer.require("ovsdb-tool", PACKAGE);
    OvsdbCluster cluster = new OvsdbCluster(folder);
    String first = "unix:" + folder.resolve("0.raft");
    for (int i = 0; i < servers; i++) {
      Path file = folder.resolve(i + ".db");
      String own = "unix:" + folder.resolve(i + ".raft");
      tool.run(
          i == 0
              ? "create-cluster " + file + " " + SCHEMA + " " + own
              : "join-cluster " + file + " " + DATABASE + " " + own + " " + first);
      cluster.add(file.toString());
    }
    for (int i = 0; i < servers; i++) {
      cluster.client("wait " + cluster.address(i) + " " + DATABASE + " connected");
    }
    cluster.initialize(0);
    return cluster;
  }

  /** A standalone server, and a relay of it, which is the second. */
  public static OvsdbCluster relay(Path folder) throws Exception {
    OvsdbCluster cluster = new OvsdbCluster(folder);
    Path file = folder.resolve("0.db");
    Peer.require("ovsdb-tool", PACKAGE).run("create " + file + " " + SCHEMA);
    cluster.add(file.toString());
    cluster.initialize(0);
    cluster.add("relay:" + DATABASE + ":" + cluster.address(0));
    cluster.client("wait " + cluster.address(1) + " " + DATABASE + " connected");
    return cluster;
  }

  private void add(String database) throws Exception {
    int number = processes.size();
    List<String> command =
        List.of(
            "/usr/sbin/ovsdb-server",
            database,
            "--remote=p" + address(number),
            "--unixctl=" + folder.resolve(number + ".ctl"),
            "--log-file=" + folder.resolve(number + ".log"));
    commands.add(command);
    processes.add(null);
    start(number);
  }

  private void initialize(int number) throws Exception {
    vsctl(number, "init");
  }

  /** Starts a server, once more with the same database after it ended. */
  public void start(int number) throws Exception {
    Files.deleteIfExists(socket(number));
    ProcessBuilder builder = new ProcessBuilder(commands.get(number));
    for (String variable : List.of("OVS_RUNDIR", "OVS_DBDIR", "OVS_SYSCONFDIR")) {
      builder.environment().put(variable, folder.toString());
    }
    processes.set(
        number,
        builder
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(folder.resolve(number + ".out").toFile()))
            .start());
    Await.until("ovsdb-server " + number, () -> OvsHost.isListening(socket(number)));
  }

  /** Kills a server. */
  public void kill(int number) throws InterruptedException {
    processes.get(number).destroyForcibly().waitFor();
  }

  /** Ends a server in order: a leader hands the cluster to another one before. */
  public void end(int number) throws InterruptedException {
    processes.get(number).destroy();
    if (!processes.get(number).waitFor(60, TimeUnit.SECONDS)) {
      kill(number);
    }
  }

  /** Sends a signal, such as {@code STOP}, to a server. */
  public void signal(int number, String name) throws Exception {
    String pid = Long.toString(processes.get(number).pid());
    assertEquals(0, new ProcessBuilder("kill", "-" + name, pid).start().waitFor());
  }

  private Path socket(int number) {
    return folder.resolve(number + ".sock");
  }

  /** A server's address. */
  public String address(int number) {
    return "unix:" + socket(number);
  }

  /** The addresses of these servers, as ovs-vsctl takes them. */
  public String addresses(int... numbers) {
    return java.util.Arrays.stream(numbers)
        .mapToObj(this::address)
        .collect(Collectors.joining(","));
  }

  /** Which server is the leader now; -1 for none that answers. */
  public int leader() throws Exception {
    for (int i = 0; i < processes.size(); i++) {
      if (processes.get(i).isAlive() && serverRow(i).contains("true,true")) {
        return i;
      }
    }
    return -1;
  }

  /** What a server says of itself: whether it is connected, and whether it is the leader. */
  public String serverRow(int number) throws Exception {
    return client(
            "--format=csv --no-headings transact "
                + address(number)
                + " [\"_Server\",{\"op\":\"select\",\"table\":\"Database\",\"where\":[[\"name\",\"==\",\""
                + DATABASE
                + "\"]],\"columns\":[\"connected\",\"leader\"]}]")
        .replaceAll(".*\"connected\":(\\w+),\"leader\":(\\w+).*\\s*", "$1,$2");
  }

  private String client(String arguments) throws IOException, InterruptedException {
    return Peer.require("ovsdb-client", PACKAGE).run(arguments);
  }

  /** Runs ovs-vsctl with a server, which must be the leader or stand alone; it must succeed. */
  public String vsctl(int number, String arguments) throws Exception {
    return Peer.require("ovs-vsctl", PACKAGE)
        .run("--timeout=60 --no-wait --db=" + address(number) + " " + arguments);
  }

  @Override
  public void close() {
    processes.forEach(process -> process.destroyForcibly().onExit().join());
  }
}
