package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.PluggedVif;
import io.fastvif.lease.DeviceLeases;
import io.fastvif.netns.Netns;
import io.fastvif.ovsdb.OvsdbProxy;
import io.fastvif.pci.PciDevices;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.BrokenOff;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.ComparableState;
import io.fastvif.testing.FakeVhostUserPorts;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.OvsHost;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Takes plans through every fault, and compares the whole host before and after: what was refused
 * is undone, what was killed is finished by plugging again and undone by unplugging, and a lost
 * connection to a database makes no difference.
 */
final class PlugDiffer implements AutoCloseable {
  private static final int RESULT_SECONDS = 60;
  private static final String LINK = "link ";
  private static final String FILE = "file ";
  private static final int NEVER = Integer.MAX_VALUE;
  private static final long SETTLE_NANOS = 60_000_000_000L;
  private static final long PAUSE_NANOS = 5_000_000L;

  private final long seed;
  private final int share;
  private final Random random;
  private final GeneratedHost host;
  private final boolean isFreshEachTime;
  private final FakeVhostUserPorts ports = new FakeVhostUserPorts();
  private final HostStateReader reader = new HostStateReader();
  private final List<String> problems = new ArrayList<>();
  private final Map<Faults.Kind, Integer> faultsTried = new EnumMap<>(Faults.Kind.class);
  private int plans;
  private int points;
  private Path leases = DeviceLeases.FOLDER;
  private Path sysfs = PciDevices.SYSFS;
  private OvsHost ovs;
  private OvsdbProxy proxy;
  private volatile Faults current = Faults.none();
  private HostState base;
  private HostState plugged;
  private HostState unplugged;
  private ComparableState comparable;

  private interface Trial {
    void run() throws Exception;
  }

  /**
   * @param share how many faults of each kind are tried of each plan, chosen by the seed
   * @param isFreshEachTime whether the host cannot be cleared, and is made anew for each fault
   */
  PlugDiffer(long seed, int share, boolean isFreshEachTime) {
    this.seed = seed;
    this.share = share;
    this.isFreshEachTime = isFreshEachTime;
    random = new Random(seed);
    host = new GeneratedHost(seed);
  }

  /** Looks at the files of that folder too. */
  PlugDiffer folder(Path folder) {
    reader.folder(folder);
    return this;
  }

  /** Has the leases and PCI devices of that folder, which it looks at, for the host's. */
  PlugDiffer card(Path folder) {
    leases = folder.resolve("leases");
    sysfs = folder.resolve("sys");
    return folder(folder);
  }

  /** Looks at that Open vSwitch too, which engines reach through a socket in that folder. */
  PlugDiffer ovs(OvsHost started, Path folder) throws IOException {
    ovs = started;
    reader.ovs(started);
    proxy =
        new OvsdbProxy(
            folder.resolve("proxy.sock"), started.socket(), () -> current.ofTransaction());
    return this;
  }

  /** Looks at the rules of nf_tables too. */
  PlugDiffer filters() {
    reader.filters();
    return this;
  }

  /** Tries all faults of all, in the namespace of this thread or in new ones. */
  void run(List<DifferCase> cases) throws Exception {
    if (!isFreshEachTime) {
      host.make();
      rebase();
    }
    for (DifferCase one : chosen(cases)) {
      everyFault(one);
    }
    System.out.printf(
        "differ: seed %d: %d plans with %d points, faults at %s, %d differences%n",
        seed, plans, points, faultsTried, problems.size());
    assertNoProblem();
    assertTrue(faultsTried.containsKey(Faults.Kind.KILL) || points == 0, "nothing was killed");
  }

  /** Tries all with each of their names taken, in the namespace of this thread. */
  void runWithTakenNames(List<DifferCase> cases) throws Exception {
    host.make();
    TakenNames names = new TakenNames(this);
    for (DifferCase one : chosen(cases)) {
      names.run(one);
    }
    System.out.printf(
        "differ: seed %d: %d plans with %d names taken, %d differences%n",
        seed, cases.size(), names.tried(), problems.size());
    assertNoProblem();
    assertTrue(names.tried() > 0, "no name was taken");
  }

  private static List<DifferCase> chosen(List<DifferCase> cases) {
    String only = System.getProperty("fastvif.differ-case", "");
    return cases.stream()
        .filter(one -> only.isEmpty() || one.name().replaceAll("[ ,]+", "_").equals(only))
        .toList();
  }

  private void assertNoProblem() {
    assertEquals("", String.join("\n", problems), "seed " + seed + "\n" + host + "\n");
  }

  /** The host as it is now is what it is compared with from now on. */
  void rebase() {
    base = reader.readSettled();
    comparable = new ComparableState(base, isFreshEachTime);
  }

  HostState base() {
    return base;
  }

  HostState now() {
    return reader.read();
  }

  void problem(String what) {
    problems.add(what);
  }

  void expectBase(String what) {
    expect(what, comparable.of(base));
  }

