package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.OvsSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * An Open vSwitch of a test's own: database, sockets and processes in a private folder, in the
 * network namespace of the thread that starts it, with the userspace datapath only.
 */
public final class OvsHost implements AutoCloseable {
  /** The schema that the package brings. */
  public static final Path SCHEMA = Path.of("/usr/share/openvswitch/vswitch.ovsschema");

  private static final String PACKAGE = "openvswitch-switch";

  /** Beside the usual one, which stays what {@code ovs-vswitchd} is: alternatives rank it first. */
  private static final Path DPDK_SWITCH =
      Path.of("/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk");

  private static final long START_SECONDS = 120;

  private final Path folder;
  private final List<String> remotes = new ArrayList<>();
  private Process database;
  private Process daemon;
  private Path program = Path.of("/usr/sbin/ovs-vswitchd");

  private OvsHost(Path folder) {
    this.folder = folder;
  }

  /** Starts the database server and the switch. */
  public static OvsHost start(Path folder) throws IOException, InterruptedException {
    OvsHost host = database(folder, SCHEMA);
    host.startSwitch();
    return host;
  }

  /**
   * Starts the database server and the switch with DPDK: its memory is of usual pages, and no
   * device of the host's is touched.
   */
  public static OvsHost startWithDpdk(Path folder) throws IOException, InterruptedException {
    if (!Files.isExecutable(DPDK_SWITCH)) {
      Peer.missing(DPDK_SWITCH + " is missing: apt-get install openvswitch-switch-dpdk");
    }
    OvsHost host = database(folder, SCHEMA);
    String core = Runtime.getRuntime().availableProcessors() > 1 ? "0x2" : "0x1";
    Peer.require("ovs-vsctl", PACKAGE)
        .run(
            List.of(
                "--db=" + host.address(),
                "--no-wait",
                "set",
                "Open_vSwitch",
                ".",
                "other_config:dpdk-init=true",
                "other_config:per-port-memory=true",
                "other_config:pmd-cpu-mask=" + core,
                "other_config:dpdk-extra=\"--no-huge --legacy-mem --no-pci -m 512 --no-telemetry"
                    + " --file-prefix=ovs"
                    + ProcessHandle.current().pid()
                    + "\""));
    host.program = DPDK_SWITCH;
    host.startSwitch();
    return host;
  }

  /** Starts a database server alone. */
  public static OvsHost database(Path folder, Path schema, String... remotes)
      throws IOException, InterruptedException {
    Peer tool = Peer.require("ovsdb-tool", PACKAGE);
    Files.createDirectories(folder);
    OvsHost host = new OvsHost(folder);
    host.remotes.addAll(List.of(remotes));
    tool.run("create " + host.file() + " " + schema);
    host.startDatabase();
    host.vsctl("--no-wait init");
    return host;
  }

  /** The database's unix socket. */
  public Path socket() {
    return folder.resolve("db.sock");
  }

  /** The database's address. */
  public String address() {
    return "unix:" + socket();
  }

  /** Starts the database server, once more with the same database after it ended. */
  public void startDatabase() throws IOException {
    Files.deleteIfExists(socket());
    List<String> command = new ArrayList<>();
    command.add("/usr/sbin/ovsdb-server");
    command.add(file().toString());
    command.add("--remote=p" + address());
    command.addAll(remotes);
    command.add("--unixctl=" + folder.resolve("ovsdb.ctl"));
    command.add("--log-file=" + folder.resolve("ovsdb.log"));
    database = run(command, "ovsdb");
    await(() -> isListening(socket()), "ovsdb-server");
  }

