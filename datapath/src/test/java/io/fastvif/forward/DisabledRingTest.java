package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import io.fastvif.vhostuser.FrontendGuest;
import io.fastvif.vhostuser.session.BackendObserver;
import io.fastvif.vhostuser.session.BackendOptions;
import io.fastvif.vhostuser.session.SessionLoop;
import io.fastvif.vhostuser.session.SocketOptions;
import io.fastvif.vhostuser.session.VhostUserBackend;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frontends that stop a device by disabling its rings, without GET_VRING_BASE. */
class DisabledRingTest {
  private static final int PATIENCE_MILLIS = 60_000;
  private static final int SCRIBBLE = 0x5a;

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

  private interface Exchange {
    void run(FrontendGuest guest, VhostUserFrontend frontend, Forwarder forwarder) throws Exception;
  }

  /** A guest whose frames come back to it. */
  private void withEcho(long features, Idle idle, Exchange exchange) throws Exception {
    String path = folder.resolve("s").toString();
    VhostUserPort port = VhostUserPort.toGuest("echo", 1);
    try (SessionLoop loop = SessionLoop.start();
        Forwarder forwarder = Forwarder.start(1, idle)) {
      forwarder.connect(port, port);
      try (VhostUserBackend backend =
              VhostUserBackend.listen(
                  loop,
                  SocketOptions.of(path),
                  BackendOptions.of(port.features(), 1),
                  port,
                  BackendObserver.NONE);
          VhostUserFrontend frontend = VhostUserFrontend.connect(path, PATIENCE_MILLIS);
          FrontendGuest guest = new FrontendGuest(frontend, features)) {
        assertNotNull(backend);
        exchange.run(guest, frontend, forwarder);
      }
      assertNull(forwarder.failure());
    }
  }

  private static void echo(FrontendGuest guest, int length) throws Exception {
    byte[] frame = UdpFrame.payload(length);
    assertTrue(guest.send(frame));
    byte[][] back = new byte[1][];
    Await.until("the frame", () -> (back[0] = guest.poll()) != null);
    assertArrayEquals(frame, back[0]);
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
  void memoryOfADisabledRingIsTheGuestsAgain(Way way, boolean packed) throws Exception {
    long features = VirtioFeatures.VERSION_1 | (packed ? VirtioFeatures.RING_PACKED : 0);
    withEcho(
        features,
        Idle.BUSY_SPIN,
        (guest, frontend, forwarder) -> {
          echo(guest, 100);
          echo(guest, 200);
          way.stop(frontend);
          guest.scribble(SCRIBBLE);
          long before = rounds(forwarder);
          Await.until("rounds", () -> rounds(forwarder) > before + ROUNDS);
          assertTrue(guest.isScribbled(SCRIBBLE), "the guest's memory is corrupted");
          // A driver that starts anew, with other features too.
          guest.setUp(features);
          echo(guest, 300);
          way.stop(frontend);
          guest.setUp(features | VirtioFeatures.EVENT_IDX);
          for (int i = 0; i < 1000; i++) {
            echo(guest, 60 + i % 512);
          }
        });
  }

  /** The specification: the backend takes such frames, and drops them. */
  @Test
  void aGuestThatKicksARingThatIsDisabledGetsItsBuffersBack() throws Exception {
    for (Idle idle : Idle.values()) {
      withEcho(
          VirtioFeatures.VERSION_1 | VirtioFeatures.EVENT_IDX,
          idle,
          (guest, frontend, forwarder) -> {
            echo(guest, 100);
            frontend.setEnabled(1, false);
            byte[] frame = UdpFrame.payload(100);
            for (int i = 0; i < 1000; i++) {
              Await.until("room in the ring", () -> guest.send(frame));
            }
            Await.until(
                "all are dropped",
                () -> {
                  FlowStatistics flow = forwarder.statistics().flows().getFirst();
                  return flow.drops().getOrDefault(DropReason.NOT_ENABLED, 0L) == 1000L;
                });
            frontend.setEnabled(1, true);
            echo(guest, 100);
          });
    }
  }
}
