package io.fastvif.fastpath;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Memory;
import io.fastvif.bindings.Polling;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.forward.Forwarder;
import io.fastvif.forward.Idle;
import io.fastvif.forward.PortPair;
import io.fastvif.forward.VhostUserPort;
import io.fastvif.handover.HandOverChannel;
import io.fastvif.handover.HandOverChannel.Received;
import io.fastvif.handover.HandOverException;
import io.fastvif.handover.HandOverKind;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.vhostuser.protocol.DeviceFeature;
import io.fastvif.vhostuser.session.BackendHandOver;
import io.fastvif.vhostuser.session.BackendObserver;
import io.fastvif.vhostuser.session.BackendOptions;
import io.fastvif.vhostuser.session.SessionLoop;
import io.fastvif.vhostuser.session.VhostUserBackend;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Hands a device that nobody uses over within this process, before guests' rings stop for it: a JVM
 * loads classes and links calls when it meets them first, which would take some 100 ms while the
 * rings stand still. Nothing of it is seen on the host.
 */
final class HandOverRehearsal implements AutoCloseable {
  private static final int ROUNDS = 3;
  private static final int RING = 8;
  private static final long MEMORY = 1 << 16;
  private static final long DRIVER_AREA = 0x1000;
  private static final long DEVICE_AREA = 0x2000;
  private static final long RING_STEP = 0x4000;
  private static final long GUEST = 0x10_0000;
  private static final long USER = 0x1000_0000;

  /** Where a packed ring begins: both wrap counters are 1. */
  private static final int PACKED_BASE = 0x80008000;

  private static final long PATIENCE_MILLIS = 5_000;

  private final List<FileDescriptor> owned = new ArrayList<>();
  private final HandOverChannel here;
  private final HandOverChannel there;

  private HandOverRehearsal() {
    int[] ends = pair();
    here = new HandOverChannel(FileDescriptor.of(ends[0]));
    there = new HandOverChannel(FileDescriptor.of(ends[1]));
  }

  /**
   * Does it, in some tenths of a second.
   *
   * @throws RuntimeException if it does not come out right
   */
  static void run() {
    try (SessionLoop sessions = SessionLoop.start();
        Forwarder forwarder = Forwarder.start(1, Idle.KICKS)) {
      for (int i = 0; i < ROUNDS; i++) {
        for (boolean packed : new boolean[] {false, true}) {
          try (HandOverRehearsal rehearsal = new HandOverRehearsal()) {
            rehearsal.handOver(sessions, forwarder, packed);
          }
        }
      }
    }
  }

  private void handOver(SessionLoop sessions, Forwarder forwarder, boolean packed) {
    VhostUserPort first = VhostUserPort.toHost("rehearsed", 1);
    VhostUserPort second = VhostUserPort.toHost("rehearsed", 1);
    PortPair firstPair = forwarder.connect(first, first);
    PortPair secondPair = forwarder.connect(second, second);
    try {
      HandOverWriter device = new HandOverWriter();
      write(device, packed);
      BackendHandOver former = restored(sessions, first, device);
      int base = packed ? PACKED_BASE : 0;
      former.bases(new int[] {base, base});
      start(former);
      former.freeze();
      if (!former.isQuiet()) {
        throw new HandOverException("the rehearsal's device is not quiet");
      }
      HandOverWriter saved = new HandOverWriter();
      former.save(saved);
      BackendHandOver latter = restored(sessions, second, saved);
      CountDownLatch stopped = new CountDownLatch(1);
      former.pause(stopped);
      await(stopped);
      latter.bases(former.bases());
      start(latter);
      former.abandon();
      latter.freeze();
      CountDownLatch ended = new CountDownLatch(1);
      latter.pause(ended);
      await(ended);
      latter.abandon();
    } finally {
      forwarder.disconnect(firstPair);
      forwarder.disconnect(secondPair);
      first.close();
      second.close();
    }
  }

  private BackendHandOver restored(
      SessionLoop sessions, VhostUserPort port, HandOverWriter writer) {
    boolean isSent = here.send(HandOverKind.OFFER, writer, PATIENCE_MILLIS);
    try (Received received = there.receive(PATIENCE_MILLIS)) {
      if (!isSent || received == null) {
        throw new HandOverException("the rehearsal's message is lost");
      }
      return new BackendHandOver(
          VhostUserBackend.restore(
              sessions,
              received.reader(),
              BackendOptions.of(port.features(), 1),
              port,
              BackendObserver.NONE));
    }
  }

  private static void start(BackendHandOver backend) {
    CountDownLatch started = new CountDownLatch(1);
    backend.start(true, true, started);
    await(started);
  }

  private static void await(CountDownLatch latch) {
    try {
      if (latch.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    throw new HandOverException("the rehearsal's rings do not follow");
  }

  /** A device with two empty rings, as {@link BackendHandOver#save} would write it. */
  private void write(HandOverWriter writer, boolean packed) {
    int[] frontend = pair();
    FileDescriptor file =
        own(
            FileDescriptor.check(
                Memory.memfdCreate("fastvif-rehearsal", MFD_CLOEXEC), "memfd_create"));
    own(FileDescriptor.of(frontend[0]));
    own(FileDescriptor.of(frontend[1]));
    SystemCallException.check(FileIo.ftruncate(file.value(), MEMORY), "ftruncate");
    long features =
        1L << VIRTIO_F_VERSION_1
            | 1L << DeviceFeature.PROTOCOL_FEATURES
            | (packed ? 1L << VIRTIO_F_RING_PACKED : 0);
    writer.flag(false).text("/nobody").number(1); // it would connect there, had it no session
    writer.flag(true).descriptor(frontend[0]).bytes(new byte[0]).number(0);
    writer.number(2).number(features).flag(true).number(0L).number(0);
    writer.number(1).number(GUEST).number(MEMORY).number(USER).number(0L).number(1);
    writer.descriptor(file.value());
    writer.flag(false).flag(false).descriptor(-1).descriptor(-1);
    for (int i = 0; i < 2; i++) {
      long ring = USER + i * RING_STEP;
      writer.number(RING).flag(true).flag(true).number(0).number(ring);
      writer.number(ring + DEVICE_AREA).number(ring + DRIVER_AREA).number(0L);
      writer.flag(true).flag(true).flag(true).flag(true).flag(false);
      writer.number(packed ? PACKED_BASE : 0);
      writer.descriptor(signal()).descriptor(signal()).descriptor(-1);
    }
  }

  private int signal() {
    return own(FileDescriptor.check(Polling.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd"))
        .value();
  }

  private FileDescriptor own(FileDescriptor descriptor) {
    owned.add(descriptor);
    return descriptor;
  }

  private static int[] pair() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(2L * Integer.BYTES, Integer.BYTES);
      SystemCallException.check(
          Sockets.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends),
          "socketpair");
      return ends.toArray(ValueLayout.JAVA_INT);
    }
  }

  @Override
  public void close() {
    owned.forEach(FileDescriptor::close);
    here.close();
    there.close();
  }
}
