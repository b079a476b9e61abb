package io.fastvif.benchmarks.hardware;

import io.fastvif.benchmarks.report.Result;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Bridge;
import io.fastvif.netns.Netns;
import io.fastvif.plan.AddressState;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** All workloads on one NIC, and the rows of the report. Needs root. */
public final class HardwareComparison {
  /** The systems that are measured, in the order of the report. */
  public static final Set<String> SYSTEMS =
      new LinkedHashSet<>(List.of("fastvif", "ip", "ip-batch"));

  private static final Path SYSFS = Path.of("/sys");
  private static final List<String> NOTES =
      List.of(
          "All systems work on the same NIC, in turns, in an order that rotates. After each"
              + " operation the NIC is read and must be as it should; in the end it is as before."
              + " The figure is the median of the runs.",
          "\"Representor rename\" gives all representors other names and their own back. \"VF"
              + " configuration\" sets MAC address, VLAN, spoof check, trust and link state of all"
              + " VFs, as far as the driver takes them. \"VF plug\" does what plugging a"
              + " VIFHostDevice takes: the VF's MAC address, the representor's name, MTU and bridge,"
              + " up.",
          "fastvif's time is that of reading the host, planning, submitting all plans at once and"
              + " waiting for the last result, after a warm-up. ip and ip-batch are measured from the"
              + " start of their processes to the end; they get as few and as full commands as ip"
              + " allows.");

  private final PhysicalFunction function;
  private final Set<String> selected;
  private final Path folder;
  private final Duration limit;
  private final PrintWriter progress;
  private final List<Result> results = new ArrayList<>();
  private final List<String> notes = new ArrayList<>(NOTES);
  private boolean failed;

  private HardwareComparison(
      PhysicalFunction function,
      Set<String> selected,
      Path folder,
      Duration limit,
      PrintWriter progress) {
    this.function = function;
    this.selected = selected;
    this.folder = folder;
    this.limit = limit;
    this.progress = progress;
  }

  /**
   * Finds the NIC; nothing is changed yet.
   *
   * @param option what the address was given as, for messages
   * @param address of the PF
   * @param selected which of {@link #SYSTEMS}
   * @param folder for files that are this run's own
   * @param limit how long an operation on all VFs may take
   * @param progress gets a line for each run
   * @return the comparison, ready to run
   * @throws InvalidInputException if there is no PF with VFs at that address
   * @throws IOException if sysfs cannot be read
   */
  public static HardwareComparison of(
      String option,
      PciAddress address,
      Set<String> selected,
      Path folder,
      Duration limit,
      PrintWriter progress)
      throws IOException {
    PhysicalFunction function = PhysicalFunction.find(option, address, SYSFS);
    return new HardwareComparison(function, selected, folder, limit, progress);
  }

  /**
   * What it is about.
   *
   * @return the NIC in one line, for the report
   */
  public String nic() {
    return "%s at %s, driver %s, %d VFs, %s mode"
        .formatted(
            function.name(),
            function.address(),
            function.driver(),
            function.vfs().size(),
            function.isInSwitchdevMode() ? "switchdev" : "legacy");
  }

  /** The rows of the report. */
  public List<Result> results() {
    return results;
  }

  /** What a reader of the report must know. */
  public List<String> notes() {
    return notes;
  }

  /** Whether a system failed. */
  public boolean hasFailed() {
    return failed;
  }

  /**
   * Measures, and leaves the NIC as it was.
   *
   * @param rounds how often each system does everything
   * @throws IOException if the NIC could not be brought back into the state it was in; the message
   *     has the commands that would do it
   * @throws io.fastvif.bindings.SystemCallException EPERM without root
   */
  public void run(int rounds) throws IOException {
    Netns.createPrivate().close(); // or each attribute of a VF would be said to need root
    try (RouteSocket route = RouteSocket.open();
        FastvifNic fastvif = new FastvifNic(limit)) {
      requireNoBridge(route);
      List<NicSystem> present = present(fastvif);
      NicRun run = new NicRun(fastvif, present, () -> NicState.read(route, function), progress);
      Thread whenInterrupted = new Thread(() -> stop(run), "restore-nic");
      Runtime.getRuntime().addShutdownHook(whenInterrupted);
      try {
        measure(run, route, fastvif.snapshot(), rounds);
      } finally {
        run.restore();
        removeBridge(route);
        forget(whenInterrupted);
      }
      results.addAll(0, run.results());
      notes.addAll(run.notes());
      failed = run.hasFailed();
    }
  }

