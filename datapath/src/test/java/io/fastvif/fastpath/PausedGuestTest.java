package io.fastvif.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.fastvif.forward.Idle;
import io.fastvif.testing.Await;
import io.fastvif.testing.HostTraffic;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Qmp;
import io.fastvif.testing.VhostUserGuest;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;

/**
 * A guest with a user's defaults, MSI-X among them, that is stopped and continued while frames come
 * in: QEMU masks and unmasks its interrupts by SET_VRING_CALL, and sends that after SET_VRING_KICK,
 * so what is delivered in between is told to nobody who listens. A queue whose call was lost never
 * interrupts the guest again; a ping may still pass by the other queue.
 */
class PausedGuestTest {
  private static final int PAUSES = Integer.getInteger("fastvif.pauses", 12);
  private static final int QUEUES = 2;
  private static final String ADDRESS = "192.0.2.2";

  @TempDir Path folder;

  private void survivesPauses(boolean packed, Idle idle) throws Exception {
    Path socket = folder.resolve("vhost.sock");
    VhostUserGuest.Builder builder =
        VhostUserGuest.of(socket, "52:54:00:12:34:03").usual().queuePairs(QUEUES);
    try (GuestPort port = new GuestPort(socket, QUEUES, idle);
        VhostUserGuest guest = (packed ? builder.packed() : builder).start(folder)) {
      guest.awaitBoot().address(ADDRESS + "/24").ping(GuestPort.ADDRESS);
      assertNotNull(port);
      try (HostTraffic traffic = new HostTraffic(ADDRESS);
          Qmp qmp = guest.monitor()) {
        assertNotNull(traffic);
        for (int i = 1; i <= PAUSES; i++) {
          long[] before = interrupts(guest);
          qmp.execute("stop");
          qmp.execute("cont");
          Await.until(
              "an interrupt of each receive queue after pause " + i,
              () -> {
                long[] now = interrupts(guest);
                return now[0] > before[0] && now[1] > before[1];
              });
          guest.ping(GuestPort.ADDRESS);
        }
      }
    }
  }

  /** How often each receive queue has interrupted the guest. */
  private static long[] interrupts(VhostUserGuest guest) throws Exception {
    String[] counts =
        guest
            .run("awk '/virtio0-input/ {print $2 + $3}' /proc/interrupts")
            .strip()
            .split("\\s+", -1);
    assertEquals(QUEUES, counts.length, "MSI-X: an interrupt for each queue");
    return Arrays.stream(counts).mapToLong(Long::parseLong).toArray();
  }

  @KernelTest
  void splitRingsWithKicks() throws Exception {
    survivesPauses(false, Idle.KICKS);
  }

  @KernelTest
  void splitRingsWhenAdaptive() throws Exception {
    survivesPauses(false, Idle.ADAPTIVE);
  }

  @KernelTest
  void packedRingsWithKicks() throws Exception {
    survivesPauses(true, Idle.KICKS);
  }

  @KernelTest
  void packedRingsWhenAdaptive() throws Exception {
    survivesPauses(true, Idle.ADAPTIVE);
  }
}
