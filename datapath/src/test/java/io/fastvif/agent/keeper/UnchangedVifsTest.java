package io.fastvif.agent.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.io.TempDir;

/** Plugs that change nothing are answered on the caller's thread, while the keeper's is held. */
class UnchangedVifsTest {
  private static final int SECONDS = 60;
  private static final PlugRequest TAP = KeptVifCases.tap(1, 1500);
  private static final String ID = "tap-vif-1";

  @TempDir Path state;

  /** Has the keeper's thread wait, with nothing asked for, until the latch is counted down. */
  private static void hold(KeeperBed bed, CountDownLatch goOn) throws Exception {
    Thread test = Thread.currentThread();
    AtomicBoolean isHeld = new AtomicBoolean();
    while (!isHeld.get()) {
      CountDownLatch called = new CountDownLatch(1);
      var unused =
          bed.keeper
              .unplug("nobody's")
              .thenRun(
                  () -> {
                    isHeld.set(Thread.currentThread() != test); // else it was answered before
                    called.countDown();
                    if (isHeld.get()) {
                      await(goOn);
                    }
                  });
      await(called);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(SECONDS, TimeUnit.SECONDS));
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  private static CompletableFuture<PlugResult> plug(KeeperBed bed, PlugRequest request) {
    return bed.keeper.plug(request, Map.of());
  }

  private static void plugUntilUnchanged(KeeperBed bed, PlugRequest request) throws Exception {
    bed.plug(request);
    awaitIdle(bed, request);
  }

  /** The engine is idle a moment after it has answered. */
  private static void awaitIdle(KeeperBed bed, PlugRequest request) throws Exception {
    Await.until(
        "nothing is under way",
        () -> {
          var unused = bed.host.snapshot().filters().isKnown(); // reads what the engine has made
          return bed.host
              .unchangedAsKnown(Declaration.of(request, Map.of()).plug(), known -> true)
              .isPresent();
        });
  }

  @KernelTest
  void whatIsPluggedAsDeclaredIsAnsweredAtOnce() throws Exception {
    try (KeeperBed bed = KeeperBed.open(state)) {
      plugUntilUnchanged(bed, TAP);
      long plugs = bed.keeper.statistics().plugs();
      CountDownLatch goOn = new CountDownLatch(1);
      try {
        hold(bed, goOn);
        awaitIdle(bed, TAP);
        PlugResult again = plug(bed, TAP).getNow(null);
        assertEquals(Outcome.UNCHANGED, again.outcome());
        assertEquals(bed.vif(ID).devices(), again.plan().devices());
        assertEquals(plugs + 1, bed.keeper.statistics().plugs());
      } finally {
        goOn.countDown();
      }
    }
  }

  /** The rules are not read again: that nobody has changed them is asked. */
  @KernelTest
  void aBridgeThatForwardsByRulesIsAnsweredAtOnceUntilTheyAreChanged() throws Exception {
    PlugRequest port = KeptVifCases.unfiltered(1, "br1");
    try (KeeperBed bed = KeeperBed.open(state)) {
      plugUntilUnchanged(bed, port);
      CountDownLatch goOn = new CountDownLatch(1);
      CompletableFuture<PlugResult> others;
      try {
        hold(bed, goOn);
        awaitIdle(bed, port);
        assertEquals(Outcome.UNCHANGED, plug(bed, port).getNow(null).outcome());
        Peer.require("nft", "nftables").run("flush chain ip filter FORWARD");
        others = plug(bed, port);
        assertFalse(others.isDone());
      } finally {
        goOn.countDown();
      }
      assertTrue(Keeping.isDone(KeeperBed.done(others)));
    }
  }

  @KernelTest
  void whatIsDeclaredOtherwiseOrHasDriftedTakesItsTurn() throws Exception {
    try (KeeperBed bed = KeeperBed.open(state);
        RouteSocket route = RouteSocket.open()) {
      plugUntilUnchanged(bed, TAP);
      CountDownLatch goOn = new CountDownLatch(1);
      CompletableFuture<PlugResult> lost;
      CompletableFuture<PlugResult> other;
      try {
        hold(bed, goOn);
        route.execute(route.link().delete("tap1"));
        lost = plug(bed, TAP);
        other = plug(bed, KeptVifCases.tap(1, 1400));
        assertFalse(lost.isDone());
        assertFalse(other.isDone());
      } finally {
        goOn.countDown();
      }
      assertTrue(Keeping.isDone(KeeperBed.done(lost)));
      assertTrue(Keeping.isDone(KeeperBed.done(other)));
      assertEquals(1400, bed.link("tap1").mtu());
    }
  }

  @KernelTest
  void comesAfterWhatWasAskedForBefore() throws Exception {
    try (KeeperBed bed = KeeperBed.open(state)) {
      plugUntilUnchanged(bed, TAP);
      CountDownLatch goOn = new CountDownLatch(1);
      CompletableFuture<PlugResult> unplugged;
      CompletableFuture<PlugResult> plugged;
      try {
        hold(bed, goOn);
        unplugged = bed.keeper.unplug(ID);
        plugged = plug(bed, TAP);
        assertFalse(plugged.isDone());
      } finally {
        goOn.countDown();
      }
      assertEquals(Outcome.UNPLUGGED, KeeperBed.done(unplugged).outcome());
      assertEquals(Outcome.PLUGGED, KeeperBed.done(plugged).outcome());
      assertTrue(bed.hasLink("tap1"));
    }
  }
}
