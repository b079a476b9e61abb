package io.fastvif.xdp;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.Memory;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.bindings.linux.xdp_desc;
import io.fastvif.bindings.linux.xdp_mmap_offsets;
import io.fastvif.bindings.linux.xdp_ring_offset;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The four rings of a socket, mapped. */
final class XskRings {
  /** Bytes of an entry of the receive and transmit rings: place, length, options. */
  static final int DESCRIPTOR = (int) xdp_desc.sizeof();

  /** Offset of its length, 32 bits, before the options. */
  static final int LENGTH = (int) xdp_desc.len$offset();

  private static final long FILL = XDP_UMEM_PGOFF_FILL_RING;
  private static final long COMPLETION = XDP_UMEM_PGOFF_COMPLETION_RING;

  /** The header's is an int without a sign. */
  private static final long TRANSMIT = Integer.toUnsignedLong(XDP_PGOFF_TX_RING);

  final ProducerRing fill;
  final ConsumerRing completion;
  final ConsumerRing receive;
  final ProducerRing transmit;

  /**
   * Makes and maps them.
   *
   * @param arena unmaps them
   * @param socket has memory registered, or will share another's
   * @param size entries of each, a power of two
   */
  static XskRings make(Arena arena, int socket, int size) {
    option(socket, XDP_UMEM_FILL_RING, size, "XDP_UMEM_FILL_RING");
    option(socket, XDP_UMEM_COMPLETION_RING, size, "XDP_UMEM_COMPLETION_RING");
    option(socket, XDP_RX_RING, size, "XDP_RX_RING");
    option(socket, XDP_TX_RING, size, "XDP_TX_RING");
    return new XskRings(arena, socket, size);
  }

  /** Maps those that a socket has. */
  XskRings(Arena arena, int socket, int size) {
    MemorySegment offsets = xdp_mmap_offsets.allocate(arena);
    MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) offsets.byteSize());
    SystemCallException.check(
        Sockets.getsockopt(socket, SOL_XDP, XDP_MMAP_OFFSETS, offsets, length),
        "getsockopt",
        "XDP_MMAP_OFFSETS");
    if (length.get(ValueLayout.JAVA_INT, 0) < offsets.byteSize()) {
      // Kernels before 5.4, whose rings have no flags.
      throw new SystemCallException("getsockopt", Errno.EOPNOTSUPP, "XDP_MMAP_OFFSETS");
    }
    MemorySegment fr = xdp_mmap_offsets.fr(offsets);
    MemorySegment cr = xdp_mmap_offsets.cr(offsets);
    MemorySegment rx = xdp_mmap_offsets.rx(offsets);
    MemorySegment tx = xdp_mmap_offsets.tx(offsets);
    fill = new ProducerRing(map(arena, socket, fr, size, Long.BYTES, FILL), size);
    completion = new ConsumerRing(map(arena, socket, cr, size, Long.BYTES, COMPLETION), size);
    receive = new ConsumerRing(map(arena, socket, rx, size, DESCRIPTOR, XDP_PGOFF_RX_RING), size);
    transmit = new ProducerRing(map(arena, socket, tx, size, DESCRIPTOR, TRANSMIT), size);
  }

  /** Goes on where another process has stopped to use them. */
  void goOn() {
    fill.goOn();
    completion.goOn();
    receive.goOn();
    transmit.goOn();
  }

  private static void option(int socket, int name, int size, String optionName) {
    SystemCallException.check(
        Sockets.setsockopt(socket, SOL_XDP, name, size), "setsockopt", optionName, size);
  }

  private static RingMapping map(
      Arena arena, int socket, MemorySegment offset, int size, int entry, long page) {
    long entries = xdp_ring_offset.desc(offset);
    long base =
        Memory.map(
                arena,
                entries + (long) size * entry,
                PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_POPULATE,
                socket,
                page)
            .address();
    return new RingMapping(
        base + xdp_ring_offset.producer(offset),
        base + xdp_ring_offset.consumer(offset),
        base + xdp_ring_offset.flags(offset),
        base + entries);
  }
}
