package io.fastvif.benchmarks.vhostuser;

import static io.fastvif.bindings.linux.linux_h.EFD_CLOEXEC;
import static io.fastvif.bindings.linux.linux_h.EFD_NONBLOCK;
import static io.fastvif.bindings.linux.linux_h.MAP_SHARED;
import static io.fastvif.bindings.linux.linux_h.MFD_CLOEXEC;
import static io.fastvif.bindings.linux.linux_h.PROT_READ;
import static io.fastvif.bindings.linux.linux_h.PROT_WRITE;
import static io.fastvif.bindings.linux.linux_h.VIRTIO_NET_F_GUEST_TSO4;
import static io.fastvif.bindings.linux.linux_h.VIRTIO_NET_F_HOST_TSO4;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Memory;
import io.fastvif.bindings.Polling;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.forward.NetFeatures;
import io.fastvif.vhostuser.memory.MemoryRegion;
import io.fastvif.vhostuser.protocol.DeviceFeature;
import io.fastvif.vhostuser.protocol.ProtocolFeature;
import io.fastvif.vhostuser.protocol.RingAddresses;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * A guest's memory with two rings for each queue pair, and fastvif's frontend, which tells a
 * backend of them. Who drives the rings is another matter. The numbers are those of guest-device.h.
 */
final class Guest implements AutoCloseable {
  /** Entries of a ring, all of which are used in a turn. */
  static final int RING_SIZE = 256;

  private static final long BYTES = 2 << 20;
  private static final long GUEST = 0x10_0000;
  private static final long RING_BYTES = 0x8000;
  private static final long DRIVER_AREA = 0x2000;
  private static final long DEVICE_AREA = 0x4000;

  /** Wrap counters of a packed ring's beginning. */
  private static final int FRESH_PACKED = 0x8000_8000;

  private static final long TIMEOUT_MILLIS = 20_000;

  private final Arena arena = Arena.ofShared();
  private final FileDescriptor file;
  private final FileDescriptor event;
  private final long address;
  private VhostUserFrontend frontend;

  /** Of a guest with long frames: LONG_MEMORY. */
  private static final long LONG_BYTES = 64 << 20;

  private static final long OFFLOADS =
      NetFeatures.CSUM
          | NetFeatures.GUEST_CSUM
          | 1L << VIRTIO_NET_F_HOST_TSO4
          | 1L << VIRTIO_NET_F_GUEST_TSO4;

  private final int queuePairs;
  private final boolean hasOffloads;

  /** With one queue pair. */
  Guest() {
    this(1);
  }

  Guest(int queuePairs) {
    this(queuePairs, false);
  }

  /** With one queue pair, and TCP's offloads. */
  static Guest withOffloads() {
    return new Guest(1, true);
  }

  private Guest(int queuePairs, boolean hasOffloads) {
    this.queuePairs = queuePairs;
    this.hasOffloads = hasOffloads;
    file = FileDescriptor.check(Memory.memfdCreate("guest", MFD_CLOEXEC), "memfd_create");
    SystemCallException.check(FileIo.ftruncate(file.value(), bytes()), "ftruncate");
    event = FileDescriptor.check(Polling.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
    address =
        Memory.map(arena, bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, file.value(), 0).address();
  }

  /** The file, for a process that drives the rings. */
  String path() {
    return "/proc/" + ProcessHandle.current().pid() + "/fd/" + file.value();
  }

  /** The event that backends are woken by, as path-guests takes it. */
  String event() {
    return ProcessHandle.current().pid() + ":" + event.value();
  }

  /** What the driver kicks the backend by; the same for all rings. */
  int kick() {
    return event.value();
  }

  private long bytes() {
    return hasOffloads ? LONG_BYTES : queuePairs * BYTES;
  }

  /** Where the memory of a queue pair is in this process. */
  long address(int queuePair) {
    return address + queuePair * BYTES;
  }

  /** Where it is for the guest. */
  static long guestAddress(int queuePair) {
    return GUEST + queuePair * BYTES;
  }

  /** Connects to a listening backend and starts all rings there. */
  void connect(String socket, boolean packed) {
    frontend = VhostUserFrontend.connect(socket, TIMEOUT_MILLIS);
    // As Linux's driver has it, usually with its offloads switched off.
    long wanted =
        VirtioFeatures.VERSION_1
            | NetFeatures.MRG_RXBUF
            | (hasOffloads ? OFFLOADS : 0)
            | (packed ? VirtioFeatures.RING_PACKED : 0)
            | 1L << DeviceFeature.PROTOCOL_FEATURES;
    long features = frontend.getFeatures() & wanted;
    if (features != wanted) {
      throw new IllegalStateException("the backend has only 0x" + Long.toHexString(features));
    }
    frontend.setProtocolFeatures(
        frontend.getProtocolFeatures()
            & ProtocolFeature.bits(ProtocolFeature.REPLY_ACK, ProtocolFeature.MQ));
    frontend.setOwner();
    frontend.setFeatures(features);
    frontend.setMemory(List.of(new MemoryRegion(GUEST, bytes(), GUEST, 0)), file.value());
    int rings = 2 * queuePairs;
    for (int ring = 0; ring < rings; ring++) {
      long place = guestAddress(ring / 2) + ring % 2 * RING_BYTES;
      frontend.setSize(ring, RING_SIZE);
      frontend.setBase(ring, packed ? FRESH_PACKED : 0);
      frontend.setAddresses(
          new RingAddresses(ring, 0, place, place + DEVICE_AREA, place + DRIVER_AREA, 0));
      frontend.setCall(ring, event.value());
      frontend.setKick(ring, event.value());
    }
    for (int ring = 0; ring < rings; ring++) {
      frontend.setEnabled(ring, true);
    }
    // Once this is answered, the rings are started and enabled.
    frontend.getFeatures();
  }

  @Override
  public void close() {
    if (frontend != null) {
      frontend.close();
    }
    arena.close();
    event.close();
    file.close();
  }
}
