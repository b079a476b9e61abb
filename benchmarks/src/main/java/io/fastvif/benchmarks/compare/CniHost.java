package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.AgentProcess;
import io.fastvif.benchmarks.process.Child;
import io.fastvif.benchmarks.process.OvsSwitch;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A node: a private network namespace with a plugin's configuration and addresses, the plugin's
 * agent where it has one, and a runtime that executes the plugin there.
 */
final class CniHost implements AutoCloseable {
  private static final String SOURCE = "cni-runtime.c";
  private static final String LAST_ADDRESS = "last_reserved_ip.";

  private final String system;
  private final CniWorkload workload;
  private final Path folder;
  private final CniPods pods;
  private final OvsSwitch ovs;
  private final PrivateHost host;
  private final Path addresses;
  private final Conversation runtime;
  private AgentProcess agent;

  /** Starts it, with the agent. */
  CniHost(
      String system,
      CniWorkload workload,
      CniPods pods,
      CniPrograms programs,
      Resources resources,
      Limits limits)
      throws IOException {
    this.system = system;
    this.workload = workload;
    this.pods = pods;
    folder = Files.createDirectories(resources.folder().resolve("cni-" + system + "-" + workload));
    addresses = folder.resolve("addresses");
    ovs = workload == CniWorkload.OVS ? new OvsSwitch(folder.resolve("ovs")) : null;
    host = ovs == null ? new PrivateHost() : null;
    try {
      if (system.equals(CniComparison.FASTVIF)) {
        startAgent();
      }
      runtime = runtime(programs.of(system), resources, limits);
    } catch (IOException | RuntimeException problem) {
      close(null);
      throw problem;
    }
  }

  private Conversation runtime(Path plugin, Resources resources, Limits limits) throws IOException {
    Path program = resources.folder().resolve("cni-runtime");
    if (!Files.exists(program)) {
      Child.run(
          new ProcessBuilder(
              "gcc", "-O2", "-o", program.toString(), resources.copy(SOURCE).toString()));
    }
    String database = ovs == null ? "" : ovs.address();
    String configuration = workload.configuration(system, addresses, database);
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    List<String> command =
        List.of(
            "/usr/bin/env",
            "CNI_IFNAME=" + CniPods.INTERFACE,
            "CNI_PATH=" + CniPrograms.REFERENCE,
            "PATH=" + path + ":/usr/sbin:/sbin", // of iptables
            "FASTVIF_AGENT=" + AgentProcess.socket(folder),
            program.toString(),
            plugin.toString(),
            Files.writeString(folder.resolve("network.conf"), configuration).toString(),
            Files.writeString(folder.resolve("pods"), pods.lines()).toString(),
            Files.createDirectories(folder.resolve("answers")).toString());
    return new Conversation(
        namespace(), command, folder.resolve("runtime.errors"), limits.operation());
  }

  private Netns namespace() {
    return ovs == null ? host.namespace() : ovs.namespace();
  }

  private void startAgent() throws IOException {
    List<String> options =
        ovs == null ? List.of() : List.of("-o", "ovs.ovsdb_connection=" + ovs.address());
    agent = AgentProcess.start(namespace(), folder, options);
    agent.awaitAnswer();
  }

  /** Ends the agent, where there is one. */
  void shutDown() throws IOException {
    if (agent != null) {
      agent.end();
    }
  }

  /**
   * Starts the agent that was ended, where there is one, and waits until it answers.
   *
   * @return nanoseconds by the clock
   */
  long boot() throws IOException {
    long start = System.nanoTime();
    if (agent != null) {
      startAgent();
    }
    return System.nanoTime() - start;
  }

  String system() {
    return system;
  }

  CniWorkload workload() {
    return workload;
  }

  /** What executing a plugin for pods has taken: see cni-runtime.c. */
  record Taken(long nanos, long processorNanos, List<Long> each) {}

  /** Executes the plugin for the pods from one number to below another. */
  Taken execute(String verb, int from, int to, boolean isAtOnce) throws IOException {
    long before = agentNanos();
    long[] answer = runtime.ask(verb + " " + from + " " + to + (isAtOnce ? " all" : " one"));
    List<Long> each = Arrays.stream(answer).skip(2).boxed().toList();
    return new Taken(answer[0], answer[1] + agentNanos() - before, each);
  }

  private long agentNanos() throws IOException {
    return agent == null ? 0 : agent.cost().processorMillis() * 1_000_000;
  }

  /**
   * Checks that these pods are attached, and no others.
   *
   * @throws IOException what is not as it should be
   */
  void checkAdded(int from, int to) throws IOException {
    pods.checkAdded(from, to);
    require(to - from);
  }

  /**
   * Checks that none is attached, of these that were.
   *
   * @throws IOException what is not as it should be
   */
  void checkDeleted(int from, int to) throws IOException {
    pods.checkDeleted(from, to);
    require(0);
  }

  private void require(int count) throws IOException {
    if (ports() != count || addresses() != count) {
      throw new IOException(
          "wrong result: %d ports and %d addresses for %d pods"
              .formatted(ports(), addresses(), count));
    }
  }

  private int ports() throws IOException {
    if (ovs != null) {
      return ovs.ports().size();
    }
    int[] count = new int[1];
    try (RouteSocket route = RouteSocket.open(namespace())) {
      int bridge = route.indexOf(workload.bridge());
      LinkMessage link = new LinkMessage();
      route.dump(
          route.link().dump(false),
          message -> count[0] += bridge != 0 && link.wrap(message).master() == bridge ? 1 : 0);
    }
    return count[0];
  }

  private int addresses() throws IOException {
    Path network = addresses.resolve("pods");
    int count = 0;
    if (Files.isDirectory(network)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(network)) {
        for (Path file : files) {
          String name = file.getFileName().toString();
          count += name.equals("lock") || name.startsWith(LAST_ADDRESS) ? 0 : 1;
        }
      }
    }
    return count;
  }

  private void close(Conversation started) {
    try {
      if (started != null) {
        started.close();
      }
      if (agent != null) {
        agent.close();
      }
    } finally {
      if (ovs != null) {
        ovs.close();
      } else {
        host.close();
      }
    }
  }

  @Override
  public void close() {
    close(runtime);
  }
}
