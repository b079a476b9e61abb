package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Polling;
import io.fastvif.testing.Testpmd;
import io.fastvif.vhostuser.memory.MemoryFile;
import io.fastvif.vhostuser.memory.MemoryRegion;
import io.fastvif.vhostuser.protocol.DeviceFeature;
import io.fastvif.vhostuser.protocol.ProtocolFeature;
import io.fastvif.vhostuser.protocol.RingAddresses;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sessions with DPDK's frontend, virtio_user, and its backend, net_vhost. */
class DpdkSessionTest {
  private static final long PACKED = 1L << VIRTIO_F_RING_PACKED;
  private static final long OFFERED =
      1L << VIRTIO_F_VERSION_1
          | 1L << VIRTIO_NET_F_MRG_RXBUF
          | 1L << VIRTIO_F_IN_ORDER
          | 1L << VIRTIO_RING_F_INDIRECT_DESC
          | PACKED;
  private static final int DRIVER_OK = 4;

  @TempDir Path directory;
  private final RecordingBackend port = new RecordingBackend();

  private String path() {
    return directory.resolve("s").toString();
  }

  private Testpmd testpmd(String device) throws IOException {
    return Testpmd.start(directory, device, "--stats-period", "1", "--forward-mode=rxonly");
  }

  /** Up to GET_VRING_BASE, and once more killed. */
  @ParameterizedTest
  @CsvSource({"'',false,false", "',packed_vq=1',true,false", "',server=1',false,true"})
  void servesDpdksFrontend(String options, boolean packed, boolean frontendListens)
      throws Exception {
    Resources before = Resources.now();
    SessionLoop loop = SessionLoop.start();
    BackendOptions offered = BackendOptions.of(OFFERED, 1);
    VhostUserBackend backend =
        frontendListens
            ? VhostUserBackend.connect(loop, path(), offered, port, port)
            : VhostUserBackend.listen(loop, ListenOptions.of(path()), offered, port, port);
    String device = "net_virtio_user0,path=" + path() + options;
    try (Testpmd testpmd = testpmd(device)) {
      awaitRunning(testpmd);
      for (int ring = 0; ring < 2; ring++) {
        RingSettings settings = port.started.get(ring);
        assertEquals(packed, settings.isPacked());
        assertTrue(settings.enabled(), settings::toString);
        long address =
            settings.memory().get().translateUser(settings.descriptors(), 16L * settings.size());
        assertNotEquals(0, address, settings::toString);
        assertNotEquals(
            0, settings.memory().get().translateUser(settings.used(), 4), settings::toString);
      }
      testpmd.end();
      port.await("stop 0");
      port.await("gone");
    }
    try (Testpmd testpmd = testpmd(device)) {
      awaitRunning(testpmd);
      testpmd.kill();
      port.await("gone");
    }
    backend.close();
    loop.close();
    assertTrue(port.started.isEmpty());
    before.assertSame();
  }

  private void awaitRunning(Testpmd testpmd) throws Exception {
    for (String event = port.await("status"); ; event = port.await("status")) {
      if ((Integer.parseInt(event.substring("status ".length())) & DRIVER_OK) != 0) {
        break;
      }
      assertTrue(testpmd.isAlive(), testpmd.output());
    }
    assertNotNull(port.started.get(0));
    assertNotNull(port.started.get(1));
  }

  @Test
  void drivesDpdksBackend() throws Exception {
    try (Testpmd testpmd = testpmd("net_vhost0,iface=" + path() + ",client=0");
        MemoryFile file = MemoryFile.sealed("testpmd", 1 << 20);
        FileDescriptor kick = FileDescriptor.check(Polling.eventfd(0, EFD_CLOEXEC), "eventfd");
        FileDescriptor call = FileDescriptor.check(Polling.eventfd(0, EFD_CLOEXEC), "eventfd")) {
      RecordingBackend.await(
          "testpmd's socket", nothing -> SocketOwner.of(path()).isPresent() || !testpmd.isAlive());
      BackendProbe probe = BackendProbe.of(path(), 120_000);
      assertTrue(DeviceFeature.isIn(probe.features(), VIRTIO_F_VERSION_1), probe::toString);
      assertTrue(ProtocolFeature.REPLY_ACK.isIn(probe.protocolFeatures()), probe::toString);
      assertTrue(probe.queues() >= 1, probe::toString);
      try (VhostUserFrontend frontend = VhostUserFrontend.connect(path(), 120_000)) {
        frontend.setOwner();
        frontend.getFeatures();
        frontend.getProtocolFeatures();
        frontend.setProtocolFeatures(
            ProtocolFeature.bits(ProtocolFeature.MQ, ProtocolFeature.REPLY_ACK));
        frontend.setFeatures(1L << VIRTIO_F_VERSION_1 | 1L << DeviceFeature.PROTOCOL_FEATURES);
        long user = 0x7f00_0000_0000L;
        frontend.setMemory(List.of(new MemoryRegion(0, 1 << 20, user, 0)), file.fd());
        for (int ring = 0; ring < 2; ring++) {
          long at = user + ring * 0x10000L;
          frontend.setCall(ring, call.value());
          frontend.setSize(ring, 256);
          frontend.setBase(ring, 0);
          frontend.setAddresses(new RingAddresses(ring, 0, at, at + 0x2000, at + 0x1000, 0));
          frontend.setKick(ring, kick.value());
          frontend.setEnabled(ring, true);
        }
        assertEquals(0, frontend.stop(0));
        assertEquals(0, frontend.stop(1));
      }
      assertTrue(testpmd.isAlive(), testpmd.output());
    }
  }
}
