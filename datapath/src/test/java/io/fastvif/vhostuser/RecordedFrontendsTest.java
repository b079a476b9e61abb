package io.fastvif.vhostuser;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.forward.Forwarder;
import io.fastvif.forward.Idle;
import io.fastvif.forward.VhostUserPort;
import io.fastvif.vhostuser.protocol.DeviceFeature;
import io.fastvif.vhostuser.protocol.ProtocolFeature;
import io.fastvif.vhostuser.protocol.RingAddresses;
import io.fastvif.vhostuser.session.BackendObserver;
import io.fastvif.vhostuser.session.BackendOptions;
import io.fastvif.vhostuser.session.ListenOptions;
import io.fastvif.vhostuser.session.SessionLoop;
import io.fastvif.vhostuser.session.VhostUserBackend;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vhostuser.session.VhostUserFrontend.InflightFile;
import io.fastvif.vhostuser.virtqueue.TestGuest;
import io.fastvif.vhostuser.virtqueue.TestRing;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Frontends by the order of their requests, as read in their sources, and of QEMU and DPDK as
 * recorded: each is played to a backend that sends frames back, which must come back wherever the
 * frontend expects its device to work. A step ends in the number of a ring, or in {@code *} for all
 * of them in turn. Firecracker has vhost-user block devices only, and is not here.
 */
class RecordedFrontendsTest {
  private static final long PATIENCE_MILLIS = 60_000;
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
  private static final int RINGS = 2;
  private static final int FRAMES = 600;
  private static final int DRIVER_OK = 0xf;
  private static final int FEATURES_OK = 0xb;

  /** VIRTIO_NET_F_MRG_RXBUF of linux/virtio_net.h. */
  private static final long MRG_RXBUF = 1L << 15;

  private static final long PLAIN = VirtioFeatures.VERSION_1 | VirtioFeatures.EVENT_IDX;

  /** What a frontend says, and the features that it takes if they are offered. */
  enum Recorded {
    /**
     * cloud-hypervisor (virtio-devices/src/vhost_user/vu_common_ctrl.rs): addresses before the
     * base, an in-flight area asked for after the rings' sizes. A pause is nothing but ENABLE 0; a
     * reset by the guest's driver too, after which all is said anew.
     */
    CLOUD_HYPERVISOR(
        PLAIN | MRG_RXBUF,
        "owner features protocol:MQ,CONFIGURE_MEM_SLOTS,REPLY_ACK,INFLIGHT_SHMFD,LOG_SHMFD queues"
            + " driver choose memory size* inflight"
            + " addresses0 base0 call0 kick0 addresses1 base1 call1 kick1 on* frames"
            + " off* on* frames"
            + " off* driver choose memory size* inflight-again"
            + " addresses0 base0 call0 kick0 addresses1 base1 call1 kick1 on* frames off*"),

    /** The same to a backend that it has lost: it does not ask for the protocol features again. */
    CLOUD_HYPERVISOR_AGAIN(
        PLAIN | MRG_RXBUF,
        "owner features protocol-unasked:MQ,REPLY_ACK"
            + " driver choose memory size*"
            + " addresses0 base0 call0 kick0 addresses1 base1 call1 kick1 on* frames"),

    /**
     * crosvm (devices/src/virtio/vhost_user_frontend/mod.rs): none of its requests asks for an
     * acknowledgement; each ring is enabled before the next is described, and disabled before its
     * base is asked for. It sleeps and wakes up so. No packed rings.
     */
    CROSVM(
        PLAIN | MRG_RXBUF,
        "owner features protocol:MQ,BACKEND_REQ backend-requests queues driver choose memory size0"
            + " addresses0 base0 call0 kick0 on0 size1 addresses1 base1 call1 kick1 on1 frames off0"
            + " stop0 off1 stop1 memory size0 addresses0 base0 call0 kick0 on0 size1 addresses1"
            + " base1 call1 kick1 on1 frames off0 stop0 off1 stop1"),