  /** Plugs; returns whether it failed, which it may if there is no text that says what it is. */
  boolean plug(DifferCase one, String mustSucceed) throws Exception {
    return run(one, true, Faults.none(), mustSucceed);
  }

  void unplug(DifferCase one, String what) throws Exception {
    run(one, false, Faults.none(), what);
  }

  /** Does something else to the host: {@code ip}, or {@code ovs} for ovs-vsctl. */
  void command(String command) throws Exception {
    String[] words = command.split(" ", 2);
    if (words[0].equals("ovs")) {
      ovs.vsctl(words[1]);
    } else {
      GeneratedHost.ip(words[1]);
    }
  }

  private void trial(Trial trial) throws Exception {
    if (!isFreshEachTime) {
      trial.run();
      clear();
      return;
    }
    try (Netns namespace = Netns.createPrivate()) {
      namespace.call(
          () -> {
            host.make();
            rebase();
            trial.run();
            return null;
          });
    }
    ports.open().forEach(ports::close);
  }

  private boolean lacksKind(DifferCase one) throws Exception {
    List<String> missing = new ArrayList<>();
    for (String kind : one.kinds()) {
      trial(() -> missing.addAll(GeneratedHost.has(kind) ? List.of() : List.of(kind)));
    }
    if (!missing.isEmpty()) {
      System.out.println("differ: left out: " + one.name() + ": this kernel has no " + missing);
    }
    return !missing.isEmpty();
  }

  private void everyFault(DifferCase one) throws Exception {
    if (lacksKind(one)) {
      return;
    }
    plans += 2;
    plugged = null;
    unplugged = null;
    List<Faults.Kind> kinds = new ArrayList<>(List.of(Faults.Kind.REFUSE, Faults.Kind.KILL));
    if (ovs != null) {
      kinds.addAll(List.of(Faults.Kind.LOSE_BEFORE, Faults.Kind.LOSE_AFTER));
    }
    for (Faults.Kind kind : kinds) {
      int[] counts = new int[2];
      trial(() -> count(one, kind, counts));
      for (int at : chosen(counts[0])) {
        trial(() -> plugFails(one, kind, at));
      }
      for (int at : chosen(counts[1])) {
        trial(() -> unplugFails(one, kind, at));
      }
    }
  }

  /** Without a fault: how the host comes out, and how many faults of the kind there can be. */
  private void count(DifferCase one, Faults.Kind kind, int[] counts) throws Exception {
    Faults plugging = Faults.at(kind, NEVER);
    run(one, true, plugging, "plug");
    if (plugged == null) {
      plugged = comparable.of(reader.readSettled());
    }
    expect(one.name() + ": plugged", plugged);
    Faults unplugging = Faults.at(kind, NEVER);
    run(one, false, unplugging, "unplug");
    if (unplugged == null) {
      unplugged = comparable.of(reader.readSettled());
    }
    expect(one.name() + ": unplugged", unplugged);
    counts[0] = plugging.changes();
    counts[1] = unplugging.changes();
    points += counts[0] + counts[1];
  }

  private Set<Integer> chosen(int count) {
    Set<Integer> chosen = new TreeSet<>();
    while (chosen.size() < Math.min(count, share)) {
      chosen.add(count <= share ? chosen.size() + 1 : random.nextInt(count) + 1);
    }
    return chosen;
  }

  private void plugFails(DifferCase one, Faults.Kind kind, int at) throws Exception {
    String what = one.name() + ": plug, " + kind + " at " + at;
    Faults faults = Faults.at(kind, at);
    boolean isLost = kind == Faults.Kind.LOSE_BEFORE || kind == Faults.Kind.LOSE_AFTER;
    boolean failed = run(one, true, faults, isLost ? what : null);
    count(faults, kind);
    if (kind == Faults.Kind.REFUSE) {
      expect(what, failed ? comparable.of(base) : plugged);
    } else if (isLost || (kind == Faults.Kind.KILL && isChosen())) {
      run(one, true, Faults.none(), what + ", plugged again");
      expect(what + ", plugged again", plugged);
    }
    // Of an uplink, only the VIF's fields tell the network's MTU.
    if (kind == Faults.Kind.KILL && at % 2 == 0 && one.leavesTrace() && !isFreshEachTime) {
      what = what + ", by what the host knows";
      unplugKnown(one, what);
    } else {
      run(one, false, Faults.none(), what + ", unplugged");
    }
    if (!reader.read().objects().get("link eth1").containsKey("MASTER")) {
      deleteNewLinks(); // a bridge that leads nowhere, which others may use
      expect(what + ", unplugged", comparable.of(base));
    } else {
      expect(what + ", unplugged", unplugged);
    }
  }

  private void unplugFails(DifferCase one, Faults.Kind kind, int at) throws Exception {
    String what = one.name() + ": unplug, " + kind + " at " + at;
    run(one, true, Faults.none(), what + ": plug");
    Faults faults = Faults.at(kind, at);
    run(one, false, faults, null);
    count(faults, kind);
    if (isChosen()) {
      run(one, true, Faults.none(), what + ", plugged again");
      expect(what + ", plugged again", plugged);
    }
    run(one, false, Faults.none(), what + ", unplugged");
    expect(what + ", unplugged", unplugged);
  }

