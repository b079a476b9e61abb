package io.fastvif.benchmarks.vhostuser;

import io.fastvif.benchmarks.process.Child;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Open vSwitch with DPDK: a bridge with a port for each guest, whose frames one thread polls, and
 * at the other end DPDK's AF_XDP driver or the bridge's own link. It learns where guests are. Ports
 * that listen, as these do, offer guests no segmentation.
 */
final class OvsDpdkBackend implements PathBackend {
  private static final Path PROGRAM = Path.of("/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk");

  private static final String SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema";
  private static final String BRIDGE = "br0";

  private final PathLab lab;
  private final DataPath path;
  private final List<Process> processes = new ArrayList<>();

  /** Starts the switch and its database. */
  OvsDpdkBackend(PathLab lab, DataPath path) throws IOException {
    this.lab = lab;
    this.path = path;
    try {
      Child.run(new ProcessBuilder("ovsdb-tool", "create", file("conf.db"), SCHEMA));
      Process database = start("/usr/sbin/ovsdb-server", file("conf.db"), "--remote=p" + address());
      awaitListening("db.sock", database);
      vsctl(
          "--no-wait",
          "init",
          "--",
          "set",
          "Open_vSwitch",
          ".",
          "other_config:dpdk-init=true",
          "other_config:pmd-cpu-mask=0x" + Integer.toHexString(1 << FastvifBackend.PROCESSOR),
          "other_config:dpdk-lcore-mask=0x1",
          "other_config:per-port-memory=true",
          "other_config:dpdk-extra=\"--no-huge --legacy-mem --no-pci -m 512 --no-telemetry"
              + " --no-shconf\"");
      awaitListening("switch.ctl", start(PROGRAM.toString(), address(), "--disable-system"));
      processes.add(0, processes.removeLast());
    } catch (IOException | RuntimeException problem) {
      close();
      throw problem;
    }
  }

  /** What to install. */
  static Optional<String> missing() {
    return Files.isExecutable(PROGRAM)
        ? Optional.empty()
        : Optional.of("openvswitch-switch openvswitch-switch-dpdk");
  }

  static String version() {
    return Child.version("openvswitch-switch-dpdk", PROGRAM.toString(), "--version");
  }

  private String file(String name) {
    return lab.folder().resolve(name).toString();
  }

  private String address() {
    return "unix:" + file("db.sock");
  }

  private Process start(String program, String... arguments) {
    List<String> command = new ArrayList<>(List.of(arguments));
    command.addFirst(program);
    command.add("--unixctl=" + file(program.equals(PROGRAM.toString()) ? "switch.ctl" : "db.ctl"));
    ProcessBuilder builder = environment(new ProcessBuilder(command)).redirectErrorStream(true);
    String output = Path.of(program).getFileName() + ".out";
    processes.add(lab.start(builder.redirectOutput(lab.folder().resolve(output).toFile())));
    return processes.getLast();
  }

  private ProcessBuilder environment(ProcessBuilder builder) {
    for (String variable :
        List.of(
            "OVS_RUNDIR", "OVS_DBDIR", "OVS_SYSCONFDIR", "XDG_RUNTIME_DIR", "RUNTIME_DIRECTORY")) {
      builder.environment().put(variable, lab.folder().toString());
    }
    return builder;
  }

  private void awaitListening(String socket, Process process) throws IOException {
    PathLab.await(
        socket + " of Open vSwitch",
        () -> {
          if (!process.isAlive()) {
            throw new IOException("Open vSwitch ended: " + output());
          }
          try {
            SocketChannel.open(UnixDomainSocketAddress.of(file(socket))).close();
            return true;
          } catch (IOException notYet) {
            return false;
          }
        });
  }

  private void vsctl(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("ovs-vsctl", "--db=" + address()));
    command.addAll(List.of(arguments));
    Child.run(environment(new ProcessBuilder(command)));
  }

  @Override
  public List<Long> processes() {
    return processes.stream().map(Process::pid).toList();
  }

  @Override
  public String socket(int guest) {
    return lab.socket(guest);
  }

  @Override
  public String hostLink() {
    return BRIDGE;
  }

  @Override
  public void awaitListening() throws IOException {
    String mac = "other-config:hwaddr=\"" + PathLab.HOST_MAC + "\"";
    vsctl("add-br", BRIDGE, "--", "set", "Bridge", BRIDGE, "datapath_type=netdev", mac);
    for (int i = 0; i < path.guests(); i++) {
      String name = Path.of(socket(i)).getFileName().toString();
      vsctl("add-port", BRIDGE, name, "--", "set", "Interface", name, "type=dpdkvhostuser");
    }
    if (path.hasCard()) {
      String device = "options:dpdk-devargs=net_af_xdp0,iface=" + PathLab.CARD;
      vsctl("add-port", BRIDGE, "xdp", "--", "set", "Interface", "xdp", "type=dpdk", device);
    }
  }

  @Override
  public String output() {
    return PathLab.lastLines(lab.folder().resolve(PROGRAM.getFileName() + ".out"));
  }

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
    processes.forEach(process -> process.onExit().join());
  }
}
