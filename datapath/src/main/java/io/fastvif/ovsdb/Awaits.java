package io.fastvif.ovsdb;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The conditions that callers wait for. Used by the client's thread alone. */
final class Awaits {
  private final List<Await> awaits = new ArrayList<>();

  /**
   * A condition that is waited for.
   *
   * @param deadline as of {@link System#nanoTime}
   * @param handler answered once
   */
  record Await(BooleanSupplier condition, long deadline, AwaitHandler handler) {
    boolean isMet() {
      boolean[] met = {false};
      OvsdbClient.guard(() -> met[0] = condition.getAsBoolean());
      return met[0];
    }

    void answer(boolean met) {
      OvsdbClient.guard(() -> handler.awaited(met));
    }
  }

  void add(Await await) {
    awaits.add(await);
  }

  /** Answers those whose condition is met. */
  void answerMet() {
    awaits.removeIf(
        await -> {
          boolean met = await.isMet();
          if (met) {
            await.answer(true);
          }
          return met;
        });
  }

  /** Answers those whose time is over. */
  void expire(long now) {
    awaits.removeIf(
        await -> {
          boolean late = now - await.deadline > 0;
          if (late) {
            await.answer(false);
          }
          return late;
        });
  }

  /** Answers all that their conditions are not met. */
  void giveUp() {
    List<Await> left = List.copyOf(awaits);
    awaits.clear();
    left.forEach(await -> await.answer(false));
  }

  /** How long until the first one's time is over, in nanoseconds; Long.MAX_VALUE without any. */
  long nanosLeft(long now) {
    long left = Long.MAX_VALUE;
    for (Await await : awaits) {
      left = Math.min(left, await.deadline - now);
    }
    return left;
  }
}
