package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.vhostuser.memory.CurrentGuestMemory;
import io.fastvif.vhostuser.session.SessionControl;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A session that remembers the first thing it was told. */
final class ToldSession implements SessionControl {
  private final CountDownLatch told = new CountDownLatch(1);
  private final CurrentGuestMemory memory;
  private volatile String what;

  ToldSession(CurrentGuestMemory memory) {
    this.memory = memory;
  }

  private void tell(String text) {
    if (what == null) {
      what = text;
      told.countDown();
    }
  }

  /** Waits for what it is told. */
  String await() {
    try {
      assertTrue(told.await(60, TimeUnit.SECONDS), "the session was told nothing");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return what;
  }

  @Override
  public CurrentGuestMemory memory() {
    return memory;
  }

  @Override
  public long protocolFeatures() {
    return 0;
  }

  @Override
  public boolean awaitsMemory() {
    return false;
  }

  @Override
  public void ringFailed(int ring, String reason) {
    tell(ring + ": " + reason);
  }

  @Override
  public void end(String reason) {
    tell("end: " + reason);
  }
}
