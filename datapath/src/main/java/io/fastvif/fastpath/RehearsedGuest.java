package io.fastvif.fastpath;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Memory;
import io.fastvif.bindings.Polling;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.handover.HandOverException;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.vhostuser.protocol.DeviceFeature;
import io.fastvif.vhostuser.virtqueue.DriverQueue;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** The guest of a {@link HandOverRehearsal}: memory, two rings, and frames in both directions. */
final class RehearsedGuest implements AutoCloseable {
  private static final int RING = 8;
  private static final long MEMORY = 1 << 16;
  private static final long DRIVER_AREA = 0x1000;
  private static final long DEVICE_AREA = 0x2000;
  private static final long BUFFERS = 0x3000;
  private static final int BUFFER = 512;
  private static final long RING_STEP = 0x4000;
  private static final long GUEST = 0x10_0000;
  private static final long USER = 0x1000_0000;

  /** The longest header before a frame, and a frame. */
  private static final int HEADER = 12;

  private static final int LENGTH = HEADER + 64;

  /** Where a packed ring begins: both wrap counters are 1. */
  private static final int PACKED_BASE = 0x80008000;

  private static final long PATIENCE_NANOS = 5_000_000_000L;
  private static final long PAUSE_NANOS = 10_000;

  private final List<FileDescriptor> owned = new ArrayList<>();
  private final Arena arena = Arena.ofShared();
  private final boolean packed;
  private final long features;
  private final FileDescriptor file;
  private final DriverQueue receive;
  private final DriverQueue transmit;
  private final int[] kicks = new int[2];
  private final MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1L);
  private final MemorySegment frame = arena.allocate(BUFFER, Long.BYTES);

  RehearsedGuest(boolean packed) {
    this.packed = packed;
    features =
        1L << VIRTIO_F_VERSION_1
            | 1L << DeviceFeature.PROTOCOL_FEATURES
            | (packed ? 1L << VIRTIO_F_RING_PACKED : 0);
    file =
        own(
            FileDescriptor.check(
                Memory.memfdCreate("fastvif-rehearsal", MFD_CLOEXEC), "memfd_create"));
    SystemCallException.check(FileIo.ftruncate(file.value(), MEMORY), "ftruncate");
    long memory =
        Memory.map(arena, MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, file.value(), 0).address();
    receive = driver(memory);
    transmit = driver(memory + RING_STEP);
    for (int i = 0; i < RING; i++) {
      receive.add(GUEST + BUFFERS + (long) i * BUFFER, BUFFER, true);
    }
    receive.publish();
  }

  private DriverQueue driver(long at) {
    return DriverQueue.create(RING, features, at, at + DRIVER_AREA, at + DEVICE_AREA);
  }

  /** What was negotiated. */
  long features() {
    return features;
  }

  /** Where its rings begin. */
  int[] bases() {
    int base = packed ? PACKED_BASE : 0;
    return new int[] {base, base};
  }

  /** Writes its device, as {@link io.fastvif.vhostuser.session.BackendHandOver#save} would. */
  void write(HandOverWriter writer) {
    int[] frontend = pair(SOCK_STREAM);
    own(FileDescriptor.of(frontend[0]));
    own(FileDescriptor.of(frontend[1]));
    writer.flag(false).text("/nobody").number(1); // it would connect there, had it no session
    writer.flag(true).descriptor(frontend[0]).bytes(new byte[0]).number(0);
    writer.number(2).number(features).flag(true).number(0L).number(0);
    writer.number(1).number(GUEST).number(MEMORY).number(USER).number(0L).number(1);
    writer.descriptor(file.value());
    writer.flag(false).flag(false).descriptor(-1).descriptor(-1);
    for (int i = 0; i < 2; i++) {
      long ring = USER + i * RING_STEP;
      kicks[i] = signal();
      writer.number(RING).flag(true).flag(true).number(0).number(ring);
      writer.number(ring + DEVICE_AREA).number(ring + DRIVER_AREA).number(0L);
      writer.flag(true).flag(true).flag(true).flag(true).flag(false);
      writer.number(bases()[i]);
      writer.descriptor(kicks[i]).descriptor(signal()).descriptor(-1);
    }
  }

  /**
   * Sends frames, and gets as many, while its device runs.
   *
   * @param wire the other end of the socket that is in its tap's place
   */
  void exchange(int wire, int bursts) {
    for (int i = 0; i < bursts; i++) {
      send(wire);
      receive(wire);
    }
  }

  private void send(int wire) {
    for (int i = 0; i < RING; i++) {
      transmit.add(GUEST + RING_STEP + BUFFERS + (long) i * BUFFER, LENGTH, false);
    }
    if (transmit.publish()) {
      kick(1);
    }
    int arrived = 0;
    int used = 0;
    for (long end = System.nanoTime() + PATIENCE_NANOS; arrived < RING || used < RING; ) {
      boolean isEarly = true;
      if (Sockets.recv(wire, frame, BUFFER, MSG_DONTWAIT) == LENGTH) {
        arrived++;
        isEarly = false;
      }
      if (transmit.poll() != DriverQueue.NONE) {
        used++;
        isEarly = false;
      }
      pause(isEarly, end);
    }
  }

  private void receive(int wire) {
    frame.fill((byte) 0);
    for (int i = 0; i < RING; i++) {
      SystemCallException.check(
          Sockets.send(wire, frame, LENGTH, MSG_NOSIGNAL), "send", "rehearsed frame");
    }
    int arrived = 0;
    for (long end = System.nanoTime() + PATIENCE_NANOS; arrived < RING; ) {
      boolean isEarly = receive.poll() == DriverQueue.NONE;
      arrived += isEarly ? 0 : 1;
      pause(isEarly, end);
    }
    for (int i = 0; i < RING; i++) {
      receive.add(GUEST + BUFFERS + (long) i * BUFFER, BUFFER, true);
    }
    if (receive.publish()) {
      kick(0);
    }
  }

  private static void pause(boolean isEarly, long end) {
    if (isEarly) {
      if (System.nanoTime() - end > 0) {
        throw new HandOverException("the rehearsal's frames do not arrive");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private void kick(int ring) {
    FileIo.write(kicks[ring], one, Long.BYTES);
  }

  private int signal() {
    return own(FileDescriptor.check(Polling.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd"))
        .value();
  }

  private FileDescriptor own(FileDescriptor descriptor) {
    owned.add(descriptor);
    return descriptor;
  }

  /** Two connected sockets that do not wait. */
  static int[] pair(int type) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(2L * Integer.BYTES, Integer.BYTES);
      SystemCallException.check(
          Sockets.socketpair(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), "socketpair");
      return ends.toArray(ValueLayout.JAVA_INT);
    }
  }

  @Override
  public void close() {
    owned.forEach(FileDescriptor::close);
    arena.close();
  }
}
