package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Allocations;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A loop's rounds with frames allocate nothing. */
class ForwardingAllocationTest {
  private static final int BURST = 16;

  @ParameterizedTest
  @CsvSource({"false, false", "true, false", "false, true", "true, true"})
  void roundsAllocateNothing(boolean packed, boolean handled) {
    long features =
        VirtioFeatures.VERSION_1
            | NetFeatures.MRG_RXBUF
            | (packed ? VirtioFeatures.RING_PACKED : 0);
    VhostUserPort port = VhostUserPort.toGuest("a", 1);
    try (TestVm vm = new TestVm(port, features, 2048, 1);
        ForwardingLoop loop = new ForwardingLoop("test", Idle.BUSY_SPIN, Assertions::fail)) {
      Port other =
          handled
              ? FrameHandlerPort.of("echo", 1, (frames, toGuest) -> toGuest.send(frames))
              : port;
      PortPair pair = new PortPair(port, other, loop);
      loop.add(pair);
      long buffer = vm.guest.allocate(100, 64);
      RawMemory.putLong(vm.guest.host(buffer), 0);
      Allocations.assertNone(
          () -> {
            for (int i = 0; i < BURST; i++) {
              vm.transmitRing.driver().add(buffer, 100, false);
            }
            vm.transmitRing.driver().publish();
            int work = loop.doWork();
            while (vm.transmitRing.driver().poll() >= 0) {
              work++;
            }
            while (vm.receiveRing.driver().poll() >= 0) {
              work += vm.receiveRing.driver().usedLength() == 100 ? 1 : 0;
              assertTrue(vm.receiveRing.driver().add(buffer, 2048, true) >= 0);
            }
            vm.receiveRing.driver().publish();
            return work;
          },
          3 * BURST,
          2000);
      loop.remove(pair);
    }
  }
}
