package io.fastvif.portprofile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import io.fastvif.testing.FakeLldpad;
import io.fastvif.testing.KernelTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of VSIs if lldpad or the switch is late. */
class UnansweredVsiTest {
  private static final int INSUFFICIENT_RESOURCES = 2;

  /** Who waits for lldpad looks again sooner, who waits for the switch does not. */
  private static final long PAUSE_OF_A_QUESTION_NANOS = 20_000_000;

  @TempDir Path folder;

  private static String failure(PortChange change) {
    return assertThrows(IOException.class, () -> PortChanges.ended(change)).getMessage();
  }

  private static String associate(int number) {
    return "associate 00000000-0000-0001-0000-00000000000" + number;
  }

  /** Looks at all of them, as one thread, until that many have ended; returns why. */
  private static List<String> failures(List<PortChange> changes, int count) throws Exception {
    List<String> failures = Collections.synchronizedList(new ArrayList<>());
    List<PortChange> waiting = new ArrayList<>(changes);
    long end = System.nanoTime() + 60_000_000_000L;
    while (failures.size() < count && System.nanoTime() < end) {
      for (PortChange change : List.copyOf(waiting)) {
        try {
          assertEquals(Optional.empty(), change.look());
        } catch (PortRefusedException refused) {
          failures.add(refused.getMessage());
          waiting.remove(change);
          change.close();
        }
      }
      LockSupport.parkNanos(1_000_000);
    }
    return failures;
  }

  @KernelTest
  void anAnswerToSomethingElseIsPassedOver() throws Exception {
    try (FakeLldpad lldpad = new FakeLldpad(folder)) {
      lldpad.chatter();
      assertEquals(
          "the switch did not answer in 1 s",
          failure(PortChange.associate(lldpad.vsi(1), false, 1)));
      assertEquals(List.of(associate(1), "dis" + associate(1)), lldpad.requests());
      lldpad.answer(0);
      assertTrue(PortChanges.ended(PortChange.associate(lldpad.vsi(2), false, 5)));
    }
  }

  /** lldpad tells of each of them once, to whoever asks. */
  @KernelTest
  void allThatTheSwitchRefusesAreTold() throws Exception {
    try (FakeLldpad lldpad = new FakeLldpad(folder)) {
      List<PortChange> changes = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        changes.add(PortChange.associate(lldpad.vsi(i), false, 60));
      }
      Await.until(
          "all are asked for",
          () -> {
            for (PortChange change : changes) {
              assertEquals(Optional.empty(), change.look());
            }
            return lldpad.requests().size() == 8;
          });
      lldpad.answer(INSUFFICIENT_RESOURCES);
      assertEquals(
          Collections.nCopies(8, "the switch refused: insufficient resources"),
          failures(changes, 8));
      assertEquals(
          8,
          lldpad.requests().stream().filter(request -> request.startsWith("associate")).count(),
          "associated once each");
    }
  }

  /** Has it ask when it may, and waits for the answer, which it has not read then. */
  private static void ask(FakeLldpad lldpad, PortChange change) throws Exception {
    Await.until("it may ask", () -> change.pauseNanos() == 0);
    int before = lldpad.questions();
    assertEquals(Optional.empty(), change.look());
    Await.until("it is answered", () -> lldpad.questions() > before);
  }

  /** Nobody asks the switch again for what it has refused and another change is about to hear. */
  @KernelTest
  void aRefusalThatAnotherHasNotReadYetIsWaitedFor() throws Exception {
    try (FakeLldpad lldpad = new FakeLldpad(folder)) {
      PortChange first = PortChange.associate(lldpad.vsi(1), false, 60);
      PortChange second = PortChange.associate(lldpad.vsi(2), false, 60);
      for (PortChange change : List.of(first, second)) {
        Await.until(
            "it waits for the switch",
            () -> {
              assertEquals(Optional.empty(), change.look());
              return change.pauseNanos() > PAUSE_OF_A_QUESTION_NANOS;
            });
      }
      lldpad.answer(INSUFFICIENT_RESOURCES);
      try {
        ask(lldpad, first);
        ask(lldpad, second);
        assertEquals(Optional.empty(), second.look());
      } catch (PortRefusedException told) {
        assertEquals("the switch refused: insufficient resources", told.getMessage());
      }
      for (PortChange change : List.of(first, second)) {
        assertEquals("the switch refused: insufficient resources", failure(change));
      }
      assertEquals(
          List.of(associate(1), associate(2)),
          lldpad.requests().stream().filter(request -> request.startsWith("associate")).toList());
    }
  }

  @KernelTest
  void whatLldpadTookBeforeItHungIsTakenBack() throws Exception {
    try (FakeLldpad lldpad = new FakeLldpad(folder)) {
      PortChange change = PortChange.associate(lldpad.vsi(1), false, 60);
      Await.until(
          "it is asked for",
          () -> {
            assertEquals(Optional.empty(), change.look());
            return lldpad.requests().size() == 1;
          });
      lldpad.silent(true);
      // Others fill what room it has for requests, and nobody waits for more.
      List<PortChange> others = new ArrayList<>();
      for (int i = 2; i < 34; i++) {
        others.add(PortChange.associate(lldpad.vsi(i), false, 1));
      }
      assertEquals(Collections.nCopies(32, "lldpad did not answer in 1 s"), failures(others, 32));
      change.giveUp("it is of no use any more");
      assertEquals(Optional.empty(), change.look()); // there is no room for that either
      lldpad.silent(false);
      assertEquals("it is of no use any more", failure(change));
      assertEquals(List.of(associate(1), "dis" + associate(1)), lldpad.requests());
    }
  }
}
