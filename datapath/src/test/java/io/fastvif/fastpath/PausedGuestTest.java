package io.fastvif.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.forward.Idle;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Qmp;
import io.fastvif.testing.VhostUserGuest;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.io.TempDir;

/**
 * A guest with a user's defaults, MSI-X among them, that is stopped and continued while frames come
 * in: QEMU masks and unmasks its interrupts by SET_VRING_CALL, and sends that after SET_VRING_KICK,
 * so what is delivered in between is told to nobody who listens.
 */
class PausedGuestTest {
  private static final int PAUSES = Integer.getInteger("fastvif.pauses", 30);
  private static final String ADDRESS = "192.0.2.2";
  private static final int DISCARD = 9;

  @TempDir Path folder;

  /** Sends a datagram to the guest every two milliseconds until it is told to end. */
  private static Thread traffic(AtomicBoolean ends) {
    Thread sender =
        new Thread(
            () -> {
              try (DatagramSocket socket = new DatagramSocket()) {
                InetAddress guest = InetAddress.getByName(ADDRESS);
                while (!ends.get()) {
                  try {
                    socket.send(new DatagramPacket(new byte[64], 64, guest, DISCARD));
                  } catch (IOException refused) {
                    // The guest says that nobody takes them, which is traffic too.
                  }
                  TimeUnit.MILLISECONDS.sleep(2);
                }
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "traffic");
    sender.start();
    return sender;
  }

  private void stopsAndGoesOn(boolean packed, Idle idle) throws Exception {
    Path socket = folder.resolve("vhost.sock");
    VhostUserGuest.Builder builder =
        VhostUserGuest.of(socket, "52:54:00:12:34:03").usual().queuePairs(2);
    AtomicBoolean ends = new AtomicBoolean();
    try (GuestPort port = new GuestPort(socket, 2, idle);
        VhostUserGuest guest = (packed ? builder.packed() : builder).start(folder)) {
      guest.awaitBoot().address(ADDRESS + "/24").ping(GuestPort.ADDRESS);
      assertEquals("1", guest.run("grep -c virtio0-input.0 /proc/interrupts").strip(), "MSI-X");
      Thread traffic = traffic(ends);
      try (Qmp qmp = guest.monitor()) {
        for (int i = 0; i < PAUSES; i++) {
          qmp.execute("stop");
          qmp.execute("cont");
          guest.ping(GuestPort.ADDRESS);
        }
        assertTrue(port.flow(false, 0).frames() > PAUSES, "there was traffic");
      } finally {
        ends.set(true);
        traffic.join();
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
