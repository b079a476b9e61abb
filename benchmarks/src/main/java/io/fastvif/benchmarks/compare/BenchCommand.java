package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.hardware.HardwareComparison;
import io.fastvif.benchmarks.report.Comparison;
import io.fastvif.benchmarks.report.Report;
import io.fastvif.benchmarks.report.ReportReader;
import io.fastvif.benchmarks.report.ReportWriter;
import io.fastvif.benchmarks.vhostuser.IdleComparison;
import io.fastvif.benchmarks.vhostuser.PathComparison;
import io.fastvif.benchmarks.vhostuser.VhostUserComparison;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fastvif bench}. */
@Command(
    name = "bench",
    description =
        "Plug and unplug the same VIFs with fastvif and with the alternatives, in private network"
            + " namespaces, and report the times. Needs root.",
    footer = {
      "With --compare: exit status 1 if something of fastvif's became slower, 2 if nothing could be"
          + " compared.",
      "Otherwise: 0 done, 1 a system failed, 2 wrong input or usage."
    })
public final class BenchCommand implements Callable<Integer> {
  private static final String PF = "--pf";
  private static final String OVS = "--ovs";
  private static final String VHOST_USER = "--vhost-user";
  private static final String PATHS = "--paths";
  private static final String IDLE = "--idle";
  private static final String AGENT = "--agent";
  private static final String NOVA = "--nova";
  private static final String CNI = "--cni";
  private static final int LONE_PODS = 40;
  private static final int QUICK_LONE_PODS = 10;
  private static final int NODE_PODS = 250;
  private static final int QUICK_NODE_PODS = 20;
  private static final int LONE_PLUGS = 200;
  private static final int QUICK_LONE_PLUGS = 20;
  private static final int NOVA_WARM_UPS = 10;
  private static final int CNI_WARM_UPS = 20;
  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final Duration SYSTEM_LIMIT = Duration.ofSeconds(20);
  private static final Duration OVS_SYSTEM_LIMIT = Duration.ofMinutes(2);
  private static final int MAX_RUNS = 1000;
  private static final int MAX_SECONDS = 3600;

  @Option(
      names = "--vifs",
      paramLabel = "N,...",
      description = "How many VIFs, each a measurement (1,100,500,1000,4000; with --quick 1,100).")
  private String vifs;

  @Option(
      names = "--systems",
      paramLabel = "NAME,...",
      description =
          "Measure these systems only; the others' names are in the message about a wrong one.")
  private String systems;

  @Option(
      names = "--runs",
      paramLabel = "R",
      description = "How many runs of each system (5; with --quick 1). A slow one gets fewer.")
  private String runs;

  @Option(
      names = "--limit",
      paramLabel = "SECONDS",
      description = "Stop an operation on all VIFs of a size after that (300).")
  private String limit = "300";

  @Option(names = "--quick", description = "Few VIFs, one run.")
  private boolean quick;

  @Option(
      names = "--json-report",
      paramLabel = "FILE",
      description = "Write the report as JSON, which --compare reads.")
  private Path json;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write the report as one page with plots.")
  private Path html;

  @Option(
      names = "--markdown",
      paramLabel = "FILE",
      description = "Write the report as Markdown; without this it goes to standard output.")
  private Path markdown;

  @Option(
      names = "--compare",
      arity = "2",
      paramLabel = "JSON",
      description = "Measure nothing; say what became slower from an older report to a newer one.")
  private List<Path> compared;

  @Option(
      names = PF,
      paramLabel = "PCI-ADDRESS",
      description =
          "Measure on the VFs and representors of this SR-IOV NIC instead, and leave it as it was."
              + " Not for a NIC in use.")
  private String pf;

  @Option(
      names = OVS,
      description =
          "Measure on Open vSwitch instead (started privately, userspace datapath), beside os-vif's"
              + " own plugin and ovs-vsctl, by default 1 and 200 VIFs.")
  private boolean ovs;

