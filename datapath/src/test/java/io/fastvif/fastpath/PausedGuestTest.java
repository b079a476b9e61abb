package io.fastvif.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.forward.Idle;
import io.fastvif.testing.HostTraffic;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Qmp;
import io.fastvif.testing.VhostUserGuest;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/**
 * A guest with a user's defaults, MSI-X among them, that is stopped and continued while frames come
 * in: QEMU masks and unmasks its interrupts by SET_VRING_CALL, and sends that after SET_VRING_KICK,
 * so what is delivered in between is told to nobody who listens.
 */
class PausedGuestTest {
  private static final int PAUSES = Integer.getInteger("fastvif.pauses", 30);
  private static final String ADDRESS = "192.0.2.2";

  @TempDir Path folder;

  private void stopsAndGoesOn(boolean packed, Idle idle) throws Exception {
    Path socket = folder.resolve("vhost.sock");
    VhostUserGuest.Builder builder =
        VhostUserGuest.of(socket, "52:54:00:12:34:03").usual().queuePairs(2);
    try (GuestPort port = new GuestPort(socket, 2, idle);
        VhostUserGuest guest = (packed ? builder.packed() : builder).start(folder)) {
      guest.awaitBoot().address(ADDRESS + "/24").ping(GuestPort.ADDRESS);
      assertEquals("1", guest.run("grep -c virtio0-input.0 /proc/interrupts").strip(), "MSI-X");
      try (HostTraffic traffic = new HostTraffic(ADDRESS);
          Qmp qmp = guest.monitor()) {
        assertNotNull(traffic);
        for (int i = 0; i < PAUSES; i++) {
          qmp.execute("stop");
          qmp.execute("cont");
          guest.ping(GuestPort.ADDRESS);
        }
        assertTrue(
            port.flow(false, 0).frames() + port.flow(false, 1).frames() > PAUSES,
            "there was traffic");
      }
    }
  }

  @KernelTest
  void splitRingsWithKicks() throws Exception {
    stopsAndGoesOn(false, Idle.KICKS);
  }

  @KernelTest
  void splitRingsWhenAdaptive() throws Exception {
    stopsAndGoesOn(false, Idle.ADAPTIVE);
  }

  @KernelTest
  void packedRingsWithKicks() throws Exception {
    stopsAndGoesOn(true, Idle.KICKS);
  }

  @KernelTest
  void packedRingsWhenAdaptive() throws Exception {
    stopsAndGoesOn(true, Idle.ADAPTIVE);
  }
}
