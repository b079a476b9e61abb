package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.fastvif.testing.Testpmd;
import io.fastvif.vhostuser.session.BackendObserver;
import io.fastvif.vhostuser.session.BackendOptions;
import io.fastvif.vhostuser.session.ListenOptions;
import io.fastvif.vhostuser.session.SessionLoop;
import io.fastvif.vhostuser.session.VhostUserBackend;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * DPDK's frontend as the guest: it sends back what it gets, and a guest that the test drives, on
 * the other side of the pair, compares that with what it sent.
 */
class TestpmdTest {
  private static final int FRAMES = 2_000;
  private static final long PATIENCE_NANOS = 60_000_000_000L;
  private static final long ANSWER_NANOS = 200_000_000L;
  private static final long DRIVEN = VirtioFeatures.VERSION_1 | NetFeatures.MRG_RXBUF;

  private final Random random = new Random(11);
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "1, in_order=1",
    "1, in_order=0",
    "1, 'in_order=1,mrg_rxbuf=0'",
    "1, 'in_order=0,mrg_rxbuf=0'",
    "1, 'in_order=0,mrg_rxbuf=0,vectorized=1'",
    "1, packed_vq=1",
    "1, 'packed_vq=1,in_order=0'",
    "1, 'packed_vq=1,mrg_rxbuf=0'",
    "1, 'packed_vq=1,mrg_rxbuf=0,in_order=1,vectorized=1'",
    "2, in_order=1",
    "4, mrg_rxbuf=0",
    "4, 'packed_vq=1'"
  })
  void framesComeBackAsTheyWereSent(int queues, String options) throws Exception {
    VhostUserPort guest = VhostUserPort.toGuest("testpmd", queues);
    VhostUserPort driven = VhostUserPort.toGuest("driven", queues);
    TestVm[] vms = new TestVm[queues];
    String socket = folder.resolve("vhost.sock").toString();
    try (Forwarder forwarder = Forwarder.start(Math.min(queues, 2), Idle.ADAPTIVE);
        SessionLoop loop = SessionLoop.start()) {
      PortPair pair = forwarder.connect(guest, driven);
      assertEquals(Math.min(queues, 2), pair.loops().stream().distinct().count());
      for (int i = 0; i < queues; i++) {
        vms[i] = new TestVm(driven, DRIVEN, 2048, 1, i);
      }
      try (VhostUserBackend backend =
              VhostUserBackend.listen(
                  loop,
                  ListenOptions.of(socket),
                  BackendOptions.of(guest.features(), queues),
                  guest,
                  BackendObserver.NONE);
          Testpmd testpmd = testpmd(socket, queues, options)) {
        for (TestVm vm : vms) {
          awaitFirst(vm, testpmd);
          exchange(vm, () -> forwarder.move(pair, queues - 1, random.nextInt(2) % queues));
        }
        long moves = forwarder.statistics().loops().getFirst().moves();
        assertEquals(queues > 1, moves > 0, "queues move while frames pass");
        assertTrue(backend != null && testpmd.isAlive());
        testpmd.end();
      }
      assertNull(forwarder.failure());
      for (TestVm vm : vms) {
        vm.close();
      }
    }
  }

  /** A guest that sends every frame back, unchanged. */
  private Testpmd testpmd(String socket, int queues, String options) throws IOException {
    String device = "net_virtio_user0,path=" + socket + ",queues=" + queues + "," + options;
    return Testpmd.start(folder, device, "--forward-mode=io", "--rxq=" + queues, "--txq=" + queues);
  }

  /**
   * Sends frames, each longer than the one before, until the frontend is up and the last one comes
   * back: as frames keep their order, none of the others is under way then.
   */
  private void awaitFirst(TestVm vm, Testpmd testpmd) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    for (int length = 64; length < 2000; length++) {
      if (!vm.offer(0, 0, new byte[length])) {
        assertTrue(System.nanoTime() < end, testpmd::output);
        length--;
        continue;
      }
      long soon = System.nanoTime() + ANSWER_NANOS;
      while (System.nanoTime() < soon) {
        assertTrue(testpmd.isAlive(), testpmd::output);
        byte[] back = vm.poll();
        if (back != null && back.length == VirtioNetHeader.LONG + length) {
          return;
        }
      }
    }
    fail(testpmd.output());
  }

  private void exchange(TestVm vm, Runnable now) {
    for (int i = 0; i < FRAMES; i++) {
      if (i % 100 == 50) {
        now.run();
      }
      byte[] frame = frame(64 + random.nextInt(1450));
      vm.send(frame);
      assertArrayEquals(frame, vm.receive(), "frame " + i);
    }
    assertEquals(null, vm.poll(), "a frame that nobody sent");
  }

  private byte[] frame(int length) {
    byte[] frame = new byte[length];
    random.nextBytes(frame);
    return frame;
  }
}
