package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.VIRTIO_F_VERSION_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.testing.Signal;
import io.fastvif.vhostuser.memory.MemoryFile;
import io.fastvif.vhostuser.memory.MemoryRegion;
import io.fastvif.vhostuser.protocol.DeviceFeature;
import io.fastvif.vhostuser.protocol.FrontendRequest;
import io.fastvif.vhostuser.protocol.Message;
import io.fastvif.vhostuser.protocol.RingAddresses;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the specification allows and QEMU does not do, but others may: User Mode Linux does some of
 * it. DPDK's backend and libvhost-user take all of it.
 */
class PermittedRequestsTest {
  private static final long MIB = 1 << 20;
  private static final long GUEST = 0x4000_0000L;
  private static final long USER = 0x7f00_0000_0000L;
  private static final long FEATURES = 1L << VIRTIO_F_VERSION_1;

  @TempDir Path folder;
  private final RecordingBackend port = new RecordingBackend();
  private SessionLoop loop;
  private VhostUserBackend backend;

  @BeforeEach
  void listen() {
    loop = SessionLoop.start();
    backend =
        VhostUserBackend.listen(
            loop, ListenOptions.of(path()), BackendOptions.of(FEATURES, 1), port, port);
  }

  @AfterEach
  void close() {
    backend.close();
    loop.close();
  }

  private String path() {
    return folder.resolve("s").toString();
  }

  private VhostUserFrontend connect() {
    return VhostUserFrontend.connect(path(), 120_000);
  }

  private static void startRing(VhostUserFrontend frontend, long user) {
    frontend.setSize(0, 256);
    frontend.setBase(0, 0);
    frontend.setAddresses(new RingAddresses(0, 0, user, user + 0x2000, user + 0x1000, 0));
  }

  /** Each is said where it concerns whoever sends it, so a session that goes on took it. */
  private static void assertGoesOn(VhostUserFrontend frontend) {
    assertEquals(FEATURES | 1L << DeviceFeature.PROTOCOL_FEATURES, frontend.getFeatures());
  }

  @Test
  void kicksCallsAndErrorsMayComeByPipes() throws Exception {
    try (Signal kick = Signal.pipe(folder.resolve("kick"));
        Signal call = Signal.pipe(folder.resolve("call"));
        MemoryFile file = MemoryFile.sealed("pipes", MIB);
        VhostUserFrontend frontend = connect()) {
      frontend.setFeatures(FEATURES);
      frontend.setMemory(List.of(new MemoryRegion(GUEST, MIB, USER, 0)), file.fd());
      startRing(frontend, USER);
      frontend.setCall(0, call.writer().value());
      frontend.setError(0, call.writer().value());
      frontend.setKick(0, kick.reader().value());
      port.await("start 0");
      port.session.ringFailed(0, "a loop of descriptors");
      port.await("failed 0");
      RecordingBackend.await("the error", nothing -> call.read() == 1);
      assertNotEquals(RingSettings.NONE, port.started.get(0).call());
      assertGoesOn(frontend);
    }
  }

  /** The specification wants these features "present in GET_PROTOCOL_FEATURES". */
  @Test
  void someFeaturesNeedOnlyBeOffered() throws Exception {
    try (MemoryFile log = MemoryFile.sealed("log", MIB);
        VhostUserFrontend frontend = connect()) {
      frontend.setOwner();
      frontend.sendRarp(0xfa163e887534L);
      port.await("announce fa163e887534");
      frontend.setMtu(1500);
      port.await("mtu 1500");
      frontend.openBackendRequests();
      frontend.setLog(MIB, 0, log.fd());
      frontend.resetDevice();
      port.await("status 0");
      assertGoesOn(frontend);
    }
  }

  private void send(Consumer<Message> message, int descriptor) throws Exception {
    FileDescriptor socket = UnixAddress.socket();
    assertEquals(0, UnixAddress.connect(socket.value(), path()));
    try (MessageChannel channel = new MessageChannel(socket)) {
      message.accept(channel.sent());
      channel.send(descriptor);
      channel.sent().beginRequest(FrontendRequest.GET_FEATURES.id(), false);
      channel.send();
      RecordingBackend.await(
          "an answer", nothing -> channel.receive() != MessageChannel.INCOMPLETE);
      assertEquals(FrontendRequest.GET_FEATURES.id(), channel.received().request());
    }
  }

  @Test
  void unusedDescriptorsMayBeOfAnyKind() throws Exception {
    try (Signal pipe = Signal.pipe(folder.resolve("pipe"))) {
      int descriptor = pipe.writer().value();
      send(message -> message.beginRequest(FrontendRequest.SET_LOG_FD.id(), false), descriptor);
      send(
          message -> message.beginRequest(FrontendRequest.SET_BACKEND_REQ_FD.id(), false),
          descriptor);
      assertTrue(FileIo.isPipeOrSocket(descriptor), "it stays the frontend's");
    }
  }

  @Test
  void reservedBitsBesideARingIndexAreIgnored() throws Exception {
    try (Signal call = Signal.eventfd()) {
      send(
          message -> {
            message.beginRequest(FrontendRequest.SET_VRING_CALL.id(), false);
            message.putU64(0x1_0000_0e01L);
          },
          call.writer().value());
      assertFalse(port.started.containsKey(1));
    }
  }
}
