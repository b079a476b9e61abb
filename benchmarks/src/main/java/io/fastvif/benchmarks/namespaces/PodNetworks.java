package io.fastvif.benchmarks.namespaces;

import static io.fastvif.bindings.linux.linux_h.AF_INET;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a CNI plugin does in a pod's namespace, one pod after the other: {@code lo} and {@code eth0}
 * up, an address, a default route, and the gateway as a permanent neighbour. The namespaces have
 * names and an {@code eth0} (of a veth pair) before, and are made anew for each system. Needs root.
 *
 * <pre>
 * java -cp fastvif-benchmarks.jar io.fastvif.benchmarks.namespaces.PodNetworks 200
 * </pre>
 */
public final class PodNetworks implements AutoCloseable {
  private static final byte[] ADDRESS = {10, 1, 2, 3};
  private static final byte[] GATEWAY = {10, 1, 2, 1};
  private static final long MAC = 0x02_00_00_00_00_09L;
  private static final int PODS = 200;
  private static final int MINUTES = 5;
  private static final int PREFIX = 24;

  private final List<String> names = new ArrayList<>();

  /** Connects one pod. */
  interface Connector {
    void connect(String name) throws IOException;
  }

  /** Makes so many namespaces. */
  PodNetworks(int pods) {
    try {
      for (int i = 0; i < pods; i++) {
        String name = "fastvif-pod-" + ProcessHandle.current().pid() + "-" + i;
        Netns.create(name).close();
        names.add(name);
        try (Netns pod = Netns.named(name);
            RouteSocket route = RouteSocket.open(pod)) {
          route.execute(route.link().create("eth0").kind(new Veth().peerName("out0")));
          route.execute(route.link().set(route.indexOf("out0")).up());
        }
      }
    } catch (RuntimeException | Error failed) {
      close();
      throw failed;
    }
  }

  /** Prints the microseconds for a pod by each system that there is. */
  public static void main(String[] arguments) throws IOException {
    int pods = arguments.length == 0 ? PODS : Integer.parseInt(arguments[0]);
    Path folder = Files.createTempDirectory("fastvif-pods");
    Path batch = Files.write(folder.resolve("pod.ip"), ipLines());
    Path script = folder.resolve("pods.py");
    try {
      try (PodNetworks warmUp = new PodNetworks(pods)) {
        warmUp.nanos(PodNetworks::fastvif);
      }
      try (PodNetworks networks = new PodNetworks(pods)) {
        line("fastvif", networks.nanos(PodNetworks::fastvif));
      }
      try (PodNetworks networks = new PodNetworks(pods)) {
        line("ip -n POD -batch", networks.nanos(name -> ip(name, batch)));
      }
      try (PodNetworks networks = new PodNetworks(pods);
          InputStream source = PodNetworks.class.getResourceAsStream("pods.py")) {
        Files.copy(source, script);
        List<String> command = new ArrayList<>(List.of("/usr/bin/python3", script.toString()));
        command.addAll(networks.names);
        System.out.printf("%-18s %s us for a pod%n", "pyroute2", run(command).strip());
      }
    } finally {
      Files.deleteIfExists(script);
      Files.delete(batch);
      Files.delete(folder);
    }
  }

  private static void line(String system, long[] nanos) {
    Arrays.sort(nanos);
    System.out.printf(
        "%-18s %d us for a pod%n", system, TimeUnit.NANOSECONDS.toMicros(nanos[nanos.length / 2]));
  }

  /** The nanoseconds for each pod. */
  long[] nanos(Connector system) throws IOException {
    long[] nanos = new long[names.size()];
    for (int i = 0; i < nanos.length; i++) {
      long start = System.nanoTime();
      system.connect(names.get(i));
      nanos[i] = System.nanoTime() - start;
    }
    return nanos;
  }

  /** With the library. */
  static void fastvif(String name) {
    try (Netns pod = Netns.named(name);
        RouteSocket route = RouteSocket.open(pod)) {
      int eth0 = route.indexOf("eth0");
      route.execute(route.link().set(1).up());
      route.execute(route.link().set(eth0).up());
      route.execute(route.address().add(eth0, ADDRESS, PREFIX));
      route.execute(route.route().add(AF_INET, null, 0).gateway(GATEWAY));
      route.execute(route.neighbour().setPermanent(eth0, GATEWAY, MAC));
    }
  }

  /** The same for {@code ip -batch}. */
  static List<String> ipLines() {
    return List.of(
        "link set lo up",
        "link set eth0 up",
        "address add 10.1.2.3/24 dev eth0",
        "route add default via 10.1.2.1",
        "neighbour replace 10.1.2.1 lladdr 02:00:00:00:00:09 dev eth0");
  }

  /** With a process. */
  static void ip(String name, Path batch) throws IOException {
    run(List.of("ip", "-n", name, "-batch", batch.toString()));
  }

  private static String run(List<String> command) throws IOException {
    Process process = Child.start(new ProcessBuilder(command).redirectErrorStream(true));
    try {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new IOException(command.getFirst() + ": " + said);
      }
      return said;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("interrupted", interrupted));
    } finally {
      process.destroyForcibly();
    }
  }

  List<String> names() {
    return List.copyOf(names);
  }

  @Override
  public void close() {
    names.forEach(Netns::delete);
    names.clear();
  }
}
