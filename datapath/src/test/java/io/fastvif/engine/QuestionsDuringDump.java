package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.fault.SystemCallFaults;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifGeneric;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A planner is held up in the middle of a dump of the host, and meanwhile the engine has to ask
 * whose a link is. Runs in a process whose system calls can be held up.
 */
final class QuestionsDuringDump {
  private static final String PLANNER = "planner";
  private static final long SECONDS = 60;

  /** The request is sent by then, and an answer awaited. */
  private static final int CALLS_BEFORE = 1;

  private QuestionsDuringDump() {}

  public static void main(String[] arguments) throws Exception {
    VifGeneric vif =
        VifGeneric.builder()
            .id("5204e52d-b222-4a58-808a-05a6c4647159")
            .plugin("tap")
            .vifName("tap5")
            .network(Network.builder().mtu(1450).build())
            .build();
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      PlugPlan plug = VifPlugins.installed(Map.of()).of(vif).plug(vif, null, engine.snapshot());
      Tap.createPersistent("tap5", TapOptions.plain()); // somebody else's, since it was planned
      AtomicInteger calls = new AtomicInteger();
      SystemCallFaults.install(
          (number, first, second) -> {
            if (Thread.currentThread().getName().equals(PLANNER)
                && calls.incrementAndGet() > CALLS_BEFORE) {
              held.countDown();
              await(released);
            }
            return 0;
          });
      Thread planner = new Thread(engine::snapshot, PLANNER);
      try {
        planner.start();
        assertTrue(held.await(SECONDS, TimeUnit.SECONDS), "the planner makes no calls");
        PlugResult result =
            engine.submit(plug).orElseThrow().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
        assertEquals(Outcome.FAILED, result.outcome());
        assertTrue(planner.isAlive(), "it is still in its dump");
      } finally {
        released.countDown();
        planner.join();
        SystemCallFaults.remove();
      }
    }
    System.out.println("answered");
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(2 * SECONDS, TimeUnit.SECONDS));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