  @Option(
      names = VHOST_USER,
      description =
          "Measure the vhost-user backend beside DPDK's instead, printed as tables: nanoseconds per"
              + " frame on one core, frames a second between two. --runs goes with it (1),"
              + " --systems (one-core, two-cores, two-loops, tap), and --quick: fewer samples, 64"
              + " bytes.")
  private boolean vhostUser;

  @Option(
      names = PATHS,
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "PATH,...",
      description =
          "Measure the paths of frames between guests, a card and the host instead, beside DPDK's"
              + " testpmd and others, printed as a table: frames a second, processor time a frame,"
              + " losses. Without names all paths; --quick: fewer samples, 64 bytes.")
  private String paths;

  @Option(
      names = IDLE,
      description =
          "Measure what vhost-user backends take of a processor at 0, 1, 10, 50 and 100 %% of the"
              + " full rate instead, and how soon the rate is full after a rest: beside Open"
              + " vSwitch with DPDK, testpmd and passt. Only --runs goes with it (1), and --quick.")
  private boolean idle;

  @Option(
      names = AGENT,
      description =
          "Measure the agent instead: single plugs and many at once through its socket beside the"
              + " library and the command, restarts with what was declared (--vifs, by default 1000"
              + " and 10000; with --quick 100), repairs of drift, memory and wake-ups at rest.")
  private boolean agent;

  @Option(
      names = NOVA,
      description =
          "Measure Nova's VIF driver instead, with os-vif's own plugins and with fastvif's, each on"
              + " an Open vSwitch of its own; by default 1 and 200 VIFs.")
  private boolean nova;

  @Option(
      names = CNI,
      description =
          "Measure CNI plugins instead, fastvif's and the reference bridge with host-local: one pod"
              + " after the other, --vifs pods at once (100; with --quick 20), and a node of 250"
              + " pods from boot (with --quick 20).")
  private boolean cni;

  @Option(
      names = "--ovs-cni",
      paramLabel = "FILE",
      description = "With --cni: the program of ovs-cni, to measure it too, on Open vSwitch.")
  private Path ovsCni;

  @Spec private CommandSpec spec;

  /** What was seen of the machine before anything was measured. */
  private MachineRest rest;

  /** Made by picocli or a caller that hands it to picocli. */
  public BenchCommand() {}

