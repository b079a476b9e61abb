package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frontends that stop a device by disabling its rings, without GET_VRING_BASE. */
class DisabledRingTest {
  private static final int SCRIBBLE = 0x5a;

  /** More than the ring's entries, so that it goes round. */
  private static final int FRAMES = 300;

  /** Rounds of the loop in which it would have touched what it should not. */
  private static final long ROUNDS = 50;

  @TempDir Path folder;

  private enum Way {
    DISABLE {
      @Override
      void stop(VhostUserFrontend frontend) {
        frontend.setEnabled(0, false);
        frontend.setEnabled(1, false);
      }
    },
    RESET_OWNER {
      @Override
      void stop(VhostUserFrontend frontend) {
        DISABLE.stop(frontend);
        frontend.resetOwner();
      }
    },
    RESET_OWNER_ALONE {
      @Override
      void stop(VhostUserFrontend frontend) {
        frontend.resetOwner();
      }
    };

    abstract void stop(VhostUserFrontend frontend);
  }

  private void withEcho(long features, Idle idle, EchoedGuest.Exchange exchange) throws Exception {
    EchoedGuest.run(folder.resolve("s"), features, idle, exchange);
  }

  private static long rounds(Forwarder forwarder) {
    return forwarder.statistics().pollNanos().getFirst().getTotalCount();
  }

  @ParameterizedTest
  @CsvSource({
    "DISABLE,false",
    "DISABLE,true",
    "RESET_OWNER,false",
    "RESET_OWNER,true",
    "RESET_OWNER_ALONE,false",
    "RESET_OWNER_ALONE,true"
  })
  void disabledRingsMemoryIsNotTouched(Way way, boolean packed) throws Exception {
    long features = VirtioFeatures.VERSION_1 | (packed ? VirtioFeatures.RING_PACKED : 0);
    withEcho(
        features,
        Idle.BUSY_SPIN,
        (guest, frontend, forwarder) -> {
          EchoedGuest.echo(guest, 100);
          EchoedGuest.echo(guest, 200);
          way.stop(frontend);
          guest.scribble(SCRIBBLE);
          long before = rounds(forwarder);
          Await.until("rounds", () -> rounds(forwarder) > before + ROUNDS);
          assertTrue(guest.isScribbled(SCRIBBLE), "the guest's memory is corrupted");
          // A driver that starts anew, with other features too.
          guest.setUp(features);
          EchoedGuest.echo(guest, 300);
          way.stop(frontend);
          guest.setUp(features | VirtioFeatures.EVENT_IDX);
          for (int i = 0; i < FRAMES; i++) {
            EchoedGuest.echo(guest, 60 + i % 512);
          }
        });
  }

  /** The specification: the backend takes such frames, and drops them. */
  @Test
  void kickedDisabledTransmitRingDiscardsItsFrames() throws Exception {
    for (Idle idle : Idle.values()) {
      withEcho(
          VirtioFeatures.VERSION_1 | VirtioFeatures.EVENT_IDX,
          idle,
          (guest, frontend, forwarder) -> {
            EchoedGuest.echo(guest, 100);
            frontend.setEnabled(1, false);
            byte[] frame = UdpFrame.payload(100);
            for (int i = 0; i < FRAMES; i++) {
              Await.until("room in the ring", () -> guest.send(frame));
            }
            Await.until(
                "all are dropped",
                () -> {
                  FlowStatistics flow = forwarder.statistics().flows().getFirst();
                  return flow.drops().getOrDefault(DropReason.NOT_ENABLED, 0L) == FRAMES;
                });
            frontend.setEnabled(1, true);
            EchoedGuest.echo(guest, 100);
          });
    }
  }
}