  /** The socket is there before the server listens on it. */
  static boolean isListening(Path socket) {
    try {
      SocketChannel.open(UnixDomainSocketAddress.of(socket)).close();
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  private Path file() {
    return folder.resolve("conf.db");
  }

  /**
   * Kills the database server and starts it with a new database, in which there is nothing yet, not
   * even the row of Open_vSwitch: {@code vsctl("--no-wait init")} makes that.
   */
  public void startNewDatabase() throws IOException, InterruptedException {
    killDatabase();
    Files.delete(file());
    Peer.require("ovsdb-tool", PACKAGE).run("create " + file() + " " + SCHEMA);
    startDatabase();
  }

  /** Kills the database server. */
  public void killDatabase() throws InterruptedException {
    database.destroyForcibly().waitFor();
  }

  /** Kills the switch, whose bridges' taps end with it. */
  public void killSwitch() throws InterruptedException {
    daemon.destroyForcibly().waitFor();
  }

  /** The database server's process. */
  public long databasePid() {
    return database.pid();
  }

  /** The switch's process. */
  public long switchPid() {
    return daemon.pid();
  }

  /** Where the switch makes the sockets of ports that listen. */
  public Path folder() {
    return folder;
  }

  /** Starts the switch, once more the same that ended. */
  public void startSwitch() throws IOException {
    Path control = folder.resolve("vswitchd.ctl");
    daemon =
        run(
            List.of(
                program.toString(),
                address(),
                "--unixctl=" + control,
                "--log-file=" + folder.resolve("vswitchd.log"),
                "--disable-system"),
            "vswitchd");
    await(() -> isListening(control), "ovs-vswitchd");
  }

  private Process run(List<String> command, String name) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("OVS_RUNDIR", folder.toString());
    builder.environment().put("OVS_DBDIR", folder.toString());
    builder.environment().put("OVS_SYSCONFDIR", folder.toString());
    builder.environment().put("XDG_RUNTIME_DIR", folder.toString()); // DPDK's files
    builder.environment().put("RUNTIME_DIRECTORY", folder.toString());
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve(name + ".out").toFile()))
        .start();
  }

  /** Runs ovs-vsctl, which must succeed. */
  public String vsctl(String arguments) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("--db=" + address()));
    all.addAll(List.of(arguments.split(" ", -1)));
    return Peer.require("ovs-vsctl", PACKAGE).run(all);
  }

  /**
   * Waits until somebody who follows the database has heard of all that was done to it before: a
   * row is added, seen there behind the earlier changes, and taken away.
   *
   * @param view what is known there
   */
  public void awaitHeard(Supplier<OvsSnapshot> view) throws Exception {
    String mark = UUID.randomUUID().toString();
    String row = vsctl("--no-wait create QoS type=mark external_ids:heard=" + mark).strip();
    Map<String, String> ids = Map.of("heard", mark);
    Await.until("a change of the database is heard", () -> !view.get().qos(ids).isEmpty());
    vsctl("--no-wait destroy QoS " + row);
  }

  /** A table's rows, each on one line. */
  public List<String> list(String table, String columns) throws IOException, InterruptedException {
    return vsctl("--no-headings --bare --format=csv --columns=" + columns + " list " + table)
        .lines()
        .sorted()
        .toList();
  }

  private interface Condition {
    boolean isMet();
  }

  private static void await(Condition condition, String what) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (!condition.isMet()) {
      assertTrue(System.nanoTime() < deadline, what + " did not start");
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** The port that the database server took for {@code --remote=ptcp:0} or {@code pssl:0}. */
  public int port() throws IOException {
    String log = Files.readString(folder.resolve("ovsdb.log"));
    return Integer.parseInt(log.replaceAll("(?s).*listening on port ([0-9]+).*", "$1"));
  }

  @Override
  public void close() throws IOException {
    try {
      if (daemon != null) {
        end(daemon, () -> exit());
        assertEquals(0, daemon.exitValue(), "ovs-vswitchd's end");
      }
    } finally {
      end(database, database::destroy);
    }
  }

  /** Ends the switch with its datapath: a mere kill would leave its taps. */
  private void exit() {
    try {
      Peer.require("ovs-appctl", PACKAGE)
          .run("-t " + folder.resolve("vswitchd.ctl") + " exit --cleanup");
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void end(Process process, Runnable politely) {
    try {
      politely.run();
      if (process.waitFor(START_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
    }
  }
}
