package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.netns.Netns;
import io.fastvif.plan.Action;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.MacAddress;
import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Operations that callers wait for, and which thread carries them out. */
@Timeout(240)
class AwaitedOperationsTest {
  private static final int MTU = 1450;
  private static final long MAC = 0x02_00_00_00_00_01L;
  private static final int REFUSED_MTU = 70_000;

  private final FakeKernel kernel = new FakeKernel();
  private final Queue<Thread> senders = new ConcurrentLinkedQueue<>();

  private PlugEngine started() throws Exception {
    kernel.duringSend = () -> senders.add(Thread.currentThread());
    PlugEngine engine = PlugEngine.builder().transport(() -> kernel).build().start();
    awaitSleep(engine);
    return engine;
  }

  private static void awaitSleep(PlugEngine engine) throws Exception {
    Await.until("the engine's sleep", engine.parking::borrow);
    engine.parking.giveBack(false);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  private static PlugResult plug(PlugEngine engine, int number, int mtu) {
    return new AwaitedOperations(engine)
        .carryOut(TestPlans.tap("vif" + number, "tap" + number, mtu))
        .orElseThrow();
  }

  @Test
  void aCallerDoesTheWorkOfAnEngineThatSleeps() throws Exception {
    try (PlugEngine engine = started()) {
      assertEquals(Outcome.PLUGGED, plug(engine, 1, MTU).outcome());
      assertEquals(List.of(Thread.currentThread()), List.copyOf(senders));
      assertTrue(engine.parking.borrow(), "nobody was woken");
      engine.parking.giveBack(false);
    }
  }

  @Test
  void whatFailsIsTakenBackByTheEnginesThread() throws Exception {
    try (PlugEngine engine = started()) {
      PlugResult failed = plug(engine, 1, REFUSED_MTU);
      assertEquals(Outcome.FAILED, failed.outcome());
      assertEquals(List.of(), failed.failure().leftBehind());
      assertTrue(kernel.links.isEmpty());
      assertSame(Thread.currentThread(), senders.peek());
    }
  }

  @Test
  void aVirtualThreadDoesNotMoveItsCarrier() throws Exception {
    try (PlugEngine engine = started()) {
      CompletableFuture<PlugResult> result = new CompletableFuture<>();
      Thread.ofVirtual().start(() -> result.complete(plug(engine, 1, MTU)));
      assertEquals(Outcome.PLUGGED, result.join().outcome());
      assertEquals("fastvif-engine", senders.peek().getName());
    }
  }

  @Test
  void anInterruptEndsNothing() throws Exception {
    try (PlugEngine engine = started()) {
      Thread.currentThread().interrupt();
      PlugResult result = plug(engine, 1, MTU);
      assertTrue(Thread.interrupted());
      assertEquals(Outcome.PLUGGED, result.outcome());
    }
  }

  @Test
  void whatOthersSubmitMeanwhileIsDoneToo() throws Exception {
    try (PlugEngine engine = started()) {
      CompletableFuture<PlugResult> other = new CompletableFuture<>();
      kernel.duringSend =
          () -> {
            kernel.duringSend = () -> {};
            engine
                .submit(TestPlans.tap("other", "other", MTU))
                .orElseThrow()
                .thenAccept(other::complete);
          };
      assertEquals(Outcome.PLUGGED, plug(engine, 1, MTU).outcome());
      assertEquals(Outcome.PLUGGED, other.join().outcome());
    }
  }

  @Test
  void aCallerWaitsForNoDeletionOfOthers() throws Exception {
    CountDownLatch deleting = new CountDownLatch(1);
    CountDownLatch gracePeriod = new CountDownLatch(1);
    try (PlugEngine engine = started()) {
      assertEquals(Outcome.PLUGGED, plug(engine, 0, MTU).outcome());
      kernel.afterDeletion =
          () -> {
            deleting.countDown();
            await(gracePeriod);
          };
      CompletableFuture<PlugResult> unplug =
          engine.submit(TestPlans.delete("vif0", "tap0", 1, 0)).orElseThrow().toCompletableFuture();
      deleting.await();
      awaitSleep(engine);
      senders.clear();
      assertEquals(Outcome.PLUGGED, plug(engine, 1, MTU).outcome());
      assertEquals(List.of(Thread.currentThread()), List.copyOf(senders));
      assertFalse(unplug.isDone(), "the kernel waits for readers of the link");
      gracePeriod.countDown();
      assertEquals(Outcome.UNPLUGGED, unplug.join().outcome());
    }
  }

  @Test
  void anEngineIsClosedBehindTheCallerThatWorksForIt() throws Exception {
    CountDownLatch sending = new CountDownLatch(1);
    CountDownLatch closing = new CountDownLatch(1);
    PlugEngine engine = started();
    kernel.duringSend =
        () -> {
          sending.countDown();
          await(closing);
        };
    CompletableFuture<PlugResult> result =
        CompletableFuture.supplyAsync(() -> plug(engine, 1, MTU));
    sending.await();
    assertFalse(engine.close(Duration.ZERO));
    closing.countDown();
    assertEquals(Outcome.PLUGGED, result.join().outcome());
    assertTrue(engine.close(Duration.ofSeconds(60)));
    assertThrows(IllegalStateException.class, () -> plug(engine, 2, MTU));
  }

  @Test
  void oneThreadWorksAtATime() throws Exception {
    int threads = 4;
    int each = 200;
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (PlugEngine engine = started()) {
      kernel.duringSend =
          () -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            Thread.onSpinWait();
            inside.decrementAndGet();
          };
      List<Thread> callers = new ArrayList<>();
      Queue<PlugResult> failed = new ConcurrentLinkedQueue<>();
      for (int t = 0; t < threads; t++) {
        int first = t * each;
        callers.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int i = first; i < first + each; i++) {
                        PlugResult result = plug(engine, i, MTU);
                        if (result.outcome() != Outcome.PLUGGED) {
                          failed.add(result);
                        }
                      }
                    }));
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertEquals(List.of(), List.copyOf(failed));
    }
    assertEquals(1, most.get());
    assertEquals(threads * each, kernel.links.size());
  }

  @KernelTest
  void aCallerInAnotherNamespaceLeavesATapToTheEngine() throws Exception {
    try (Netns other = Netns.createPrivate();
        PlugEngine engine = PlugEngine.builder().namespace(other).build().start()) {
      awaitSleep(engine);
      assertEquals(Outcome.PLUGGED, plug(engine, 1, MTU).outcome());
      assertNull(NetworkInterface.getByName("tap1"));
      assertTrue(engine.snapshot().link("tap1").isPresent());
    }
  }

  /** What is done to a link goes to the engine's, also where the caller has one of that name. */
  @KernelTest
  void aCallerInAnotherNamespaceSetsUpTheEnginesLink() throws Exception {
    try (Netns other = Netns.createPrivate();
        PlugEngine engine = PlugEngine.builder().namespace(other).build().start();
        RouteSocket here = RouteSocket.open()) {
      here.execute(here.link().create("pair").kind(new Veth().peerName("end")));
      awaitSleep(engine);
      PlugResult plugged = new AwaitedOperations(engine).carryOut(pair()).orElseThrow();
      assertEquals(Outcome.PLUGGED, plugged.outcome());
      assertTrue(engine.parking.borrow(), "nobody was woken");
      engine.parking.giveBack(false);
      assertEquals("1", other.visit(AwaitedOperationsTest::disabledIpv6));
      assertEquals("0", disabledIpv6());
    }
  }

  private static PlugPlan pair() {
    PlannedStep create =
        PlannedStep.own(
            new NetlinkStep.CreateVeth(
                "pair", new MacAddress(MAC), "end", new MacAddress(MAC + 1), MTU),
            new DeleteLink("pair", 0, 0));
    PlannedStep ipv6 = PlannedStep.own(new LocalStep.DisableIpv6("pair", true), null);
    return new PlugPlan(
        "vif", "pair", Action.PLUG, List.of("pair"), null, List.of(create, ipv6), List.of());
  }

  private static String disabledIpv6() throws IOException {
    return Files.readString(Path.of("/proc/sys/net/ipv6/conf/pair/disable_ipv6")).strip();
  }
}
