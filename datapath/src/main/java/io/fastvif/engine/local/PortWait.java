package io.fastvif.engine.local;

import io.fastvif.portprofile.PortChange;
import java.io.IOException;
import java.util.Optional;

/** Waits for a switch outside the host. */
record PortWait(PortChange change) implements StepWait {
  @Override
  public State look() throws IOException {
    Optional<Boolean> changed = change.look();
    if (changed.isEmpty()) {
      return State.WAITING;
    }
    return changed.get() ? State.CHANGED : State.SATISFIED;
  }

  @Override
  public long pauseNanos() {
    return change.pauseNanos();
  }

  @Override
  public void giveUp(String reason) {
    change.giveUp(reason);
  }

  @Override
  public void close() {
    change.close();
  }
}
