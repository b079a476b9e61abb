package io.fastvif.forward;

import io.fastvif.vhostuser.session.RingSettings;
import io.fastvif.vhostuser.virtqueue.TestGuest;
import io.fastvif.vhostuser.virtqueue.TestRing;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A port's rings, without a session. */
final class RingDevice implements HostileDevice {
  private static final long PATIENCE_SECONDS = 60;

  private final VhostUserPort port;
  private boolean isStarted;

  RingDevice(VhostUserPort port) {
    this.port = port;
  }

  @Override
  public long features() {
    return port.features();
  }

  @Override
  public void start(TestGuest guest, TestRing[] rings, int[] bases, long features, int kick) {
    for (int i = 0; i < 2; i++) {
      port.ring(i)
          .start(
              new RingSettings(
                  i,
                  features,
                  rings[i].size(),
                  bases[i],
                  TestGuest.user(rings[i].descriptors()),
                  TestGuest.user(rings[i].driverArea()),
                  TestGuest.user(rings[i].deviceArea()),
                  -1,
                  true,
                  kick,
                  -1,
                  -1,
                  guest.memory(),
                  null,
                  null));
    }
    isStarted = true;
  }

  @Override
  public void stop() {
    if (!isStarted) {
      return;
    }
    isStarted = false;
    for (int i = 0; i < 2; i++) {
      CompletableFuture<Integer> base = new CompletableFuture<>();
      port.ring(i).stop(base::complete);
      base.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }
  }

  @Override
  public void close() {
    stop();
  }
}
