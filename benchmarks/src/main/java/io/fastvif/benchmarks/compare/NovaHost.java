package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.AgentProcess;
import io.fastvif.benchmarks.process.OvsSwitch;
import io.fastvif.benchmarks.process.ProcessCost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A compute node: an Open vSwitch of its own, and Nova's VIF driver as a process beside it, with
 * os-vif's own plugins or with fastvif's and its agent.
 */
final class NovaHost implements AutoCloseable {
  static final String OS_VIF = "os-vif";
  static final String FASTVIF = "fastvif";

  private static final String SCRIPT = "nova-peer.py";

  private final String name;
  private final Resources resources;
  private final Limits limits;
  private final OvsSwitch host;
  private final Path configuration;
  private final Optional<AgentProcess> agent;

  private NovaHost(
      String name,
      Resources resources,
      Limits limits,
      OvsSwitch host,
      Path configuration,
      Optional<AgentProcess> agent) {
    this.name = name;
    this.resources = resources;
    this.limits = limits;
    this.host = host;
    this.configuration = configuration;
    this.agent = agent;
  }

  /** What to install for one of the systems; empty if nothing is missing. */
  static Optional<String> missing(String system) {
    if (!Python.missing("nova", "python3-nova").isEmpty()) {
      return Optional.of("python3-nova");
    }
    return system.equals(FASTVIF) ? OsVifAgentPlugin.missing() : Optional.empty();
  }

  /**
   * Starts it.
   *
   * @param folder a name of its own for its files
   * @param system who plugs there
   */
  static NovaHost start(String folder, String system, Resources resources, Limits limits)
      throws IOException {
    return start(
        Files.createDirectories(resources.folder().resolve("nova-" + folder)),
        system,
        resources,
        limits);
  }

  private static NovaHost start(Path folder, String name, Resources resources, Limits limits)
      throws IOException {
    OvsSwitch host = new OvsSwitch(folder.resolve("ovs"));
    try {
      String settings =
          "[oslo_concurrency]\nlock_path = %s\n[os_vif_ovs]\novsdb_connection = %s\n"
              .formatted(folder.resolve("locks"), host.address());
      Optional<AgentProcess> agent = Optional.empty();
      if (name.equals(FASTVIF)) {
        List<String> options = List.of("-o", "ovs.ovsdb_connection=" + host.address());
        agent = Optional.of(AgentProcess.start(host.namespace(), folder, options));
        agent.get().awaitAnswer();
        settings += OsVifAgentPlugin.settings(agent.get().socket());
      }
      Path configuration = Files.writeString(folder.resolve("nova.conf"), settings);
      return new NovaHost(name, resources, limits, host, configuration, agent);
    } catch (IOException | RuntimeException problem) {
      host.close();
      throw problem;
    }
  }

  String name() {
    return name;
  }

  OvsSwitch host() {
    return host;
  }

  /** Starts what plugs VIFs in a nova-compute; it has loaded everything and plugged nothing. */
  Conversation nova(NovaWorkload workload, List<BenchVif> vifs) throws IOException {
    List<String> arguments = new ArrayList<>();
    arguments.add(workload.kind());
    arguments.add(configuration.toString());
    if (agent.isPresent()) {
      arguments.addAll(OsVifAgentPlugin.folders());
    }
    return Python.start(
        resources,
        SCRIPT,
        resources.write("nova-vifs", NovaWorkload.lines(vifs)),
        host.namespace(),
        limits,
        arguments.toArray(String[]::new));
  }

  /** The processor time so far of those who plug here, in milliseconds. */
  long processorMillis(Conversation nova) throws IOException {
    long millis = ProcessCost.of(nova.pid()).processorMillis();
    return agent.isPresent() ? millis + agent.get().cost().processorMillis() : millis;
  }

  @Override
  public void close() {
    try {
      agent.ifPresent(AgentProcess::close);
    } finally {
      host.close();
    }
  }
}
