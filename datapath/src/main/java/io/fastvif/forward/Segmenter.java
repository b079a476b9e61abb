package io.fastvif.forward;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.lang.foreign.Arena;

/**
 * Cuts a frame of TCP or UDP that is to be segmented into frames, as the kernel's tcp_gso_segment
 * and __udp_gso_segment do: each has the headers with a length, a sequence number and an IPv4 id of
 * its own; FIN and PSH are of the last, CWR of the first. What the sender says of lengths in the
 * frame and in hdr_len does not count.
 *
 * <p>The headers are copied and judged once; data is read only where a segment is made. The
 * segments lie in memory of this process, each behind a short virtio-net header.
 */
final class Segmenter {
  /** Segments that are made at once. */
  static final int BATCH = Flow.BURST;

  private static final int HEADER = VirtioNetHeader.SHORT;
  private static final int FIN = 0x01;
  private static final int PSH = 0x08;
  private static final int CWR = 0x80;

  /** The next segment's headers begin at a cache line. */
  private static final int ALIGNMENT = 64;

  private final Arena arena = Arena.ofAuto();
  private final long head = arena.allocate(TransportFrame.MAX_HEADERS, ALIGNMENT).address();
  private final long memory =
      arena
          .allocate(
              FrameScratch.MAX_FRAME
                  + (long) BATCH * (TransportFrame.MAX_HEADERS + HEADER + 2 * ALIGNMENT),
              ALIGNMENT)
          .address();
  private final BufferBurst segments = new BufferBurst(BATCH);
  private final TransportFrame headers = new TransportFrame();
  private BufferBurst frames;
  private int number;
  private int skip;
  private int data;
  private int size;
  private int count;

  /**
   * Looks at a frame.
   *
   * @param burst has it
   * @param i its number there
   * @param before bytes of the virtio-net header before it
   * @param first the first bytes of that header, which is sound
   * @param csumOffset its csum_offset
   * @return false if the frame is not what the header says
   */
  boolean begin(BufferBurst burst, int i, int before, long first, int csumOffset) {
    frames = burst;
    number = i;
    skip = before;
    int length = (int) burst.total(i) - before;
    int copied = Math.min(length, TransportFrame.MAX_HEADERS);
    FrameScratch.gather(burst, i, before, head, copied);
    if (!headers.look(head, copied)
        || headers.transport() != VirtioNetHeader.csumStart(first)
        || headers.checksumOffset() != csumOffset
        || !isOfType(VirtioNetHeader.gsoType(first) & ~VIRTIO_NET_HDR_GSO_ECN)) {
      return false;
    }
    data = length - headers.payload();
    size = VirtioNetHeader.gsoSize(first);
    count = Math.max(1, (data + size - 1) / size);
    return true;
  }

  private boolean isOfType(int type) {
    return switch (type) {
      case VIRTIO_NET_HDR_GSO_TCPV4 -> !headers.isUdp() && !headers.isV6();
      case VIRTIO_NET_HDR_GSO_TCPV6 -> !headers.isUdp() && headers.isV6();
      case VirtioNetHeader.GSO_UDP_L4 -> headers.isUdp();
      default -> false;
    };
  }

  /** How many segments the frame has. */
  int count() {
    return count;
  }

  /** Where the transport header is, in the frame and in each segment. */
  int transport() {
    return headers.transport();
  }

  /**
   * Makes some segments.
   *
   * @param from the first one's number
   * @param unfinished whether the receiver completes their checksums
   * @return how many there are, at most {@link #BATCH}, in {@link #segments}
   */
  int cut(int from, boolean unfinished) {
    segments.clear();
    int made = Math.min(BATCH, count - from);
    long at = memory;
    for (int k = 0; k < made; k++) {
      int length = cut(at + ALIGNMENT, from + k, unfinished);
      segments.add(k, at + ALIGNMENT - HEADER, 0, HEADER + length);
      at += 2 * ALIGNMENT - 1L + length & -ALIGNMENT;
    }
    return made;
  }

  /** The segments that were made last, each behind a header of {@link VirtioNetHeader#SHORT}. */
  BufferBurst segments() {
    return segments;
  }

  /** Where a segment of these begins, without a header. */
  long address(int segment) {
    return segments.address(segment) + HEADER;
  }

  /** Its bytes, without a header. */
  int length(int segment) {
    return segments.length(segment) - HEADER;
  }

  /** Makes a segment; its length. */
  private int cut(long at, int k, boolean unfinished) {
    int begin = k * size;
    int part = Math.min(size, data - begin);
    int length = headers.payload() + part;
    RawMemory.copy(head, at, headers.payload());
    FrameScratch.gather(
        frames, number, skip + headers.payload() + begin, at + headers.payload(), part);
    number(at, k, length);
    long transport = at + headers.transport();
    int bytes = length - headers.transport();
    if (headers.isUdp()) {
      TransportFrame.number(transport + 4, bytes);
    } else {
      TransportFrame.word(transport + 4, TransportFrame.word(transport + 4) + begin);
      int flags = RawMemory.getByte(transport + TransportFrame.TCP_FLAGS);
      flags &= k == 0 ? -1 : ~CWR;
      flags &= k == count - 1 ? -1 : ~(FIN | PSH);
      RawMemory.putByte(transport + TransportFrame.TCP_FLAGS, flags);
    }
    long field = transport + headers.checksumOffset();
    long pseudo = headers.pseudoSum(bytes, data + headers.payload() - headers.transport());
    RawMemory.putShort(field, 0);
    RawMemory.putShort(
        field,
        unfinished
            ? Checksum.fold(pseudo)
            : Checksum.complement(pseudo + Checksum.sum(transport, bytes), headers.isUdp()));
    RawMemory.putLong(
        at - HEADER, unfinished ? VirtioNetHeader.unfinished(headers.transport()) : 0);
    RawMemory.putShort(
        at - HEADER + VirtioNetHeader.CSUM_OFFSET, unfinished ? headers.checksumOffset() : 0);
    return length;
  }

  /** Writes what its IP header says of a segment. */
  private void number(long at, int k, int length) {
    long ip = at + headers.network();
    if (headers.isV6()) {
      TransportFrame.number(ip + 4, length - headers.network() - TransportFrame.IPV6_HEADER);
      return;
    }
    TransportFrame.number(ip + 2, length - headers.network());
    TransportFrame.number(ip + 4, TransportFrame.number(ip + 4) + k);
    RawMemory.putShort(ip + 10, 0);
    int header = headers.transport() - headers.network();
    RawMemory.putShort(ip + 10, Checksum.complement(Checksum.sum(ip, header), false));
  }
}
