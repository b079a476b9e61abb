package io.fastvif.portprofile;

import io.fastvif.plan.PortAssociation;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Waits for changes, as an engine does. */
final class PortChanges {
  private PortChanges() {}

  static boolean associate(PortAssociation port, boolean preassociate, int seconds)
      throws IOException {
    return ended(PortChange.associate(port, preassociate, seconds));
  }

  static boolean disassociate(PortAssociation port, int seconds) throws IOException {
    return ended(PortChange.disassociate(port, seconds));
  }

  static boolean ended(PortChange change) throws IOException {
    try (change) {
      Optional<Boolean> end = change.look();
      while (end.isEmpty()) {
        LockSupport.parkNanos(change.pauseNanos());
        end = change.look();
      }
      return end.get();
    }
  }
}
