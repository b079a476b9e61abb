package io.fastvif.plugin.ovs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.OvsSettings;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.BackLevel;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.netns.Netns;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.OvsHost;
import io.fastvif.testing.Peer;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.Version;
import io.fastvif.vif.Vif;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** A network namespace with an Open vSwitch of its own, in which VIFs are plugged. */
final class OvsTestBed implements AutoCloseable {
  private static final Version OS_VIF_3_0_PROFILES = new Version(1, 3);
  static final InstanceInfo INSTANCE =
      InstanceInfo.builder()
          .uuid("37730edf-afbd-47f9-a196-99cfe1988ad9")
          .name("instance")
          .projectId("project")
          .build();

  private final Path folder;
  private final Netns namespace = Netns.createPrivate();
  private final Map<String, String> options = new HashMap<>();
  private final OvsHost host;
  private final PlugEngine engine;

  /**
   * @param given options of the plugin, {@code NAME=VALUE}
   */
  OvsTestBed(Path folder, String... given) throws Exception {
    this(folder, null, given);
  }

  /**
   * @param schema the database's; null for the installed one, with a switch
   */
  OvsTestBed(Path folder, Path schema, String... given) throws Exception {
    this.folder = folder;
    for (String option : given) {
      int equals = option.indexOf('=');
      options.put(option.substring(0, equals), option.substring(equals + 1));
    }
    host =
        namespace.call(
            () -> schema == null ? OvsHost.start(folder) : OvsHost.database(folder, schema));
    engine =
        PlugEngine.builder()
            .namespace(namespace)
            .ovs(OvsSettings.of(host.address()))
            .build()
            .start();
  }

  OvsHost host() {
    return host;
  }

  PlugEngine engine() {
    return engine;
  }

  Netns namespace() {
    return namespace;
  }

  /** Changes the database with ovs-vsctl, and waits until the bed's engine has heard of it. */
  void change(String arguments) throws Exception {
    host.vsctl(arguments);
    awaitHeard(engine);
  }

  /** Waits until that engine has heard what others did to the database. */
  void awaitHeard(PlugEngine listener) throws Exception {
    host.awaitHeard(() -> listener.snapshot().ovs());
  }

  /** Sets an option of the plugin. */
  void option(String name, String value) {
    options.put(name, value);
  }

  VifPlugins plugins() {
    return VifPlugins.installed(
        options.entrySet().stream()
            .collect(Collectors.toMap(option -> "ovs." + option.getKey(), Map.Entry::getValue)));
  }

  /** Runs a program in the namespace. */
  String run(String program, String arguments) throws Exception {
    return namespace.call(() -> Peer.require(program, program).run(arguments));
  }

  List<PlugResult> plug(Vif... vifs) throws Exception {
    return submit(true, Arrays.asList(vifs));
  }

  List<PlugResult> unplug(Vif... vifs) throws Exception {
    return submit(false, Arrays.asList(vifs));
  }

  List<PlugResult> submit(boolean plug, List<? extends Vif> vifs) throws Exception {
    return await(start(plug, vifs));
  }

  /** Plans all VIFs with one snapshot and hands them to the engine. */
  List<CompletableFuture<PlugResult>> start(boolean plug, List<? extends Vif> vifs) {
    VifPlugins plugins = plugins();
    HostSnapshot snapshot = engine.snapshot();
    List<PlugPlan> plans = new ArrayList<>();
    for (Vif vif : vifs) {
      plans.add(
          plug
              ? plugins.of(vif).plug(vif, INSTANCE, snapshot)
              : plugins.of(vif).unplug(vif, INSTANCE, snapshot));
    }
    return plans.stream()
        .map(plan -> engine.submit(plan).orElseThrow().toCompletableFuture())
        .toList();
  }

  static List<PlugResult> await(List<CompletableFuture<PlugResult>> stages) throws Exception {
    List<PlugResult> results = new ArrayList<>();
    for (CompletableFuture<PlugResult> stage : stages) {
      results.add(stage.get(240, TimeUnit.SECONDS));
    }
    return results;
  }

