package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import io.fastvif.testing.Testpmd;
import io.fastvif.vhostuser.session.BackendObserver;
import io.fastvif.vhostuser.session.BackendOptions;
import io.fastvif.vhostuser.session.ListenOptions;
import io.fastvif.vhostuser.session.SessionLoop;
import io.fastvif.vhostuser.session.VhostUserBackend;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A datapath of one's own behind a guest's port. */
class FrameHandlerTest {
  private static final long ROUND_TRIPS = 100_000;

  @TempDir private Path folder;

  /** A minimal datapath: counts what it gets, and sends it back. */
  private static final class CountingEcho implements FrameHandler {
    final AtomicLong frames = new AtomicLong();

    @Override
    public int handle(FrameBurst burst, FrameOutput toGuest) {
      int done = toGuest.send(burst);
      frames.addAndGet(done);
      return done;
    }
  }

  /** DPDK's frontend sends a burst first, and then back what it gets. */
  @Test
  void echoesToTestpmd() throws Exception {
    VhostUserPort guest = VhostUserPort.toHandler("testpmd", 1);
    CountingEcho echo = new CountingEcho();
    FrameHandlerPort port = FrameHandlerPort.of("echo", 1, echo);
    String socket = folder.resolve("echo.sock").toString();
    try (Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        SessionLoop sessions = SessionLoop.start()) {
      forwarder.connect(guest, port);
      try (VhostUserBackend backend =
              VhostUserBackend.listen(
                  sessions,
                  ListenOptions.of(socket),
                  BackendOptions.of(guest.features(), 1),
                  guest,
                  BackendObserver.NONE);
          Testpmd testpmd =
              Testpmd.start(
                  folder,
                  "net_virtio_user0,path=" + socket + ",queues=1",
                  "--forward-mode=io",
                  "--tx-first")) {
        Await.until("frames go round", () -> testpmd.isAlive() && echo.frames.get() > ROUND_TRIPS);
        assertTrue(backend != null);
        testpmd.end();
      }
      assertNull(forwarder.failure());
      assertEquals("", port.problem());
    }
  }

  /** Frames of the handler's own come when it is woken, and what it looks at is what was sent. */
  @Test
  void wakeMakesASleepingLoopPoll() throws Exception {
    VhostUserPort guest = VhostUserPort.toHandler("guest", 1);
    AtomicBoolean asked = new AtomicBoolean();
    FrameBurst own = FrameBurst.allocate(2, 1514);
    byte[] seen = new byte[100];
    MemorySegment copy = Arena.ofAuto().allocate(100);
    AtomicLong received = new AtomicLong();
    FrameHandler handler =
        new FrameHandler() {
          @Override
          public int handle(FrameBurst frames, FrameOutput toGuest) {
            for (int i = 0; i < frames.length(0); i++) {
              seen[i] = (byte) frames.byteAt(0, i);
            }
            frames.copyTo(0, 10, copy, 0, 50);
            received.addAndGet(frames.length(0));
            return frames.count();
          }

          @Override
          public int poll(FrameOutput toGuest) {
            return asked.compareAndSet(true, false) ? toGuest.send(own) : 0;
          }
        };
    FrameHandlerPort port = FrameHandlerPort.of("own", 1, handler);
    byte[] first = UdpFrame.payload(60);
    byte[] second = UdpFrame.payload(1514);
    assertTrue(own.add(MemorySegment.ofArray(first), 0, 60));
    assertTrue(own.add(MemorySegment.ofArray(second), 0, 1514));
    assertFalse(own.add(MemorySegment.ofArray(first), 0, 60), "it is full");
    assertThrows(
        IllegalArgumentException.class, () -> own.add(MemorySegment.ofArray(first), 0, 13));
    assertThrows(IllegalArgumentException.class, () -> FrameBurst.allocate(65, 1514));
    try (Forwarder forwarder = Forwarder.start(1, Idle.KICKS);
        TestVm vm = new TestVm(guest, VirtioFeatures.VERSION_1, 2048, 3)) {
      forwarder.connect(guest, port);
      Await.until("asleep", forwarder::isAsleep);
      asked.set(true);
      port.wake();
      assertArrayEquals(first, vm.receive());
      assertArrayEquals(second, vm.receive());
      byte[] sent = UdpFrame.payload(100);
      vm.send(sent);
      Await.until("handled", () -> received.get() == 100);
      assertArrayEquals(sent, seen);
      byte[] part = new byte[50];
      System.arraycopy(sent, 10, part, 0, 50);
      assertArrayEquals(part, copy.asSlice(0, 50).toArray(ValueLayout.JAVA_BYTE));
      assertNull(forwarder.failure());
    }
  }
}
