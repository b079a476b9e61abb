package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A guest that is stopped and continued, request by request as QEMU does it with MSI-X: its rings
 * are started by SET_VRING_KICK, and only then comes the descriptor by which the guest is called.
 */
class ContinuedGuestTest {
  private static final int PAUSES = 30;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"false,KICKS", "false,ADAPTIVE", "true,KICKS", "true,ADAPTIVE"})
  void framesDeliveredBeforeTheCallDescriptorAreSignalled(boolean packed, Idle idle)
      throws Exception {
    long features =
        VirtioFeatures.VERSION_1
            | VirtioFeatures.EVENT_IDX
            | (packed ? VirtioFeatures.RING_PACKED : 0);
    EchoedGuest.run(
        folder.resolve("s"),
        features,
        idle,
        (guest, frontend, forwarder) -> {
          EchoedGuest.echo(guest, 100);
          for (int i = 0; i < PAUSES; i++) {
            int[] bases = guest.stop();
            assertArrayEquals(bases, guest.stop(), "asked again");
            // The guest waits for an interrupt, and a frame waits for it.
            guest.awaitsCall();
            assertTrue(guest.send(UdpFrame.payload(100 + i)));
            guest.dropKicks(); // what lies in a ring when it starts needs none
            guest.start(bases);
            Await.until("it is delivered", guest::hasReceived);
            guest.renewCall();
            Await.until("the guest is called", () -> guest.calls() > 0);
            byte[] frame = guest.poll();
            assertNotNull(frame);
            assertEquals(UdpFrame.payload(100 + i).length, frame.length);
          }
          EchoedGuest.echo(guest, 100);
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void kicksAndMemoryMayBeGivenAnewWhileItRuns(boolean packed) throws Exception {
    EchoedGuest.run(
        folder.resolve("s"),
        VirtioFeatures.VERSION_1 | (packed ? VirtioFeatures.RING_PACKED : 0),
        Idle.KICKS,
        (guest, frontend, forwarder) -> {
          for (int i = 0; i < PAUSES; i++) {
            guest.renewKick();
            EchoedGuest.echo(guest, 100 + i);
            guest.renewMemory();
            EchoedGuest.echo(guest, 200 + i);
          }
        });
  }
}
