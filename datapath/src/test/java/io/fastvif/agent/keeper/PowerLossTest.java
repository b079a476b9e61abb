package io.fastvif.agent.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store loses power after each of its steps, and is opened again. */
class PowerLossTest {
  private static final int SECONDS = 120;
  private static final String ABSENT = "absent";

  @TempDir Path folder;

  /** What is to be done to a VIF, and how it is then. */
  private record Operation(String id, String becomes) {
    CompletableFuture<Void> begin(VifStore store) {
      if (becomes.equals(ABSENT)) {
        return store.remove(id);
      }
      return becomes.startsWith("unplug") ? store.mark(id) : store.put(declaration()).done();
    }

    /** How it may be if it was not acknowledged. */
    Set<String> after(Set<String> before) {
      Set<String> after = new HashSet<>(before);
      after.add(becomes);
      return after;
    }

    private Declaration declaration() {
      int mtu = Integer.parseInt(becomes.replaceAll("[^0-9]", ""));
      return Declaration.of(KeptVifCases.tap(id, "tap1", mtu), Map.of());
    }
  }

  /** Those of one list begin together. */
  private static final List<List<Operation>> SCRIPT =
      List.of(
          List.of(new Operation("a", "mtu 1401"), new Operation("b", "mtu 1402")),
          List.of(new Operation("c", "mtu 1403"), new Operation("a", "unplug 1401")),
          List.of(new Operation("a", ABSENT), new Operation("b", "mtu 1502")),
          List.of(new Operation("b", "unplug 1502"), new Operation("c", "unplug 1403")),
          List.of(new Operation("b", "mtu 1602"), new Operation("c", ABSENT)),
          List.of(new Operation("b", "unplug 1602"), new Operation("a", "mtu 1701")),
          List.of(new Operation("b", ABSENT), new Operation("a", "mtu 1801")));

  /** How each VIF may be: as last acknowledged, or as was asked for since. */
  private static Map<String, Set<String>> play(Path state, FaultyDisk disk) throws Exception {
    Map<String, Set<String>> possible = new HashMap<>();
    for (String id : List.of("a", "b", "c")) {
      possible.put(id, Set.of(ABSENT));
    }
    VifStore opened;
    try {
      opened = VifStoreFixture.open(state, disk);
    } catch (FaultyDisk.PowerLoss already) {
      return possible;
    }
    try (VifStore store = opened) {
      for (List<Operation> together : SCRIPT) {
        Map<Operation, CompletableFuture<Void>> begun = new HashMap<>();
        together.forEach(operation -> begun.put(operation, operation.begin(store)));
        boolean isLost = false;
        for (Map.Entry<Operation, CompletableFuture<Void>> one : begun.entrySet()) {
          Operation operation = one.getKey();
          boolean isAcknowledged = isAcknowledged(one.getValue());
          isLost |= !isAcknowledged;
          Set<String> before = possible.get(operation.id);
          possible.put(
              operation.id, isAcknowledged ? Set.of(operation.becomes) : operation.after(before));
        }
        if (isLost) {
          break;
        }
      }
    }
    return possible;
  }

  private static boolean isAcknowledged(CompletableFuture<Void> begun) throws Exception {
    try {
      begun.get(SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException lost) {
      assertInstanceOf(IOException.class, lost.getCause());
      return false;
    }
  }

  private static Map<String, String> found(Path state) throws IOException {
    Map<String, String> found = new HashMap<>();
    try (VifStore store = VifStoreFixture.open(state)) {
      for (StoredVif one : store.takeStored()) {
        int mtu = one.declaration().request().vif().network().get().mtu().get();
        found.put(one.declaration().id(), (one.isToUnplug() ? "unplug " : "mtu ") + mtu);
      }
      assertEquals(List.of(), store.unreadable());
    }
    return found;
  }

  @Test
  void whatWasAcknowledgedIsThereAfterAnyStep() throws Exception {
    FaultyDisk whole = FaultyDisk.refusing();
    play(folder.resolve("whole"), whole);
    int steps = whole.steps();
    assertTrue(steps > 15, () -> steps + " steps");
    assertEquals(Map.of("a", "mtu 1801"), found(folder.resolve("whole")));
    for (int last = 0; last <= steps; last++) {
      for (boolean losesNames : new boolean[] {false, true}) {
        Path state = folder.resolve(last + "-" + losesNames);
        Map<String, Set<String>> possible = play(state, FaultyDisk.losingPower(last, losesNames));
        Map<String, String> found = found(state);
        String where = "after " + last + " steps, names lost: " + losesNames;
        for (Map.Entry<String, Set<String>> one : possible.entrySet()) {
          String is = found.getOrDefault(one.getKey(), ABSENT);
          assertTrue(
              one.getValue().contains(is),
              () -> where + ": " + one.getKey() + " is " + is + ", not " + one.getValue());
        }
      }
    }
  }
}
