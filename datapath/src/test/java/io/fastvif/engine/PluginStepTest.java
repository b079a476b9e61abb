package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.Action;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.PluginStep;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.Network;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifGeneric;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plugin that brings a step of its own. */
class PluginStepTest {
  private static final int MTU = 1450;
  private static final int REFUSED_MTU = 70_000;

  private final FakeKernel kernel = new FakeKernel();
  private final PlugEngine engine = PlugEngine.builder().transport(() -> kernel).build().start();
  private final CountDownLatch mayGoOn = new CountDownLatch(1);
  @TempDir Path folder;

  @AfterEach
  void close() {
    mayGoOn.countDown();
    assertTrue(engine.close(Duration.ofMinutes(1)));
  }

  /** Makes a file for a VIF, as a daemon might be told of it. */
  private record Announce(Path file, CountDownLatch mayGoOn, List<String> threads)
      implements PluginStep {
    @Override
    public boolean perform() throws IOException {
      threads.add(Thread.currentThread().getName());
      try {
        if (!mayGoOn.await(60, TimeUnit.SECONDS)) {
          throw new IOException("nobody answers");
        }
      } catch (InterruptedException interrupted) {
        throw new IOException(interrupted);
      }
      try {
        Files.createFile(file);
        return true;
      } catch (FileAlreadyExistsException there) {
        return false;
      }
    }

    @Override
    public boolean undo() throws IOException {
      return Files.deleteIfExists(file);
    }

    @Override
    public String toString() {
      return "announce " + file.getFileName();
    }
  }

  /** Gives a VIF a tap and announces it, before the tap has its MTU or after. */
  private record AnnouncingPlugin(Path folder, CountDownLatch mayGoOn, List<String> threads, int at)
      implements VifPlugin {
    @Override
    public PlugPlan plug(Vif vif, InstanceInfo instance, HostSnapshot host) {
      String id = vif.id().get();
      PlugPlan tap = TestPlans.tap(id, "tap-" + id, vif.network().get().mtu().get());
      List<PlannedStep> steps = new ArrayList<>(tap.steps());
      steps.add(at, new Announce(folder.resolve(id), mayGoOn, threads).planned());
      return new PlugPlan(id, tap.name(), Action.PLUG, tap.devices(), null, steps, List.of());
    }

    @Override
    public PlugPlan unplug(Vif vif, InstanceInfo instance, HostSnapshot host) {
      throw new AssertionError("nothing is unplugged");
    }
  }

  private final List<String> threads = new ArrayList<>();

  private CompletableFuture<PlugResult> plug(String id, int mtu, int at) {
    Vif vif =
        VifGeneric.builder()
            .id(id)
            .plugin("announcing")
            .vifName("tap-" + id)
            .network(Network.builder().mtu(mtu).build())
            .build();
    VifPlugin plugin = new AnnouncingPlugin(folder, mayGoOn, threads, at);
    return engine
        .submit(id, (host, claims) -> plugin.plug(vif, null, host))
        .orElseThrow()
        .toCompletableFuture();
  }

  private static PlugResult get(CompletableFuture<PlugResult> result) throws Exception {
    return result.get(60, TimeUnit.SECONDS);
  }

  @Test
  void itBlocksNobodyElse() throws Exception {
    CompletableFuture<PlugResult> announced = plug("vif", MTU, 0);
    assertEquals(
        Outcome.PLUGGED,
        get(engine.submit(TestPlans.tap("other", "tap1", MTU)).orElseThrow().toCompletableFuture())
            .outcome());
    assertFalse(announced.isDone());
    mayGoOn.countDown();
    assertEquals(Outcome.PLUGGED, get(announced).outcome());
    assertTrue(Files.exists(folder.resolve("vif")));
    assertEquals(Set.of("tap1", "tap-vif"), kernel.links.keySet());
    assertTrue(threads.getFirst().startsWith("fastvif-slow-"), threads::toString);
  }

  @Test
  void aLaterFailureTakesItBack() throws Exception {
    mayGoOn.countDown();
    PlugResult result = get(plug("vif", REFUSED_MTU, 0));
    assertEquals(Outcome.FAILED, result.outcome());
    assertEquals(List.of(), result.failure().leftBehind());
    assertEquals(1, threads.size());
    assertFalse(Files.exists(folder.resolve("vif")));
    assertEquals(Set.of(), kernel.links.keySet());
  }

  @Test
  void whatWasThereBeforeIsNotTakenBack() throws Exception {
    mayGoOn.countDown();
    Files.createFile(folder.resolve("vif"));
    assertEquals(Outcome.FAILED, get(plug("vif", REFUSED_MTU, 0)).outcome());
    assertTrue(Files.exists(folder.resolve("vif")));
  }

  @Test
  void itsOwnFailureTakesTheOthersBackAndIsSaid() throws Exception {
    mayGoOn.countDown();
    Files.delete(folder);
    PlugResult result = get(plug("vif", MTU, 2));
    assertEquals(Outcome.FAILED, result.outcome());
    assertTrue(result.failure().message().contains("announce vif"), result.failure()::message);
    assertEquals(Set.of(), kernel.links.keySet());
    Files.createDirectory(folder);
  }
}
