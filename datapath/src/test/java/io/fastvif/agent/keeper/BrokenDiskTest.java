package io.fastvif.agent.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.agent.AgentEvent.Kind;
import io.fastvif.agent.VifState;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;

/** What the keeper does where the disk refuses something: host and disk never disagree for long. */
class BrokenDiskTest {
  private static final String ID = "tap-vif-1";
  private static final String FULL = "No space left on device";

  @TempDir Path state;

  private final FaultyDisk disk = FaultyDisk.refusing();

  private KeeperBed open() throws Exception {
    return KeeperBed.open(state, Map.of(), o -> o, disk);
  }

  private void refuse(String... steps) {
    List<String> refused = List.of(steps);
    disk.refuse(
        (step, file) -> {
          if (refused.contains(step)) {
            throw new IOException(file + ": " + FULL);
          }
        });
  }

  /** As long as the store has not given its reserve away. */
  private void fill() {
    disk.refuse(
        (step, file) -> {
          if ((step.equals("append") || step.equals("write"))
              && Files.exists(state.resolve("reserve"))) {
            throw new IOException(file + ": " + FULL);
          }
        });
  }

  private void refuseSecondAppend() {
    AtomicInteger appends = new AtomicInteger();
    disk.refuse(
        (step, file) -> {
          if (step.equals("append") && appends.getAndIncrement() > 0) {
            throw new IOException(file + ": " + FULL);
          }
        });
  }

  private void refuseNothing() {
    disk.refuse((step, file) -> {});
  }

  private static PlugResult plug(KeeperBed bed, int mtu) throws Exception {
    return KeeperBed.done(bed.keeper.plug(KeptVifCases.tap(1, mtu), Map.of()));
  }

  @KernelTest
  void onAFullDiskNothingIsPluggedAndTheErrorSaysWhy() throws Exception {
    try (KeeperBed bed = open()) {
      for (String step : List.of("append", "sync")) {
        refuse(step);
        PlugResult refused = plug(bed, 1450);
        assertEquals(Outcome.FAILED, refused.outcome());
        assertTrue(refused.failure().message().contains(FULL), refused.failure()::message);
        assertTrue(
            refused.failure().message().contains("keep the declaration on disk"),
            refused.failure()::message);
        assertEquals(List.of(), refused.failure().leftBehind());
        assertFalse(bed.hasLink("tap1"));
        assertEquals(List.of(), bed.keeper.list());
        assertTrue(bed.keeper.unreadiness().toString().contains(FULL), "it is not ready");
        refuseNothing();
        Await.until("the disk says so too", () -> bed.onDisk().isEmpty());
      }
      bed.plug(KeptVifCases.tap(1, 1450));
      assertEquals(List.of(), bed.keeper.unreadiness());
      assertEquals(List.of(Kind.FAILED, Kind.FAILED, Kind.PLUGGED), bed.kinds(ID));
    }
  }

  @KernelTest
  void onAFullDiskWhatIsDeclaredStaysAndCanBeUnplugged() throws Exception {
    try (KeeperBed bed = open()) {
      bed.plug(KeptVifCases.tap(1, 1450));
      fill();
      assertEquals(Outcome.FAILED, plug(bed, 1400).outcome());
      assertEquals(1450, bed.link("tap1").mtu());
      assertEquals(KeptVifCases.tap(1, 1450), bed.vif(ID).request().orElseThrow());
      assertEquals(Outcome.UNCHANGED, plug(bed, 1450).outcome(), "it is kept already");
      bed.unplug(ID);
      assertEquals(List.of(), bed.onDisk());
    }
  }

  /** Nothing is touched before the mark is on the disk. */
  @KernelTest
  void whatCannotBeMarkedIsNotUnplugged() throws Exception {
    try (KeeperBed bed = open()) {
      bed.plug(KeptVifCases.tap(1, 1450));
      int index = bed.link("tap1").index();
      refuse("append");
      assertEquals(Outcome.FAILED, KeeperBed.done(bed.keeper.unplug(ID)).outcome());
      assertEquals(index, bed.link("tap1").index());
      assertEquals(VifState.PLUGGED, bed.vif(ID).state());
      refuseNothing();
      Await.until("the disk is tried again", () -> bed.onDisk().equals(List.of("tap-vif-1")));
      bed.unplug(ID);
    }
  }

  @KernelTest
  void whatCannotBeRemovedIsTriedAgain() throws Exception {
    try (KeeperBed bed = open()) {
      bed.plug(KeptVifCases.tap(1, 1450));
      refuseSecondAppend(); // the first is the mark
      PlugResult failed = KeeperBed.done(bed.keeper.unplug(ID));
      assertTrue(failed.failure().message().contains(FULL), failed.failure()::message);
      assertFalse(bed.hasLink("tap1"));
      assertEquals(VifState.UNPLUGGING, bed.vif(ID).state());
      refuseNothing();
      Await.until("it is gone", () -> bed.keeper.list().isEmpty());
      assertEquals(List.of(), bed.onDisk());
      assertFalse(bed.hasLink("tap1"));
    }
    try (KeeperBed bed = open()) {
      assertEquals(List.of(), bed.keeper.list());
    }
  }

  /** Whatever is on the disk after that, it becomes what was answered. */
  @KernelTest
  void whatMayBeOnTheDiskIsPutRight() throws Exception {
    try (KeeperBed bed = open()) {
      bed.plug(KeptVifCases.tap(1, 1450));
      refuse("sync", "write");
      assertEquals(Outcome.FAILED, plug(bed, 1400).outcome());
      assertEquals(1450, bed.link("tap1").mtu());
      refuseNothing();
      Await.until("the disk is tried again", () -> bed.keeper.statistics().backedOff() == 0);
    }
    try (KeeperBed bed = open()) {
      assertEquals(KeptVifCases.tap(1, 1450), bed.vif(ID).request().orElseThrow());
      assertEquals(0, bed.vif(ID).repairs());
    }
  }
}
