package io.fastvif.benchmarks.namespaces;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.EngineGroup;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import io.fastvif.netns.Netns;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * Opens a {@link VifHost} in each of so many fresh network namespaces, plugs and unplugs one VIF in
 * each (a veth pair on a bridge), and prints what the process holds twelve seconds later, with all
 * of them open and nothing to do. Needs root.
 *
 * <pre>
 * java -cp fastvif-benchmarks.jar io.fastvif.benchmarks.namespaces.NamespaceFootprint 1 100
 * </pre>
 */
public final class NamespaceFootprint {
  private static final long REST_NANOS = 12_000_000_000L;
  private static final long PATIENCE_NANOS = 600_000_000_000L;
  private static final long PAUSE_NANOS = 10_000_000;

  private final VifHostOptions options;
  private final long restNanos;

  /**
   * @param options what each host is opened with, but for its namespace
   * @param restNanos how long nothing is done before it is counted
   */
  NamespaceFootprint(VifHostOptions options, long restNanos) {
    this.options = options;
    this.restNanos = restNanos;
  }

  /**
   * Prints a line for each number of namespaces that is given; by default 1 and 100. With {@code
   * lone} before them, each host has an engine with threads of its own instead of one of a group.
   */
  public static void main(String[] arguments) throws IOException {
    List<String> words = List.of(arguments);
    if (!words.isEmpty() && words.getFirst().equals("lone")) {
      print(
          System.out,
          new NamespaceFootprint(lone(), REST_NANOS),
          counts(words.subList(1, words.size())));
      return;
    }
    try (EngineGroup group = EngineGroup.open("footprint")) {
      print(System.out, new NamespaceFootprint(lone().withGroup(group), REST_NANOS), counts(words));
    }
  }

  private static int[] counts(List<String> words) {
    return words.isEmpty()
        ? new int[] {1, 100}
        : words.stream().mapToInt(Integer::parseInt).toArray();
  }

  /** An engine of its own for each host. */
  static VifHostOptions lone() {
    return VifHostOptions.of(
        HostConfiguration.builder(Map.of()).option("linux_bridge.create_port", "veth").build());
  }

  private static void print(PrintStream out, NamespaceFootprint footprint, int[] counts)
      throws IOException {
    footprint.measure(1); // loads the classes
    Footprint before = Footprint.read();
    out.printf(
        "%10s %8s %11s %9s %9s%n", "namespaces", "threads", "descriptors", "RSS MiB", "heap");
    line(out, 0, before);
    for (int count : Arrays.stream(counts).sorted().toArray()) {
      line(out, count, footprint.measure(count));
    }
  }

  private static void line(PrintStream out, int namespaces, Footprint holds) {
    out.printf(
        "%10d %8d %11d %9.1f %9.1f%n",
        namespaces,
        holds.threads(),
        holds.descriptors(),
        holds.residentKib() / 1024.0,
        holds.heapKib() / 1024.0);
  }

  /** What the process holds with that many hosts open; they are closed afterwards. */
  Footprint measure(int namespaces) throws IOException {
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    try {
      List<VifHost> hosts = new ArrayList<>();
      for (int i = 0; i < namespaces; i++) {
        Netns namespace = Netns.createPrivate();
        opened.push(namespace);
        VifHost host = VifHost.open(options.withNamespace(namespace));
        opened.push(host);
        hosts.add(host);
      }
      all(hosts, Outcome.PLUGGED, host -> host.plug(vif()));
      all(hosts, Outcome.UNPLUGGED, host -> host.unplug(vif()));
      rest(hosts);
      return Footprint.read();
    } finally {
      close(opened);
    }
  }

  /** Until the bridges are gone, and for as long as threads wait for more before they end. */
  private void rest(List<VifHost> hosts) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (hosts.stream().anyMatch(host -> host.statistics().retiredBridges() > 0)) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("retired bridges are left");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    long rested = System.nanoTime() + restNanos;
    while (System.nanoTime() < rested) {
      LockSupport.parkNanos(rested - System.nanoTime());
    }
  }

  private interface Operation {
    CompletableFuture<PlugResult> on(VifHost host);
  }

  private static void all(List<VifHost> hosts, Outcome wanted, Operation operation) {
    List<CompletableFuture<PlugResult>> results = hosts.stream().map(operation::on).toList();
    for (CompletableFuture<PlugResult> result : results) {
      PlugResult ended = result.join();
      if (ended.outcome() != wanted) {
        throw new IllegalStateException("expected " + wanted + ": " + ended);
      }
    }
  }

  private static PlugRequest vif() {
    VifBridge vif =
        VifBridge.builder()
            .id("footprint")
            .plugin("linux_bridge")
            .vifName("port0")
            .bridgeName("br0")
            .network(Network.builder().shouldProvideBridge(true).build())
            .build();
    return new PlugRequest("footprint", vif, Optional.empty());
  }

  private static void close(Deque<AutoCloseable> opened) {
    RuntimeException problem = null;
    for (AutoCloseable each : opened) {
      try {
        each.close();
      } catch (Exception failed) {
        if (problem == null) {
          problem = new IllegalStateException("not all could be closed");
        }
        problem.addSuppressed(failed);
      }
    }
    if (problem != null) {
      throw problem;
    }
  }
}