    /** QEMU 7.2: rings are enabled and called before there is memory; the call comes last. */
    QEMU(
        PLAIN | MRG_RXBUF,
        "features protocol:MQ,RARP,REPLY_ACK,MTU,BACKEND_REQ,STATUS queues backend-requests owner"
            + " features call* on* on* driver choose memory"
            + " size0 base0 addresses0 kick0 call0 size1 base1 addresses1 kick1 call1"
            + " status:15 frames"
            + " stop* memory size0 base0 addresses0 kick0 call0 size1 base1 addresses1 kick1 call1"
            + " frames stop*"),

    /** The same with packed rings. */
    QEMU_PACKED(
        PLAIN | MRG_RXBUF | VirtioFeatures.RING_PACKED,
        "features protocol:MQ,RARP,REPLY_ACK,MTU,BACKEND_REQ,STATUS queues backend-requests owner"
            + " features call* on* on* driver choose memory"
            + " size0 base0 addresses0 kick0 call0 size1 base1 addresses1 kick1 call1"
            + " status:15 frames"
            + " stop* memory size0 base0 addresses0 kick0 call0 size1 base1 addresses1 kick1 call1"
            + " frames stop*"),

    /** DPDK 22.11's virtio_user: the calls come first, and rings are enabled at the end. */
    DPDK(
        PLAIN | MRG_RXBUF | VirtioFeatures.IN_ORDER,
        "owner features protocol:MQ,REPLY_ACK,STATUS call* driver choose status:11 memory"
            + " size0 base0 addresses0 kick0 size1 base1 addresses1 kick1 on* status:15 frames"
            + " off* stop*"),

    /**
     * rust-vmm's vhost crate, of which vhost-device's backends and their frontends are made, as its
     * own test has it (vhost/src/vhost_user/mod.rs): the features are chosen before those of the
     * protocol are asked for.
     */
    RUST_VMM(
        PLAIN,
        "owner features driver choose protocol:MQ,REPLY_ACK,CONFIGURE_MEM_SLOTS queues memory"
            + " size* addresses* base* call* kick* error* on* frames off* stop*"),

    /** One that takes no protocol features, as libvhost-user serves too: a kick enables a ring. */
    WITHOUT_PROTOCOL_FEATURES(
        PLAIN,
        "features owner driver choose-plain memory size0 base0 addresses0 kick0 call0 size1 base1"
            + " addresses1 kick1 call1 frames stop*");

    private final long wanted;
    private final String steps;

    Recorded(long wanted, String steps) {
      this.wanted = wanted;
      this.steps = steps;
    }
  }

  @TempDir Path folder;

  private VhostUserFrontend frontend;
  private FrontendGuest guest;
  private long offered;
  private long features;
  private final int[] bases = new int[RINGS];
  private InflightFile inflight;

  private static final class Frames {
    int passed;
  }

  private final Frames frames = new Frames();

