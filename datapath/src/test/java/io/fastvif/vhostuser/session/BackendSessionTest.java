package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Memory;
import io.fastvif.bindings.Polling;
import io.fastvif.vhostuser.memory.InflightArea;
import io.fastvif.vhostuser.memory.MemoryFile;
import io.fastvif.vhostuser.memory.MemoryRegion;
import io.fastvif.vhostuser.protocol.DeviceFeature;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.protocol.ProtocolException.Fault;
import io.fastvif.vhostuser.protocol.ProtocolFeature;
import io.fastvif.vhostuser.protocol.RingAddresses;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A backend's session, against our own frontend. */
class BackendSessionTest {
  private static final long MIB = 1 << 20;
  private static final long GUEST = 0x4000_0000L;
  private static final long USER = 0x7f00_0000_0000L;
  private static final long LOG_ALL = 1L << DeviceFeature.LOG_ALL;
  private static final long FEATURES =
      1L << VIRTIO_F_VERSION_1
          | 1L << VIRTIO_NET_F_MRG_RXBUF
          | 1L << VIRTIO_F_RING_PACKED
          | LOG_ALL;
  private static final long CHOSEN =
      1L << VIRTIO_F_VERSION_1 | 1L << DeviceFeature.PROTOCOL_FEATURES;

  @TempDir Path directory;
  private final RecordingBackend port = new RecordingBackend();
  private Resources before;
  private SessionLoop loop;
  private VhostUserBackend backend;
  private MemoryFile file;
  private FileDescriptor eventfd;

  @BeforeEach
  void listen() throws Exception {
    before = Resources.now();
    loop = SessionLoop.start();
    backend =
        VhostUserBackend.listen(
            loop, ListenOptions.of(path()), BackendOptions.of(FEATURES, 2), port, port);
    file = MemoryFile.sealed("session", 2 * MIB);
    eventfd = FileDescriptor.check(Polling.eventfd(0, EFD_CLOEXEC), "eventfd");
  }

  @AfterEach
  void leavesNothing() throws Exception {
    backend.close();
    loop.close();
    file.close();
    eventfd.close();
    before.assertSame();
    assertFalse(Files.exists(Path.of(path())), "the socket is removed");
  }

  private String path() {
    return directory.resolve("s").toString();
  }

  private VhostUserFrontend connect() {
    return VhostUserFrontend.connect(path(), 120_000);
  }

  private static MemoryRegion region() {
    return new MemoryRegion(GUEST, MIB, USER, MIB);
  }

  /** Up to where rings may be set up. */
  private VhostUserFrontend negotiated(ProtocolFeature... features) {
    VhostUserFrontend frontend = connect();
    frontend.setOwner();
    frontend.getFeatures();
    frontend.setProtocolFeatures(ProtocolFeature.bits(features));
    frontend.setFeatures(CHOSEN);
    return frontend;
  }

  private void startRing(VhostUserFrontend frontend, int ring) {
    frontend.setSize(ring, 256);
    frontend.setBase(ring, 0);
    frontend.setAddresses(new RingAddresses(ring, 0, USER, USER + 0x2000, USER + 0x1000, 0));
    frontend.setKick(ring, eventfd.value());
  }

  @Test
  void answersAProbeWithoutTellingThePort() throws Exception {
    try (VhostUserFrontend frontend = connect()) {
      assertEquals(FEATURES | 1L << 30, frontend.getFeatures());
      assertEquals(ProtocolFeature.OFFERED, frontend.getProtocolFeatures());
      assertEquals(2, frontend.getQueueNum());
    }
    assertEquals("closed: the frontend has closed the connection", port.events.take());
  }