  /**
   * Runs the comparison.
   *
   * @return the exit status
   * @throws IOException if a report cannot be read or written
   * @throws InvalidInputException if an option's value is wrong
   */
  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (compared != null) {
      Comparison comparison =
          Comparison.of(ReportReader.read(compared.get(0)), ReportReader.read(compared.get(1)));
      out.print(comparison.table());
      out.flush();
      return comparison.exitStatus();
    }
    if (vhostUser || idle) {
      return compareVhostUser(out);
    }
    if (paths != null) {
      return comparePaths(out);
    }
    if (pf != null && vifs != null) {
      throw InvalidInputException.ofValue(
          "--vifs",
          vifs,
          "cannot be combined with --pf",
          "no number, as all VFs of the NIC are used");
    }
    if (pf != null && ovs) {
      throw InvalidInputException.ofValue(
          PF, pf, "cannot be combined with " + OVS, "one of the two");
    }
    if (nova && (pf != null || ovs || agent)) {
      throw InvalidInputException.ofValue(
          NOVA, "", "cannot be combined with other comparisons", "neither");
    }
    if (cni && (pf != null || ovs || agent || nova)) {
      throw InvalidInputException.ofValue(
          CNI, "", "cannot be combined with other comparisons", "neither");
    }
    if (ovsCni != null && (!cni || !Files.isExecutable(ovsCni))) {
      throw InvalidInputException.ofValue(
          "--ovs-cni",
          ovsCni.toString(),
          cni ? "is no program" : "goes with --cni",
          "a program that can be executed");
    }
    if (agent && (pf != null || ovs || systems != null)) {
      throw InvalidInputException.ofValue(
          AGENT, "", "cannot be combined with other comparisons or their systems", "neither");
    }
    String usual =
        agent
            ? (quick ? "100" : "1000,10000")
            : cni
                ? (quick ? "20" : "100")
                : ovs || nova
                    ? (quick ? "1,20" : "1,200")
                    : quick ? "1,100" : "1,100,500,1000,4000";
    List<Integer> sizes = Selection.sizes("--vifs", vifs == null ? usual : vifs);
    int rounds = Selection.number("--runs", runs == null ? (quick ? "1" : "5") : runs, MAX_RUNS);
    int seconds = Selection.number("--limit", limit, MAX_SECONDS);
    requireFolder("--json-report", json);
    requireFolder("--html", html);
    requireFolder("--markdown", markdown);
    Limits limits = new Limits(Duration.ofSeconds(seconds), SYSTEM_LIMIT);
    rest = MachineRest.begin();
    try (Resources resources = new Resources()) {
      if (agent) {
        return compareAgent(resources, limits, sizes, rounds);
      }
      if (nova) {
        return compareNova(resources, limits, sizes, rounds);
      }
      if (cni) {
        return compareCni(resources, limits, sizes, rounds);
      }
      if (ovs) {
        return compareOnOvs(resources, limits, sizes, rounds);
      }
      return pf == null
          ? compare(resources, limits, sizes, rounds)
          : compareOnNic(resources, limits, rounds);
    }
  }

  private int compareVhostUser(PrintWriter out) throws IOException {
    String option = vhostUser ? VHOST_USER : IDLE;
    if (pf != null || ovs || agent || nova || cni || vifs != null || (idle && systems != null)) {
      throw InvalidInputException.ofValue(
          option, "", "cannot be combined with other comparisons or their sizes", "--runs only");
    }
    if (vhostUser && idle) {
      throw InvalidInputException.ofValue(option, "", "cannot be combined with " + IDLE, "either");
    }
    if (json != null || html != null || markdown != null) {
      throw InvalidInputException.ofValue(
          option, "", "has no report file", "its table on standard output");
    }
    int rounds = Selection.number("--runs", runs == null ? "1" : runs, MAX_RUNS);
    PrintWriter err = spec.commandLine().getErr();
    try (Resources resources = new Resources()) {
      if (idle) {
        MachineRest before = MachineRest.begin();
        IdleComparison comparison = new IdleComparison(resources.folder(), quick, out, err);
        comparison.run(rounds);
        before.print(out);
        return comparison.hasFailed() ? FAILED : DONE;
      }
      VhostUserComparison comparison = new VhostUserComparison(resources.folder(), out, err);
      comparison.run(rounds, quick, selected(VhostUserComparison.TABLES));
      return comparison.hasFailed() ? FAILED : DONE;
    }
  }

  private int comparePaths(PrintWriter out) throws IOException {
    if (pf != null || ovs || agent || nova || cni || vifs != null || systems != null) {
      throw InvalidInputException.ofValue(
          PATHS, paths, "cannot be combined with other comparisons or their sizes", "--quick only");
    }
    if (json != null || html != null || markdown != null || runs != null) {
      throw InvalidInputException.ofValue(
          PATHS, paths, "has no report file and no runs", "its table on standard output");
    }
    try (Resources resources = new Resources()) {
      PathComparison comparison =
          new PathComparison(resources.folder(), out, spec.commandLine().getErr());
      comparison.run(paths, quick);
      return comparison.hasFailed() ? FAILED : DONE;
    }
  }

  private int compare(Resources resources, Limits limits, List<Integer> sizes, int rounds)
      throws IOException {
    Comparing comparing =
        new Comparing(
            resources, selected(Comparing.systems(resources)), limits, spec.commandLine().getErr());
    write(comparing.run(sizes, rounds));
    return comparing.hasFailed() ? FAILED : DONE;
  }

  private int compareOnOvs(Resources resources, Limits limits, List<Integer> sizes, int rounds)
      throws IOException {
    OvsComparison comparison =
        new OvsComparison(
            resources,
            selected(OvsComparison.SYSTEMS),
            new Limits(limits.operation(), OVS_SYSTEM_LIMIT),
            spec.commandLine().getErr());
    write(comparison.run(sizes, rounds));
    return comparison.hasFailed() ? FAILED : DONE;
  }

  private int compareAgent(Resources resources, Limits limits, List<Integer> sizes, int rounds)
      throws IOException {
    AgentComparison comparison =
        new AgentComparison(
            resources, limits, AgentRestarts.Rest.USUAL, spec.commandLine().getErr());
    write(comparison.run(sizes, quick ? QUICK_LONE_PLUGS : LONE_PLUGS, rounds));
    return comparison.hasFailed() ? FAILED : DONE;
  }

  private int compareNova(Resources resources, Limits limits, List<Integer> sizes, int rounds)
      throws IOException {
    NovaComparison comparison =
        new NovaComparison(
            resources,
            selected(NovaComparison.SYSTEMS),
            new Limits(limits.operation(), OVS_SYSTEM_LIMIT),
            quick ? 1 : NOVA_WARM_UPS,
            spec.commandLine().getErr());
    write(
        comparison.run(
            List.of(NovaWorkload.values()), sizes, quick ? QUICK_LONE_PLUGS : LONE_PLUGS, rounds));
    return comparison.hasFailed() ? FAILED : DONE;
  }

  private int compareCni(Resources resources, Limits limits, List<Integer> sizes, int rounds)
      throws IOException {
    CniComparison comparison =
        new CniComparison(
            resources,
            selected(CniComparison.SYSTEMS),
            new CniPrograms(ovsCni),
            new Limits(limits.operation(), OVS_SYSTEM_LIMIT),
            spec.commandLine().getErr());
    write(
        comparison.run(
            List.of(CniWorkload.values()),
            new CniComparison.Extent(
                quick ? QUICK_LONE_PODS : LONE_PODS,
                sizes,
                quick ? QUICK_NODE_PODS : NODE_PODS,
                rounds,
                quick ? 1 : CNI_WARM_UPS)));
    return comparison.hasFailed() ? FAILED : DONE;
  }

  private int compareOnNic(Resources resources, Limits limits, int rounds) throws IOException {
    PciAddress address;
    try {
      address = PciAddress.parse(pf);
    } catch (InvalidInputException malformed) {
      throw malformed.under(PF);
    }
    HardwareComparison comparison =
        HardwareComparison.of(
            PF,
            address,
            selected(HardwareComparison.SYSTEMS),
            resources.folder(),
            limits.operation(),
            spec.commandLine().getErr());
    comparison.run(rounds);
    List<MeasuredSystem> usual =
        List.of(
            new FastvifSystem("veth"), new IpCommands(resources), new IpBatch(resources, false));
    Map<String, String> machine = Machine.describe(usual);
    machine.put("NIC", comparison.nic());
    write(new Report(machine, comparison.results(), comparison.notes()));
    return comparison.hasFailed() ? FAILED : DONE;
  }

  private Set<String> selected(Set<String> known) {
    return systems == null ? known : Selection.systems("--systems", systems, known);
  }

  private void write(Report measured) throws IOException {
    Report report = rest.addTo(measured);
    PrintWriter out = spec.commandLine().getOut();
    if (json != null) {
      Files.writeString(json, ReportWriter.json(report));
    }
    if (html != null) {
      Files.writeString(html, ReportWriter.html(report));
    }
    if (markdown != null) {
      Files.writeString(markdown, ReportWriter.markdown(report));
    } else {
      out.print(ReportWriter.markdown(report));
      out.flush();
    }
  }

  /** Before the measurements, not after an hour of them. */
  private static void requireFolder(String option, Path file) {
    if (file == null) {
      return;
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(file)) {
      throw InvalidInputException.ofValue(
          option, file.toString(), "cannot be written", "a file in a folder that exists");
    }
  }
}