  @ParameterizedTest
  @EnumSource(Recorded.class)
  void framesPassWhereverTheFrontendExpectsThem(Recorded recorded) {
    String path = folder.resolve("s").toString();
    VhostUserPort port = VhostUserPort.toGuest("echo", 1);
    List<String> ended = new ArrayList<>();
    BackendObserver observer =
        new BackendObserver() {
          @Override
          public void ringFailed(int ring, String reason) {
            ended.add("ring " + ring + ": " + reason);
          }
        };
    try (SessionLoop loop = SessionLoop.start();
        Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE)) {
      forwarder.connect(port, port);
      try (VhostUserBackend backend =
          VhostUserBackend.listen(
              loop,
              ListenOptions.of(path),
              BackendOptions.of(port.features(), 1),
              port,
              observer)) {
        assertNotNull(backend);
        frontend = VhostUserFrontend.connect(path, PATIENCE_MILLIS);
        guest = FrontendGuest.silent(frontend);
        try {
          for (String step : recorded.steps.split(" ", -1)) {
            play(recorded, step);
          }
          assertTrue(frontend.getFeatures() != 0, "the session has ended");
        } finally {
          guest.release();
          if (inflight != null) {
            inflight.close();
          }
        }
      }
      assertNull(forwarder.failure());
    }
    assertEquals(List.of(), ended);
    assertTrue(frames.passed >= FRAMES);
  }

  private void play(Recorded recorded, String step) {
    int colon = step.indexOf(':');
    String argument = colon < 0 ? "" : step.substring(colon + 1);
    char last = step.charAt(step.length() - 1);
    if (colon < 0 && last == '*') {
      for (int ring = 0; ring < RINGS; ring++) {
        ring(step.substring(0, step.length() - 1), ring);
      }
    } else if (colon < 0 && Character.isDigit(last)) {
      ring(step.substring(0, step.length() - 1), last - '0');
    } else {
      device(recorded, colon < 0 ? step : step.substring(0, colon), argument);
    }
  }

  private void device(Recorded recorded, String step, String argument) {
    switch (step) {
      case "owner" -> frontend.setOwner();
      case "features" -> offered = frontend.getFeatures();
      case "protocol" -> protocol(frontend.getProtocolFeatures(), argument);
      case "protocol-unasked" -> protocol(-1, argument);
      case "queues" -> assertEquals(1, frontend.getQueueNum());
      case "backend-requests" -> frontend.openBackendRequests();
      case "driver" -> {
        features = offered & recorded.wanted;
        assertEquals(recorded.wanted, features, "not all is offered");
        guest.makeRingsAndBuffers(features);
        bases[0] = guest.receive.freshBase();
        bases[1] = guest.transmit.freshBase();
      }
      case "choose" -> frontend.setFeatures(features | 1L << DeviceFeature.PROTOCOL_FEATURES);
      case "choose-plain" -> frontend.setFeatures(features);
      case "memory" -> frontend.setMemory(guest.memory.regions(), guest.memory.descriptors());
      case "inflight" -> {
        inflight = frontend.getInflight(RINGS, FrontendGuest.SIZE);
        frontend.setInflight(inflight);
      }
      case "inflight-again" -> frontend.setInflight(inflight);
      case "status" -> {
        int status = Integer.parseInt(argument);
        assertTrue(status == DRIVER_OK || status == FEATURES_OK);
        frontend.setStatus(status);
        assertEquals(status, frontend.getStatus());
      }
      case "frames" -> frames();
      default -> throw new AssertionError("no such step: " + step);
    }
  }

  private void protocol(long available, String names) {
    long chosen = 0;
    for (String name : names.split(",", -1)) {
      chosen |= ProtocolFeature.bits(ProtocolFeature.valueOf(name.toUpperCase(Locale.ROOT)));
    }
    assertEquals(chosen, chosen & available, "not all is offered of " + names);
    frontend.setProtocolFeatures(chosen);
  }

  private void ring(String step, int index) {
    TestRing ring = index == 0 ? guest.receive : guest.transmit;
    switch (step) {
      case "size" -> frontend.setSize(index, FrontendGuest.SIZE);
      case "base" -> frontend.setBase(index, bases[index]);
      case "addresses" ->
          frontend.setAddresses(
              new RingAddresses(
                  index,
                  0,
                  TestGuest.user(ring.descriptors()),
                  TestGuest.user(ring.deviceArea()),
                  TestGuest.user(ring.driverArea()),
                  0));
      case "kick" -> frontend.setKick(index, guest.kick.reader().value());
      case "call" -> frontend.setCall(index, guest.call.writer().value());
      case "error" -> frontend.setError(index, guest.call.writer().value());
      case "on" -> frontend.setEnabled(index, true);
      case "off" -> frontend.setEnabled(index, false);
      case "stop" -> bases[index] = frontend.stop(index);
      default -> throw new AssertionError("no such step of a ring: " + step);
    }
  }

  /** More than a ring holds, so that it comes round. */
  private void frames() {
    for (int i = 0; i < FRAMES; i++) {
      byte[] frame = new byte[60 + i];
      for (int at = 0; at < frame.length; at++) {
        frame[at] = (byte) (i + at);
      }
      assertTrue(guest.send(frame));
      byte[] back = guest.poll();
      for (long end = System.nanoTime() + PATIENCE_NANOS; back == null; back = guest.poll()) {
        assertTrue(System.nanoTime() < end, "frame " + i + " does not come back");
        LockSupport.parkNanos(10_000);
      }
      assertArrayEquals(frame, back);
      frames.passed++;
    }
  }
}
