package io.fastvif.forward;

import static io.fastvif.bindings.linux.linux_h.EPOLL_CTL_ADD;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.fault.SystemCallFaults;
import io.fastvif.bindings.linux.arch_h;
import io.fastvif.testing.Await;
import io.fastvif.testing.PacketSocket;
import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A queue moves while the kernel lets no loop watch another descriptor, as where a user's limit of
 * them (/proc/sys/fs/epoll/max_user_watches) is reached. A program: it runs in a child.
 */
final class UnwatchedQueue {
  private static final long FEATURES = VirtioFeatures.VERSION_1 | NetFeatures.MRG_RXBUF;
  private static final int FRAMES = 20;

  private UnwatchedQueue() {}

  /** Runs it, in a network namespace of its own. */
  public static void main(String[] arguments) throws Exception {
    VhostUserPort guest = VhostUserPort.toGuest("guest", 2);
    Peer ip = Peer.require("ip", "iproute2");
    try (TapPort tap = TapPort.attach("tap0", 2);
        Forwarder forwarder = Forwarder.start(2, Idle.ADAPTIVE);
        TestVm first = new TestVm(guest, FEATURES, 2048, 1, 0);
        TestVm second = new TestVm(guest, FEATURES, 2048, 1, 1)) {
      ip.run("link set tap0 addrgenmode none");
      ip.run("link set tap0 up");
      PortPair pair = forwarder.connect(guest, tap);
      assertEquals(List.of(0, 1), pair.loops());
      try (PacketSocket host = new PacketSocket("tap0")) {
        exchange(second, host, 0);
        AtomicLong refused = new AtomicLong();
        SystemCallFaults.install(
            (number, epoll, operation) -> {
              boolean watches =
                  number == arch_h.__NR_epoll_ctl
                      && operation == EPOLL_CTL_ADD
                      && Thread.currentThread().getName().startsWith("forward-");
              return watches && refused.incrementAndGet() > 0 ? Errno.ENOSPC : 0;
            });
        forwarder.move(pair, 1, 0);
        Await.until("it is told", () -> tap.problem().contains("cannot be watched"));
        assertTrue(tap.problem().contains("ENOSPC"), tap.problem());
        assertTrue(guest.problem().contains("cannot be watched"), guest.problem());
        assertTrue(String.valueOf(forwarder.failure()).contains("ENOSPC"));
        assertEquals(List.of(0, 1), pair.loops());
        assertFalse(tap.isDead() || guest.isDead());
        for (int i = 0; i < FRAMES; i++) {
          exchange(second, host, i);
          exchange(first, host, i);
        }
        long before = refused.get();
        Await.until("it tries again", () -> refused.get() > before);
        SystemCallFaults.remove();
        Await.until("it is well again", () -> (tap.problem() + guest.problem()).isEmpty());
        Await.until("nothing wakes the loops", () -> isQuiet(forwarder));
        exchange(second, host, FRAMES);
        forwarder.move(pair, 1, 0);
        Await.until("it has moved", () -> List.of(0, 0).equals(pair.loops()));
        exchange(second, host, FRAMES + 1);
      }
      forwarder.disconnect(pair);
    }
    System.out.println("recovered");
  }

  private static void exchange(TestVm vm, PacketSocket host, int number) {
    byte[] frame = PacketSocket.frame(60 + number, number);
    vm.send(frame);
    assertArrayEquals(frame, host.receive());
  }

  /** No sleep ends for longer than the longest pause. */
  private static boolean isQuiet(Forwarder forwarder) {
    long sleeps = forwarder.sleeps();
    long end = System.nanoTime() + 200_000_000;
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(10_000_000);
    }
    return forwarder.sleeps() == sleeps && forwarder.isAsleep();
  }
}