  private void measure(NicRun run, RouteSocket route, HostSnapshot host, int rounds)
      throws IOException {
    Optional<String> vfs =
        run.before().vfs().isEmpty()
            ? Optional.of("the driver " + function.driver() + " says nothing of its VFs")
            : Optional.empty();
    Optional<String> ports = vfs.or(() -> problemOfPorts(run.before(), host));
    Set<VfAttribute> supported = vfs.isEmpty() ? run.supported() : Set.of();
    if (ports.isEmpty()) {
      makeBridge(route);
    }
    for (NicWorkload workload : NicWorkload.values()) {
      Optional<String> problem = workload.needsRepresentors() ? ports : vfs;
      if (problem.isEmpty()) {
        run.measure(workload, supported, rounds);
      } else {
        run.skip(workload, problem.get());
      }
    }
  }

  /** The selected systems that are there; rows that say so for the others. */
  private List<NicSystem> present(FastvifNic fastvif) {
    List<NicSystem> present = new ArrayList<>();
    for (NicSystem system :
        List.of(fastvif, new IpNic(false, folder, limit), new IpNic(true, folder, limit))) {
      if (selected.contains(system.name())) {
        if (system.missing().isEmpty()) {
          present.add(system);
        } else {
          String problem = "not installed: apt-get install " + system.missing().get();
          progress.println(system.name() + ": " + problem);
          for (NicWorkload workload : NicWorkload.values()) {
            results.addAll(workload.withoutFigure(system.name(), function.vfs().size(), problem));
          }
        }
      }
    }
    return present;
  }

  /** Why representors cannot be worked on. */
  private Optional<String> problemOfPorts(NicState before, HostSnapshot host) {
    if (!function.isInSwitchdevMode()) {
      return Optional.of(
          "the NIC has %d representors for %d VFs; in switchdev mode each has one: devlink dev"
                  .formatted(function.representors().size(), function.vfs().size())
              + " eswitch set pci/"
              + function.address()
              + " mode switchdev");
    }
    for (PortState port : before.ports()) {
      if (!port.master().isEmpty()) {
        return Optional.of(port.name() + " is in use: it is a port of " + port.master());
      }
      for (AddressState address : host.addresses(port.index())) {
        if (!address.address().isLinkLocalAddress()) {
          return Optional.of(port.name() + " is in use: it has the address " + address);
        }
      }
    }
    return Optional.empty();
  }

  private static void requireNoBridge(RouteSocket route) throws IOException {
    if (route.indexOf(NicWorkload.BRIDGE) != 0) {
      throw new IOException(
          "there is a link of that name already: ip link delete " + NicWorkload.BRIDGE);
    }
  }

  private static void makeBridge(RouteSocket route) {
    Bridge bridge = new Bridge().forwardDelay(0).spanningTree(false).multicastSnooping(false);
    route.execute(route.link().create(NicWorkload.BRIDGE).kind(bridge));
    route.execute(route.link().set(NicWorkload.BRIDGE).up());
  }

  private static void removeBridge(RouteSocket route) {
    int index = route.indexOf(NicWorkload.BRIDGE);
    if (index != 0) {
      route.execute(route.link().delete(index));
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException atWork) {
      // interrupted: it finds nothing left to do, or has done it
    }
  }

  /** With a socket of its own: the run's may be in use. */
  private void stop(NicRun run) {
    try (RouteSocket route = RouteSocket.open()) {
      run.stop(() -> NicState.read(route, function));
      removeBridge(route);
    } catch (IOException left) {
      progress.println("fastvif: " + left.getMessage());
      progress.flush();
    }
  }
}
