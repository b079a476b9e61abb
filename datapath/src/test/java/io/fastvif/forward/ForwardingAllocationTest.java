package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.forward.bridge.SwitchPortSettings;
import io.fastvif.forward.bridge.VlanSet;
import io.fastvif.testing.Allocations;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
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
        ForwardingLoop loop = new ForwardingLoop(0, Idle.BUSY_SPIN, now -> {}, Assertions::fail)) {
      Port other =
          handled
              ? FrameHandlerPort.of("echo", 1, (frames, toGuest) -> toGuest.send(frames))
              : port;
      PortPair pair = new PortPair(port, other, List.of(loop));
      pair.lanes().getFirst().begin();
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
      pair.lanes().getFirst().end();
    }
  }

  /** One guest sends to the other, which has the VLAN in a trunk, by an address that is unknown. */
  @Test
  void switchedRoundsAllocateNothing() {
    VhostUserPort portA = VhostUserPort.toGuest("a", 1);
    VhostUserPort portB = VhostUserPort.toGuest("b", 1);
    UplinkSwitch bridge = new UplinkSwitch("eth1");
    SwitchPortSettings settings = SwitchPortSettings.DEFAULT.withLimits(16, 300, 0, 0);
    try (TestVm a = new TestVm(portA, VirtioFeatures.VERSION_1, 2048, 1);
        TestVm b = new TestVm(portB, VirtioFeatures.VERSION_1, 2048, 1);
        ForwardingLoop loop = new ForwardingLoop(0, Idle.BUSY_SPIN, now -> {}, Assertions::fail)) {
      VlanSet five = VlanSet.read("5").orElseThrow();
      PortPair pairA =
          new PortPair(
              portA, bridge.port("a", 1, settings.withVlans(5, VlanSet.NONE)), List.of(loop));
      PortPair pairB =
          new PortPair(portB, bridge.port("b", 1, settings.withVlans(0, five)), List.of(loop));
      pairA.lanes().getFirst().begin();
      pairB.lanes().getFirst().begin();
      long buffer = a.guest.allocate(100, 64);
      long at = a.guest.host(buffer);
      RawMemory.putLong(at, 0);
      RawMemory.putLong(at + 12, 0x0002_0b00_0000_0002L);
      RawMemory.putLong(at + 20, 0x0008_0a00_0000L);
      long into = b.guest.allocate(2048, 64);
      Allocations.assertNone(
          () -> {
            for (int i = 0; i < BURST; i++) {
              a.transmitRing.driver().add(buffer, 100, false);
            }
            a.transmitRing.driver().publish();
            int work = loop.doWork();
            while (a.transmitRing.driver().poll() >= 0) {
              work++;
            }
            while (b.receiveRing.driver().poll() >= 0) {
              work += b.receiveRing.driver().usedLength() == 104 ? 1 : 0;
              assertTrue(b.receiveRing.driver().add(into, 2048, true) >= 0);
            }
            b.receiveRing.driver().publish();
            return work;
          },
          3 * BURST,
          2000);
      pairA.lanes().getFirst().end();
      pairB.lanes().getFirst().end();
    }
  }
}
