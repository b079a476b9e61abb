package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.bindings.fault.NthCallFails;
import io.fastvif.bindings.fault.SystemCallFaults;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.Await;
import io.fastvif.testing.FaultMatrix;
import io.fastvif.vif.Network;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifGeneric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Plugs and unplugs in the namespace of this process, with one system call of the engine's threads
 * failing each time, and looks what is there afterwards.
 */
final class EngineFaultMatrix {
  private static final int MAX_CALLS = 5000;
  private static final List<String> OTHERS_BRIDGES = List.of("qbr2");
  private static final VifBridge BYSTANDER = vif(1);
  private static final VifBridge SUBJECT = vif(2);
  private static final Vif NEXT =
      VifGeneric.builder()
          .id("3204e52d-b222-4a58-808a-05a6c4647159")
          .plugin("tap")
          .vifName("tap3")
          .network(Network.builder().mtu(1450).build())
          .build();

  /** Refused by the kernel, when its bridge has been made. */
  private static final VifBridge IMPOSSIBLE = vif(4, 70_000);

  private final VifPlugins plugins =
      VifPlugins.installed(Map.of("linux_bridge.create_port", "veth"));
  private final Set<String> expected;
  private long descriptors;

  private EngineFaultMatrix() throws Exception {
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      assertEquals(Outcome.PLUGGED, run(engine, BYSTANDER, true).outcome());
    }
    expected = links();
  }

  private static VifBridge vif(int number) {
    return vif(number, 1450);
  }

  private static VifBridge vif(int number, int mtu) {
    return VifBridge.builder()
        .id(number + "204e52d-b222-4a58-808a-05a6c4647159")
        .plugin("linux_bridge")
        .hasTrafficFiltering(true)
        .vifName("veth" + number)
        .bridgeName("qbr" + number)
        .network(Network.builder().shouldProvideBridge(true).mtu(mtu).build())
        .build();
  }

  private static boolean isEngines(Thread thread) {
    String name = thread.getName();
    return name.startsWith("fastvif-")
        && !name.startsWith("fastvif-callback")
        && !name.equals("fastvif-netns");
  }

  private PlugResult run(PlugEngine engine, Vif vif, boolean plug) throws Exception {
    return engine
        .submit(
            vif.id().get(),
            (host, claims) ->
                plug
                    ? plugins.of(vif).plug(vif, null, host)
                    : plugins.of(vif).unplug(vif, null, host))
        .orElseThrow()
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
  }

  /**
   * Index, name, alias, group, master and whether it is up of each link, without the bridges of the
   * others: linux_bridge leaves a bridge where it is.
   */
  private static Set<String> links() {
    Set<String> links = new TreeSet<>();
    LinkMessage link = new LinkMessage();
    try (RouteSocket route = RouteSocket.open()) {
      route.dump(
          route.link().dump(false),
          message -> {
            link.wrap(message);
            if (OTHERS_BRIDGES.contains(link.name())) {
              return;
            }
            links.add(
                link.index()
                    + " "
                    + link.name()
                    + " "
                    + link.alias()
                    + " "
                    + link.group()
                    + " "
                    + link.master()
                    + " "
                    + (link.isUp() ? 1 : 0));
          });
    }
    return links;
  }

  /** Plays it once; returns whether a call failed. */
  private boolean play(int n, int errno) throws Exception {
    NthCallFails fault = new NthCallFails(n, errno, EngineFaultMatrix::isEngines);
    String what = "call " + n + " with " + Errno.name(errno);
    List<String> left = new ArrayList<>();
    try {
      SystemCallFaults.install(fault);
      try {
        operate(left);
      } finally {
        SystemCallFaults.remove();
      }
      if (left.isEmpty()) {
        assertEquals(expected, links(), what + ": nothing was reported as left behind");
      } else {
        deleteBridges(List.of(IMPOSSIBLE.bridgeName().get()));
      }
      try (PlugEngine engine = PlugEngine.builder().build().start()) {
        run(engine, SUBJECT, true);
        assertTrue(run(engine, SUBJECT, false).failure() == null, what);
      }
      assertEquals(expected, links(), () -> what + ": " + left);
      deleteBridges(OTHERS_BRIDGES);
      Await.until("the engine's threads end", EngineFaultMatrix::isWithoutThreads);
      long open = descriptors();
      assertTrue(descriptors == 0 || open <= descriptors, what + ": " + open + " descriptors");
      descriptors = descriptors == 0 ? open : descriptors;
    } catch (Throwable t) {
      AssertionError failed = new AssertionError(what + ": " + t + " " + left, t);
      if (fault.place() != null) {
        failed.addSuppressed(fault.place());
      }
      throw failed;
    }
    return fault.hasFailed();
  }

  private void operate(List<String> left) throws Exception {
    PlugEngine engine = PlugEngine.builder().errorHandler(told -> left.add("" + told)).build();
    try {
      engine.start();
    } catch (SystemCallException refused) {
      return; // it says why, and nothing has begun
    }
    try {
      for (boolean plug : new boolean[] {true, false, true, false}) {
        PlugResult result = run(engine, SUBJECT, plug);
        if (result.failure() != null) {
          left.addAll(result.failure().leftBehind());
          if (!plug) {
            left.add(result.failure().message());
          } else if (left.isEmpty()) {
            assertEquals(expected, links(), () -> "undone: " + result.failure().message());
          }
        }
      }
      PlugFailure refused = run(engine, IMPOSSIBLE, true).failure();
      left.addAll(refused.leftBehind());
      if (left.isEmpty()) {
        assertEquals(expected, links(), () -> "undone: " + refused.message());
      }
      // Whatever has failed, the engine goes on.
      for (boolean plug : new boolean[] {true, false}) {
        PlugResult result = run(engine, NEXT, plug);
        if (result.failure() != null) {
          left.addAll(result.failure().leftBehind());
          result = run(engine, NEXT, plug);
        }
        PlugFailure failure = result.failure();
        assertTrue(failure == null, () -> "the next VIF: " + failure.message());
      }
    } finally {
      assertTrue(engine.close(Duration.ofMinutes(1)), "the engine does not end");
    }
  }

  private static void deleteBridges(List<String> names) {
    try (RouteSocket route = RouteSocket.open()) {
      for (String bridge : names) {
        int index = route.indexOf(bridge);
        if (index != 0) {
          route.execute(route.link().delete(index));
        }
      }
    }
  }

  private static boolean isWithoutThreads() {
    return Thread.getAllStackTraces().keySet().stream().noneMatch(EngineFaultMatrix::isEngines);
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }

  public static void main(String[] arguments) throws Exception {
    EngineFaultMatrix matrix = new EngineFaultMatrix();
    matrix.play(Integer.MAX_VALUE, Errno.EIO);
    int points = 0;
    if (arguments[0].equals("full")) {
      for (int errno : FaultMatrix.ERRNOS) {
        for (int n = 1; n < MAX_CALLS && matrix.play(n, errno); n++) {
          points++;
        }
      }
    } else {
      List<Integer> errnos = FaultMatrix.ERRNOS; // by turns
      for (int n = 1; n < MAX_CALLS && matrix.play(n, errnos.get(n % errnos.size())); n++) {
        points++;
      }
    }
    System.out.println("fault matrix of the engine: " + points + " injection points");
  }
}
