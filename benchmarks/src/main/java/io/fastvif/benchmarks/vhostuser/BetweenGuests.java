package io.fastvif.benchmarks.vhostuser;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.benchmarks.process.OvsSwitch;
import io.fastvif.forward.Idle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** A backend with two guests, between which frames go. All of them work on the same processor. */
final class BetweenGuests extends PacedSystem {
  private static final String DPDK_SWITCH = "/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk";
  private static final String MEMORY = "--no-huge --legacy-mem --no-pci --no-telemetry";
  private static final long LOOK_NANOS = 5_000_000;

  private final Programs programs;
  private final Path folder;
  private long pid;
  private PacedDriver driver;

  private BetweenGuests(Programs programs, Path parent) throws IOException {
    this.programs = programs;
    folder = Files.createTempDirectory(parent, "s");
  }

  /** What to install for DPDK's. */
  static Optional<String> missingDpdk() {
    return Child.works("sh", "-c", "command -v dpdk-testpmd")
        ? Optional.empty()
        : Optional.of("dpdk dpdk-dev");
  }

  /** What to install for Open vSwitch's. */
  static Optional<String> missingOvs() {
    return Files.isExecutable(Path.of(DPDK_SWITCH))
        ? OvsSwitch.missing()
        : Optional.of("openvswitch-switch-dpdk");
  }

  /** fastvif's, in a JVM with the options that {@code vhost-user serve} has. */
  static PacedSystem fastvif(Programs programs, Path parent, Idle idle) throws IOException {
    BetweenGuests system = new BetweenGuests(programs, parent);
    return system.started(
        () -> {
          List<String> sockets = system.sockets("fastvif");
          Dialogue backend =
              system.keep(
                  new Dialogue(
                      system.folder, IdleBackend.command(idle, sockets.get(0), sockets.get(1))));
          system.pid = backend.pid();
          backend.expect("listening");
          system.connect(sockets);
        });
  }

  /** DPDK's testpmd. */
  static PacedSystem testpmd(Programs programs, Path parent) throws IOException {
    BetweenGuests system = new BetweenGuests(programs, parent);
    return system.started(
        () -> {
          List<String> sockets = system.sockets("testpmd");
          List<String> command = new ArrayList<>(List.of("dpdk-testpmd"));
          command.addAll(List.of("--lcores", "0@0,1@" + FastvifBackend.PROCESSOR));
          command.addAll(List.of(MEMORY.split(" ", -1)));
          command.addAll(List.of("-m", "256", "--file-prefix=fastvif" + system.hashCode()));
          for (int i = 0; i < 2; i++) {
            command.addAll(List.of("--vdev", "net_vhost" + i + ",iface=" + sockets.get(i)));
          }
          command.addAll(List.of("--", "--no-mlockall", "--total-num-mbufs=8192", "-a"));
          command.add("--forward-mode=io");
          system.run(command);
          system.connect(sockets);
        });
  }

  /** Open vSwitch's, with a flow from one port to the other. */
  static PacedSystem ovs(Programs programs, Path parent, int maxSleepMicros) throws IOException {
    BetweenGuests system = new BetweenGuests(programs, parent);
    return system.started(
        () -> {
          String prefix = " -m 512 --file-prefix=ovs" + system.hashCode();
          OvsSwitch ovs =
              system.keep(
                  new OvsSwitch(
                      system.folder,
                      DPDK_SWITCH,
                      "dpdk-init=true",
                      "per-port-memory=true",
                      "pmd-maxsleep=" + maxSleepMicros,
                      "pmd-cpu-mask=" + (1 << FastvifBackend.PROCESSOR),
                      "dpdk-extra=\"" + MEMORY + prefix + "\""));
          system.pid = ovs.pid();
          String bridge = OvsSwitch.BRIDGE;
          for (String port : List.of("first", "second")) {
            ovs.vsctl(
                "add-port", bridge, port, "--", "set", "Interface", port, "type=dpdkvhostuser");
          }
          ovs.ofctl("del-flows", bridge);
          ovs.ofctl("add-flow", bridge, "in_port=first,actions=output:second");
          system.connect(system.sockets(""));
        });
  }

  /** What starts a system. */
  private interface Begin {
    void begin() throws IOException;
  }

  private PacedSystem started(Begin begin) throws IOException {
    try {
      begin.begin();
      return this;
    } catch (IOException | RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private List<String> sockets(String prefix) {
    return List.of(
        folder.resolve(prefix + "first").toString(), folder.resolve(prefix + "second").toString());
  }

  private void run(List<String> command) throws IOException {
    Path output = folder.resolve("output");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(output.toFile());
    builder.environment().put("RUNTIME_DIRECTORY", folder.toString());
    builder.environment().put("XDG_RUNTIME_DIR", folder.toString());
    Process process = Child.start(builder);
    keep(() -> process.destroyForcibly().waitFor());
    pid = process.pid();
  }

  private void connect(List<String> sockets) throws IOException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    for (String socket : sockets) {
      while (!Files.exists(Path.of(socket))) {
        if (System.nanoTime() > end || ProcessHandle.of(pid).isEmpty()) {
          throw new IOException("the backend does not listen on " + socket);
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
    Guest from = keep(new Guest());
    Guest to = keep(new Guest());
    driver = keep(PacedDriver.between(programs.pacedDriver(), from, to));
    from.connect(sockets.get(0), false);
    to.connect(sockets.get(1), false);
  }

  @Override
  long pid() {
    return pid;
  }

  @Override
  PacedDriver driver() {
    return driver;
  }
}