  @Test
  void startsARingWhenEverythingIsThere() throws Exception {
    try (VhostUserFrontend frontend = negotiated(ProtocolFeature.REPLY_ACK, ProtocolFeature.MQ)) {
      startRing(frontend, 1);
      assertTrue(port.started.isEmpty(), "there is no memory yet");
      frontend.setMemory(List.of(region()), file.fd());
      port.await("memory 1");
      port.await("start 1");
      RingSettings settings = port.started.get(1);
      assertEquals(CHOSEN, settings.features());
      assertEquals(256, settings.size());
      assertEquals(USER, settings.descriptors());
      assertEquals(USER + 0x1000, settings.available());
      assertEquals(USER + 0x2000, settings.used());
      assertFalse(settings.enabled());
      assertNotEquals(RingSettings.NONE, settings.kick());
      assertEquals(RingSettings.NONE, settings.call());
      assertNull(settings.log());
      assertNotEquals(0, settings.memory().get().translate(GUEST + MIB - 1, 1));
      frontend.setEnabled(1, true);
      assertTrue(port.started.get(1).enabled());
      frontend.setCall(1, eventfd.value());
      assertNotEquals(RingSettings.NONE, port.started.get(1).call());
      assertEquals(8, frontend.stop(1));
      assertTrue(port.started.isEmpty());
      frontend.setKick(1, VhostUserFrontend.NO_DESCRIPTOR);
      assertEquals(8, port.started.get(1).base(), "goes on where it stopped");
      assertEquals(RingSettings.NONE, port.started.get(1).kick());
    }
    port.await("stop 1");
    port.await("gone");
  }

  @Test
  void enablesRingsByItselfWithoutProtocolFeatures() throws Exception {
    try (VhostUserFrontend frontend = connect()) {
      frontend.setFeatures(1L << VIRTIO_F_VERSION_1);
      frontend.setMemory(List.of(region()), file.fd());
      startRing(frontend, 0);
      port.await("start 0");
      assertTrue(port.started.get(0).enabled());
    }
    port.await("gone");
  }

