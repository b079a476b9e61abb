package io.fastvif.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.VifHost;
import io.fastvif.agent.VifKeeper;
import io.fastvif.agent.api.AgentApi;
import io.fastvif.agent.http.HttpOptions;
import io.fastvif.agent.http.HttpServer;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.Action;
import io.fastvif.plan.PlugPlan;
import io.fastvif.testing.KernelTest;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random VIFs of every class and version that os-vif can make, plugged and unplugged by os-vif
 * through fastvif's plugin, come to the agent with equal fields. {@code -Dfastvif.seed=N} repeats a
 * run.
 */
class OsVifThroughAgentTest {
  private static final int COUNT = 150;

  @TempDir Path folder;

  /** What the agent was asked to plug and to unplug. */
  private final ConcurrentLinkedQueue<PlugRequest> asked = new ConcurrentLinkedQueue<>();

  @KernelTest
  void whatOsVifMakesIsWhatTheAgentReads() throws Exception {
    OsVif.require();
    long seed = Long.getLong("fastvif.seed", System.nanoTime());
    System.out.println("os-vif through the agent: seed " + seed);
    Path theirs = folder.resolve("theirs");
    Path socket = folder.resolve("agent.sock");
    try (VifHost host = VifHost.open();
        AgentApi api =
            AgentApi.of(keeper(host), new AgentApi.About("1", Instant.now(), null, Map::of));
        HttpServer server =
            HttpServer.listen(
                HttpOptions.byDefault(),
                socket,
                PosixFilePermissions.fromString("rw-rw----"),
                null,
                api.routes())) {
      OsVif.run(
          folder,
          "/os-vif-random.py",
          Files.createFile(folder.resolve("nothing")),
          theirs.toString(),
          Integer.toString(COUNT),
          Long.toString(seed),
          socket.toString());
      assertEquals(1, server.statistics().accepted());
    }
    List<String> lines = Files.readAllLines(theirs);
    assertEquals(COUNT, lines.size());
    for (String line : lines) {
      for (String action : List.of("plug", "unplug")) {
        assertEquals(
            withoutChanges(Samples.comparable(JsonTree.parse(line))),
            Samples.comparable(JsonTree.parse(VersionedObjectWriter.write(asked.remove().vif()))),
            () -> action + " of " + line);
      }
    }
    assertEquals(0, asked.size());
  }

  /** The plugin leaves out the lists of what was changed. */
  private static Object withoutChanges(Object comparable) {
    if (comparable instanceof Map<?, ?> members) {
      Map<Object, Object> rest = new HashMap<>();
      members.forEach((key, value) -> rest.put(key, withoutChanges(value)));
      rest.remove(PrimitiveForm.CHANGES);
      return rest;
    }
    if (comparable instanceof List<?> list) {
      return list.stream().map(OsVifThroughAgentTest::withoutChanges).toList();
    }
    return comparable;
  }

  /** Takes what it is asked for, and does nothing. */
  private VifKeeper keeper(VifHost host) {
    return (VifKeeper)
        Proxy.newProxyInstance(
            VifKeeper.class.getClassLoader(),
            new Class<?>[] {VifKeeper.class},
            (proxy, method, arguments) -> answer(host, method, arguments));
  }

  private Object answer(VifHost host, Method method, Object[] arguments) {
    return switch (method.getName()) {
      case "host" -> host;
      case "subscribe" -> (VifKeeper.Subscription) () -> {};
      case "plug", "unplug" -> {
        PlugRequest request = (PlugRequest) arguments[0];
        asked.add(request);
        String id = request.vif().id().require("id");
        PlugPlan nothing = new PlugPlan(id, "", Action.PLUG, List.of(), null, List.of(), List.of());
        yield CompletableFuture.completedFuture(
            new PlugResult(nothing, Outcome.UNCHANGED, null, List.of()));
      }
      default -> throw new AssertionError(method);
    };
  }
}