  /** Has os-vif do it, and waits until the bed's engine has heard of it. */
  String osVif(String action, List<? extends Vif> vifs) throws Exception {
    Peer python = Peer.requirePythonModule("vif_plug_ovs", "python3-os-vif");
    Path script = folder.resolve("os-vif-ovs.py");
    try (InputStream in = OvsTestBed.class.getResourceAsStream("/os-vif-ovs.py")) {
      Files.write(script, in.readAllBytes());
    }
    Path file = folder.resolve("vifs.json");
    Files.writeString(
        file, vifs.stream().map(OvsTestBed::request).collect(Collectors.joining(",\n", "[", "]")));
    List<String> arguments = new ArrayList<>(List.of(script.toString(), action, file.toString()));
    arguments.add("ovsdb_connection=" + host.address());
    options.forEach(
        (name, value) -> {
          if (!name.equals("default_qos_type")) {
            arguments.add(name + "=" + value);
          }
        });
    String output = namespace.call(() -> python.run(arguments));
    awaitHeard(engine);
    return output;
  }

  private static String request(Vif vif) {
    Vif older =
        BackLevel.toAtMost(
            vif,
            Map.of(
                "VIFPortProfileOpenVSwitch", OS_VIF_3_0_PROFILES,
                "VIFPortProfileFPOpenVSwitch", OS_VIF_3_0_PROFILES,
                "VIFPortProfileOVSRepresentor", OS_VIF_3_0_PROFILES));
    return "{\"vif\":"
        + VersionedObjectWriter.write(older)
        + ",\"instance\":"
        + VersionedObjectWriter.write(INSTANCE)
        + "}";
  }

  /** The rows that plugging makes, and the links, without what differs from run to run. */
  String state() throws Exception {
    host.vsctl(
        "set Open_vSwitch . external_ids:seen=yes"); // waits until the switch has applied all
    awaitRetiredBridges();
    return rows() + links();
  }

  /** Bridges that were unplugged are deleted a little later. */
  void awaitRetiredBridges() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (run("ip", "-d link show type bridge").contains("fastvif-retired")) {
      assertTrue(System.nanoTime() < deadline, "a retired bridge is not deleted");
      LockSupport.parkNanos(5_000_000);
    }
  }

  /** The rows that plugging makes. */
  String rows() throws Exception {
    StringBuilder state = new StringBuilder();
    for (String bridge : host.vsctl("list-br").lines().sorted().toList()) {
      state.append("bridge ").append(bridge).append(' ');
      state.append(host.vsctl("get Bridge " + bridge + " datapath_type").strip()).append(' ');
      state.append(host.vsctl("list-ports " + bridge).lines().sorted().toList()).append('\n');
    }
    state.append(lines("Port", "name,tag,vlan_mode,trunks"));
    state.append(lines("Interface", "name,type,options,external_ids,mtu_request"));
    return state.append(lines("QoS", "type,external_ids")).toString();
  }

  private String lines(String table, String columns) throws Exception {
    return host.vsctl("--no-headings --format=csv --columns=" + columns + " list " + table)
        .lines()
        .sorted()
        .map(line -> table + " " + line + "\n")
        .collect(Collectors.joining());
  }

  /** The links but for those of the switch itself, in os-vif's terms. */
  private String links() throws Exception {
    return run("ip", "-o -d link show")
        .lines()
        .filter(line -> !line.matches("[0-9]+: (lo|ovs-netdev|br-[a-z]+|tbr-[a-z0-9-]+)[@:].*"))
        .map(
            line ->
                line.replaceFirst("^[0-9]+: ", "")
                    .replaceAll("\\\\ +alias fastvif:[0-9a-f-]+", "")
                    .replaceAll("@[A-Za-z0-9-]+:", ":")
                    .replaceAll("addrgenmode [a-z0-9]+|num[tr]xqueues [0-9]+", "")
                    .replaceAll("link/ether [0-9a-f:]+", "")
                    .replaceAll("NO-CARRIER,|LOWER_UP,?|state [A-Z]+|,(?=>)", "")
                    .replaceAll("(gc_timer|_timer|link-netnsid) +[0-9.]+", "")
                    .replaceAll("(bridge_id|designated_root|designated_bridge) [0-9a-f.:]+", "")
                    .replaceAll(
                        "designated_port [0-9]+|port_no 0x[0-9a-f]+|port_id 0x[0-9a-f]+", "")
                    .replaceAll(" +", " "))
        .sorted()
        .collect(Collectors.joining("\n", "", "\n"));
  }

  @Override
  public void close() throws IOException {
    engine.close();
    host.close();
    namespace.close();
  }
}