  private boolean isChosen() {
    return random.nextBoolean();
  }

  private void count(Faults faults, Faults.Kind kind) {
    if (faults.struck()) {
      faultsTried.merge(kind, 1, Integer::sum);
    }
  }

  /**
   * Plugs or unplugs.
   *
   * @param mustSucceed what it is, if it must
   * @return whether it failed
   */
  private boolean run(DifferCase one, boolean plug, Faults faults, String mustSucceed)
      throws Exception {
    current = faults;
    String problem;
    try {
      problem = run(one, plug, faults);
    } catch (InvalidInputException refused) {
      problem = refused.getMessage();
    }
    if (mustSucceed != null && problem != null) {
      problems.add(one.name() + ": " + mustSucceed + ": " + problem);
    }
    if ((!plug && mustSucceed != null) || (faults.struck() && faults.kills())) {
      ports.open().forEach(ports::close); // they go with their process
    }
    return problem != null;
  }

  private String run(DifferCase one, boolean plug, Faults faults) throws Exception {
    // What is thrown where nobody else can be told is a fault of the test's own making.
    PlugEngineBuilder builder =
        faults.engine(null, leases, sysfs).vhostUser(ports).errorHandler(thrown -> {});
    if (ovs != null) {
      OvsSettings settings = OvsSettings.of(proxy.address());
      builder.ovs(wake -> new FaultyOvs(settings.open(wake), faults));
    }
    try (PlugEngine engine = builder.build().start()) {
      VifPlugin plugin = VifPlugins.installed(one.options()).of(one.vif());
      HostSnapshot snapshot = one.host().apply(engine.snapshot());
      PlugResult result =
          engine
              .submit(
                  plug
                      ? plugin.plug(one.vif(), null, snapshot)
                      : plugin.unplug(one.vif(), null, snapshot))
              .orElseThrow()
              .toCompletableFuture()
              .get(RESULT_SECONDS, TimeUnit.SECONDS);
      return result.outcome() == Outcome.FAILED ? result.failure().message() : null;
    }
  }

  /** As a sync does that wants nothing and knows no VIF. */
  private void unplugKnown(DifferCase one, String what) throws Exception {
    current = Faults.none();
    VifPlugins plugins = VifPlugins.installed(one.options());
    PlugEngineBuilder builder = current.engine(null, leases, sysfs).vhostUser(ports);
    if (ovs != null) {
      builder.ovs(OvsSettings.of(proxy.address()));
    }
    try (PlugEngine engine = builder.build().start()) {
      HostSnapshot host = one.host().apply(engine.snapshot());
      for (PluggedVif vif : PluggedVif.all(host, ports.open())) {
        if (vif.isMarked()) {
          String id = vif.id();
          submit(engine, plugins.unplug(id, one.host().apply(engine.snapshot())), what);
        }
      }
      for (BrokenOff left : plugins.brokenOff(one.host().apply(engine.snapshot()))) {
        PlanBuilder plan = new PlanBuilder(left.link(), left.link(), engine.snapshot());
        left.end().accept(plan);
        submit(engine, plan.unplugged(), what);
      }
    }
  }

  private void submit(PlugEngine engine, PlugPlan plan, String what) throws Exception {
    PlugResult result =
        engine
            .submit(plan)
            .orElseThrow()
            .toCompletableFuture()
            .get(RESULT_SECONDS, TimeUnit.SECONDS);
    if (result.outcome() == Outcome.FAILED) {
      problems.add(what + ": " + result.failure().message());
    }
  }

  /** The host is soon like one of these. */
  private void expect(String what, HostState... allowed) {
    long deadline = System.nanoTime() + SETTLE_NANOS;
    while (true) {
      HostState now = comparable.of(reader.read());
      List<String> least =
          Arrays.stream(allowed)
              .map(state -> state.differences(now))
              .min((a, b) -> Integer.compare(a.size(), b.size()))
              .orElseThrow();
      if (least.isEmpty()) {
        return;
      }
      if (System.nanoTime() > deadline) {
        problems.add(what + ":\n  " + String.join("\n  ", least));
        return;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Takes away what a plan is meant to leave, such as a bridge that others may use. */
  void clear() throws Exception {
    ports.open().forEach(ports::close);
    deleteNewLinks();
    for (String name : reader.read().objects().reversed().keySet()) {
      if (name.startsWith(FILE) && !base.objects().containsKey(name)) {
        Files.delete(Path.of(name.substring(FILE.length())));
      }
    }
    expectBase("cleared");
  }

  private void deleteNewLinks() throws Exception {
    for (String name : reader.read().objects().keySet()) {
      if (name.startsWith(LINK) && !base.objects().containsKey(name)) {
        GeneratedHost.ip("link delete " + name.substring(LINK.length()));
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (proxy != null) {
      proxy.close();
    }
  }
}