  @Test
  void repliesOnlyAfterTheRingsHaveStopped() throws Exception {
    try (VhostUserFrontend frontend = negotiated()) {
      frontend.setMemory(List.of(region()), file.fd());
      startRing(frontend, 0);
      port.await("start 0");
      port.holds = true;
      Thread releaser =
          new Thread(
              () -> {
                try {
                  RecordingBackend.await("stop", nothing -> port.heldCount() == 1);
                  port.stopsAt = 99;
                  port.releaseHeld();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      releaser.start();
      assertEquals(99, frontend.stop(0), "not the base of before the ring had stopped");
      releaser.join();
      port.holds = false;
    }
    port.await("gone");
  }

  @Test
  void servesOthersWhileOnePortIsSlow() throws Exception {
    RecordingBackend quick = new RecordingBackend();
    String other = directory.resolve("other").toString();
    VhostUserBackend second =
        VhostUserBackend.listen(
            loop, ListenOptions.of(other), BackendOptions.of(FEATURES, 1), quick, quick);
    try (VhostUserFrontend slow = negotiated()) {
      port.holds = true;
      slow.setMemory(List.of(region()), file.fd());
      port.await("memory 1");
      try (VhostUserFrontend frontend = VhostUserFrontend.connect(other, 120_000)) {
        assertEquals(FEATURES | 1L << 30, frontend.getFeatures());
      }
      quick.await("closed");
      port.holds = false;
      port.releaseHeld();
      assertEquals(FEATURES | 1L << 30, slow.getFeatures());
    } finally {
      second.close();
    }
    port.await("gone");
  }

  @Test
  void closesTheSocketAtOnceAndUnmapsAfterTheRingHasStopped() throws Exception {
    VhostUserFrontend frontend = negotiated();
    frontend.setMemory(List.of(region()), file.fd());
    startRing(frontend, 0);
    port.await("start 0");
    port.holds = true;
    frontend.close();
    port.await("stop 0");
    var memory = port.session.memory();
    assertNotEquals(0, memory.get().translate(GUEST, 1), "the ring has not stopped yet");
    try (VhostUserFrontend next = connect()) {
      assertEquals(2, next.getQueueNum(), "a probe is answered meanwhile");
      next.setOwner();
      assertEquals(0, port.events.stream().filter("connected"::equals).count());
      port.holds = false;
      port.releaseHeld();
      port.await("gone");
      assertEquals(0, memory.get().translate(GUEST, 1));
      port.await("connected");
    }
    port.await("gone");
  }

  /** A frontend that leaves when the others' ports are about to be handed over. */
  @Test
  void handOverWaitsForASessionThatHasEndedUntilItsRingsHaveStopped() throws Exception {
    VhostUserFrontend frontend = negotiated();
    frontend.setMemory(List.of(region()), file.fd());
    startRing(frontend, 0);
    port.await("start 0");
    port.holds = true;
    frontend.close();
    port.await("stop 0");
    BackendHandOver handOver = new BackendHandOver(backend);
    handOver.freeze();
    assertFalse(handOver.isQuiet());
    port.holds = false;
    port.releaseHeld();
    port.await("closed owner");
    assertTrue(handOver.isQuiet());
    CountDownLatch started = new CountDownLatch(1);
    handOver.start(false, false, started);
    started.await();
    try (VhostUserFrontend next = connect()) {
      assertEquals(2, next.getQueueNum(), "it listens again");
    }
    port.await("closed");
  }

  /** A guest whose memory became shorter, as its ring has found, keeps nobody from an upgrade. */
  @Test
  void handOverWaitsNotForASessionThatIsToEnd() throws Exception {
    try (VhostUserFrontend frontend = negotiated()) {
      frontend.getFeatures();
      BackendHandOver handOver = new BackendHandOver(backend);
      handOver.freeze();
      port.session.end("its memory became shorter");
      loop.run(() -> {}); // it has been told
      RecordingBackend.await("it has ended", nothing -> handOver.isQuiet());
      assertTrue(port.await("closed owner").contains("shorter"));
      assertThrows(ProtocolException.class, frontend::getFeatures);
      handOver.start(false, false, new CountDownLatch(1));
    }
  }

  @Test
  void changesLogAndFeaturesWhileRingsRun() throws Exception {
    try (VhostUserFrontend frontend = negotiated(ProtocolFeature.LOG_SHMFD)) {
      frontend.setMemory(List.of(region()), file.fd());
      startRing(frontend, 0);
      port.await("start 0");
      frontend.setLog(4096, 0, file.fd());
      assertNull(port.started.get(0).log(), "logging is not on");
      frontend.setFeatures(CHOSEN | LOG_ALL);
      frontend.setAddresses(
          new RingAddresses(0, 1, USER, USER + 0x2000, USER + 0x1000, GUEST + 0x2000));
      frontend.getFeatures();
      RingSettings settings = port.started.get(0);
      assertEquals(GUEST + 0x2000, settings.usedLogAddress());
      settings.log().mark(GUEST, 1);
      // To another log: the ring has let the former go before the answer.
      frontend.setLog(4096, 4096, file.fd());
      assertNotEquals(settings.log(), port.started.get(0).log());
      assertFalse(settings.log().mapping().tryRetain());
      frontend.setFeatures(CHOSEN | 1L << VIRTIO_NET_F_MRG_RXBUF);
      frontend.getFeatures();
      assertEquals(
          CHOSEN | 1L << VIRTIO_NET_F_MRG_RXBUF, port.started.get(0).features(), "others too");
    }
    port.await("gone");
  }

  /** What a frontend does that stops its device by these requests alone, as some do. */
  private static List<Consumer<VhostUserFrontend>> waysToPutRingsOutOfUse() {
    return List.of(frontend -> frontend.setEnabled(0, false), VhostUserFrontend::resetOwner);
  }

  @ParameterizedTest
  @MethodSource("waysToPutRingsOutOfUse")
  void disabledRingsCanBeSetUpAgain(Consumer<VhostUserFrontend> putOutOfUse) throws Exception {
    try (VhostUserFrontend frontend = negotiated(ProtocolFeature.REPLY_ACK)) {
      frontend.setMemory(List.of(region()), file.fd());
      startRing(frontend, 0);
      frontend.setEnabled(0, true);
      assertTrue(port.started.get(0).enabled());
      putOutOfUse.accept(frontend);
      assertFalse(port.started.get(0).enabled());
      // The same features are no news; with others, what lies in the ring is to be read otherwise.
      frontend.setFeatures(CHOSEN);
      assertTrue(port.started.containsKey(0));
      frontend.setFeatures(CHOSEN | 1L << VIRTIO_NET_F_MRG_RXBUF);
      assertFalse(port.started.containsKey(0), "it waits to be set up");
      startRing(frontend, 0);
      assertEquals(0, port.started.get(0).base(), "where the frontend said, not where it was");
      assertFalse(port.started.get(0).enabled());
      frontend.setEnabled(0, true);
      putOutOfUse.accept(frontend);
      frontend.setSize(0, 128);
      assertFalse(port.started.containsKey(0), "nothing is used until the next kick descriptor");
      frontend.setBase(0, 5);
      frontend.setAddresses(new RingAddresses(0, 0, USER, USER + 0x2000, USER + 0x1000, 0));
      frontend.setKick(0, eventfd.value());
      assertEquals(128, port.started.get(0).size());
      assertEquals(5, port.started.get(0).base());
      frontend.setEnabled(0, true);
      assertTrue(port.started.get(0).enabled());
      // Out of use and in use again is no setting up.
      putOutOfUse.accept(frontend);
      frontend.setEnabled(0, true);
      assertTrue(port.started.get(0).enabled());
      port.events.clear();
      frontend.setSize(0, 128);
      assertEquals("change 0", port.events.take());
    }
    port.await("gone");
  }

  /** Neither request needs a ring that is stopped, in the specification. */
  @Test
  void aRunningRingTakesAnotherSizeAndBase() throws Exception {
    try (VhostUserFrontend frontend = negotiated(ProtocolFeature.REPLY_ACK)) {
      frontend.setMemory(List.of(region()), file.fd());
      startRing(frontend, 0);
      frontend.setEnabled(0, true);
      frontend.setSize(0, 64);
      assertEquals(64, port.started.get(0).size());
      frontend.setBase(0, 9);
      assertEquals(9, port.started.get(0).base());
      assertTrue(port.started.get(0).enabled());
      assertNotEquals(RingSettings.NONE, port.started.get(0).kick());
    }
    port.await("gone");
  }

  @Test
  void withoutProtocolFeaturesARingSetUpAgainIsEnabled() throws Exception {
    try (VhostUserFrontend frontend = connect()) {
      frontend.setFeatures(1L << VIRTIO_F_VERSION_1);
      frontend.setMemory(List.of(region()), file.fd());
      startRing(frontend, 0);
      frontend.resetOwner();
      frontend.getFeatures();
      assertFalse(port.started.get(0).enabled());
      startRing(frontend, 0);
      frontend.getFeatures();
      assertTrue(port.started.get(0).enabled());
    }
    port.await("gone");
  }

  @Test
  void keepsTheInflightAreaOverARestart() throws Exception {
    try (VhostUserFrontend frontend =
        negotiated(ProtocolFeature.INFLIGHT_SHMFD, ProtocolFeature.REPLY_ACK)) {
      frontend.setMemory(List.of(region()), file.fd());
      startRing(frontend, 0);
      try (VhostUserFrontend.InflightFile inflight = frontend.getInflight(4, 256)) {
        assertEquals(4 * InflightArea.partSize(256, false), inflight.description().size());
        InflightArea area = port.started.get(0).inflight();
        assertEquals(4, area.rings());
        frontend.setInflight(inflight);
        assertNotEquals(area, port.started.get(0).inflight());
      }
    }
    port.await("gone");
  }

  @Test
  void usesNoInflightAreaThatIsTooSmallForTheRingsOfFeaturesChosenLater() throws Exception {
    try (VhostUserFrontend frontend =
        negotiated(ProtocolFeature.INFLIGHT_SHMFD, ProtocolFeature.REPLY_ACK)) {
      frontend.setMemory(List.of(region()), file.fd());
      startRing(frontend, 0);
      try (VhostUserFrontend.InflightFile inflight = frontend.getInflight(4, 256)) {
        assertNotNull(inflight);
        assertNotNull(port.started.get(0).inflight());
        frontend.setFeatures(CHOSEN | 1L << VIRTIO_F_RING_PACKED);
        assertNull(port.started.get(0).inflight());
        frontend.setFeatures(CHOSEN);
        assertNotNull(port.started.get(0).inflight());
      }
    }
    port.await("gone");
  }

  @Test
  void addsAndRemovesMemory() throws Exception {
    try (VhostUserFrontend frontend =
        negotiated(ProtocolFeature.CONFIGURE_MEM_SLOTS, ProtocolFeature.REPLY_ACK)) {
      assertEquals(509, frontend.getMaxMemorySlots());
      frontend.addMemory(region(), file.fd());
      MemoryRegion second = new MemoryRegion(GUEST + MIB, MIB, USER + MIB, 0);
      frontend.addMemory(second, file.fd());
      assertEquals(2, port.session.memory().get().regions().size());
      frontend.removeMemory(region());
      assertEquals(List.of(second), port.session.memory().get().regions());
      assertEquals(
          Fault.FAILED_REQUEST,
          assertThrows(ProtocolException.class, () -> frontend.removeMemory(region())).fault());
    }
    port.await("gone: there is no memory region");
  }

  @Test
  void passesPortRequestsToTheHandler() throws Exception {
    try (VhostUserFrontend frontend =
        negotiated(
            ProtocolFeature.REPLY_ACK,
            ProtocolFeature.MTU,
            ProtocolFeature.RARP,
            ProtocolFeature.STATUS,
            ProtocolFeature.BACKEND_REQ,
            ProtocolFeature.RESET_DEVICE)) {
      frontend.sendRarp(0xfa163e887534L);
      port.await("announce fa163e887534");
      frontend.setMtu(1500);
      port.await("mtu 1500");
      assertEquals(
          Fault.FAILED_REQUEST,
          assertThrows(ProtocolException.class, () -> frontend.setMtu(9001)).fault());
      frontend.setStatus(0xf);
      port.await("status 15");
      assertEquals(0xf, frontend.getStatus());
      frontend.openBackendRequests();
      frontend.setMemory(List.of(region()), file.fd());
      startRing(frontend, 0);
      port.await("start 0");
      frontend.resetDevice();
      port.await("stop 0");
      assertEquals(0, frontend.getStatus());
      assertEquals(0, frontend.stop(0), "the base is forgotten");
    }
    port.await("gone");
  }

  @Test
  void signalsTheErrorDescriptorOfABrokenRing() throws Exception {
    try (VhostUserFrontend frontend = negotiated(ProtocolFeature.REPLY_ACK)) {
      frontend.setError(3, eventfd.value());
      port.session.ringFailed(3, "a loop of descriptors");
      port.await("failed 3: a loop of descriptors");
      assertEquals(1, EventCounter.await(eventfd.value()));
      port.session.end("the memory is gone");
      port.await("gone: the memory is gone");
    }
  }

  @Test
  void endsWhenTheMemoryShrinks() throws Exception {
    try (MemoryFile shrinking = MemoryFile.unsealable("shrinks", 2 * MIB);
        VhostUserFrontend frontend = negotiated(ProtocolFeature.REPLY_ACK)) {
      frontend.setMemory(List.of(region()), shrinking.fd());
      startRing(frontend, 0);
      port.await("start 0");
      long address = port.session.memory().get().translate(GUEST, 8);
      assertEquals(0, shrinking.truncate(MIB));
      assertEquals(0, Memory.segment(address, 8).get(ValueLayout.JAVA_LONG, 0));
      assertThrows(ProtocolException.class, frontend::getFeatures);
      port.await("stop 0");
      assertTrue(port.await("gone").contains("shrunk"));
    }
  }
}
