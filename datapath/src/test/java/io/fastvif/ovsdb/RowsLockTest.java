package io.fastvif.ovsdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RowsLockTest {
  private final RowsLock lock = new RowsLock();

  private Optional<String> readElsewhere() {
    return CompletableFuture.supplyAsync(() -> lock.readNow(() -> "rows")).join();
  }

  @Test
  void nobodyWaitsWhileRowsChange() {
    lock.change(() -> assertEquals(Optional.empty(), readElsewhere()));
    assertEquals(Optional.of("rows"), readElsewhere());
  }

  @Test
  void aFailedChangeLetsOthersRead() {
    Runnable malformed =
        () -> {
          throw new IllegalStateException("malformed");
        };
    assertThrows(IllegalStateException.class, () -> lock.change(malformed));
    assertEquals(Optional.of("rows"), readElsewhere());
    assertEquals(Optional.empty(), lock.readNow(() -> null));
  }
}
