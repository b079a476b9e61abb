package io.fastvif.forward;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.lang.foreign.Arena;

/**
 * Finds TCP segments of one flow that follow each other in a burst and may become one frame for a
 * guest that takes such, by the rules of the kernel's inet_gro_receive and tcp_gro_receive: what is
 * cut again has the same segments.
 *
 * <ul>
 *   <li>The Ethernet header with its tags, all of the IP header but length, id and checksum, and
 *       the TCP header with its options (timestamps too) are the same, but for the sequence number,
 *       which follows, and for the last one's PSH and FIN. CWR is the first one's only.
 *   <li>IPv4 ids count up; with DF they may be all the same. There are no IPv4 options, no
 *       fragments, no IPv6 extension headers; neither SYN, RST nor URG.
 *   <li>All carry as much data as the first, the last may carry less. Lengths are exact.
 *   <li>Each one's checksum is right, or is to be completed by who gets it.
 * </ul>
 *
 * <p>Headers are copied before they are judged. What the sender changes later in its data is
 * between it and its receiver.
 */
final class Merger {
  /** Bytes that frames of a burst must have on average: of short ones nothing is won. */
  static final int MIN_AVERAGE = 512;

  private static final int IPV4_HEADER = 20;
  private static final int MAX_PACKET = 65535;
  private static final int DF = 0x4000;
  private static final int FIN = 0x01;
  private static final int PSH = 0x08;
  private static final int ACK = 0x10;
  private static final int ECE = 0x40;
  private static final int CWR = 0x80;

  /** Headers that are copied: tags, IPv6 and TCP with options need 122 bytes. */
  private static final int COPIED = 128;

  private final Arena arena = Arena.ofAuto();
  private final long head = arena.allocate(COPIED, COPIED).address();
  private final long other = arena.allocate(COPIED, COPIED).address();
  private final FrameScratch scratch;
  private final TransportFrame headers = new TransportFrame();
  private final TransportFrame others = new TransportFrame();
  private BufferBurst frames;
  private int end;
  private int skip;
  private long senderFeatures;
  private long features;
  private int count;
  private int size;
  private int data;
  private int lastFlags;

  Merger(FrameScratch scratch) {
    this.scratch = scratch;
  }

  /** Whether a guest takes frames that are merged. */
  static boolean mayMerge(long receiverFeatures) {
    return (receiverFeatures & NetFeatures.MRG_RXBUF) != 0
        && (receiverFeatures & NetFeatures.GUEST_CSUM) != 0
        && (receiverFeatures & (NetFeatures.GUEST_TSO4 | NetFeatures.GUEST_TSO6)) != 0;
  }

  /**
   * Begins with a burst; whether it is worth looking for segments. Few frames are looked at: what
   * is missed by that are short rows of segments among many other frames.
   */
  boolean begin(BufferBurst burst, int n, long ofSender, long ofReceiver) {
    frames = burst;
    end = n;
    senderFeatures = ofSender;
    skip = VirtioNetHeader.length(ofSender);
    features = ofReceiver;
    return mayBeTcp(0) || mayBeTcp(n / 4) || mayBeTcp(n / 2) || mayBeTcp(n * 3 / 4);
  }

  /** The first frame at or after one with which others merge; the burst's end if there is none. */
  int find(int from) {
    for (int i = from; i + 1 < end; i++) {
      long length = frames.total(i);
      if (length >= MIN_AVERAGE && frames.total(i + 1) <= length && mayBeTcp(i) && merge(i) > 1) {
        return i;
      }
    }
    return end;
  }

  /** A look at what is judged later. */
  private boolean mayBeTcp(int i) {
    if (frames.total(i) < MIN_AVERAGE) {
      return false; // it need not have a segment
    }
    int segment = frames.firstSegment(i);
    if (frames.length(segment) < skip + VirtioNetHeader.ETHERNET + IPV4_HEADER) {
      return true;
    }
    long frame = frames.address(segment) + skip;
    int type = TransportFrame.number(frame + 12);
    return switch (type) {
      case ETH_P_IP -> RawMemory.getByte(frame + 23) == IPPROTO_TCP;
      case ETH_P_IPV6 -> RawMemory.getByte(frame + 20) == IPPROTO_TCP;
      default -> type == ETH_P_8021Q || type == ETH_P_8021AD;
    };
  }

  /** Merges what follows a frame with it; how many frames that makes one. */
  private int merge(int i) {
    count = 1;
    if (!look(i, head, headers) || !mayBegin()) {
      return 1;
    }
    size = data(i);
    data = size;
    lastFlags = flags(head, headers);
    int id = TransportFrame.number(head + headers.network() + 4);
    boolean fixed = false;
    for (int j = i + 1; j < end && (lastFlags & (PSH | FIN)) == 0; j++) {
      long more = frames.total(j) - skip - headers.payload();
      if (more <= 0
          || more > size
          || headers.payload() - headers.network() + data + more > MAX_PACKET
          || !look(j, other, others)
          || !follows()) {
        break;
      }
      if (!headers.isV6()) {
        int step = TransportFrame.number(other + others.network() + 4) - id & 0xffff;
        boolean isSame = step == 0 && (fixed || count == 1) && isUnfragmentable();
        if (!isSame && (fixed || step != count)) {
          break;
        }
        fixed = isSame;
      }
      // Last, since all data is read for it.
      if ((count == 1 && !hasRightChecksum(i, headers)) || !hasRightChecksum(j, others)) {
        break;
      }
      count++;
      data += (int) more;
      lastFlags = flags(other, others);
      if (more < size) {
        break;
      }
    }
    if (count > 1) {
      finish();
    }
    return count;
  }

  private boolean isUnfragmentable() {
    return (TransportFrame.number(head + headers.network() + 6) & DF) != 0;
  }

  private static int flags(long at, TransportFrame frame) {
    return RawMemory.getByte(at + frame.transport() + TransportFrame.TCP_FLAGS);
  }

  private int data(int i) {
    return (int) frames.total(i) - skip - headers.payload();
  }

  /** Copies a frame's headers; whether it is whole, sound and TCP without what is seldom. */
  private boolean look(int i, long to, TransportFrame frame) {
    long total = frames.total(i) - skip;
    if (total < VirtioNetHeader.ETHERNET || total > FrameScratch.MAX_FRAME) {
      return false;
    }
    int length = (int) total;
    int copied = Math.min(length, COPIED);
    FrameScratch.gather(frames, i, skip, to, copied);
    if (!frame.look(to, copied) || frame.isUdp()) {
      return false;
    }
    long ip = to + frame.network();
    int header = frame.transport() - frame.network();
    int packet = length - frame.network();
    if (frame.isV6()) {
      if (header != TransportFrame.IPV6_HEADER
          || TransportFrame.number(ip + 4) != packet - TransportFrame.IPV6_HEADER) {
        return false;
      }
    } else if (header != IPV4_HEADER
        || TransportFrame.number(ip + 2) != packet
        || Checksum.fold(Checksum.sum(ip, IPV4_HEADER)) != 0xffff) {
      return false;
    }
    return length > frame.payload();
  }

  /** Whether a frame's checksum is right, or to be completed by who gets it. */
  private boolean hasRightChecksum(int i, TransportFrame frame) {
    int length = (int) frames.total(i) - skip;
    if ((senderFeatures & NetFeatures.SENDER_OFFLOADS) != 0) {
      long header = scratch.gatherHeader(frames, i);
      long first = RawMemory.getLong(header);
      if (VirtioNetHeader.flags(first) != 0 || VirtioNetHeader.isSegmentable(first)) {
        int csumOffset = RawMemory.getShort(header + VirtioNetHeader.CSUM_OFFSET);
        return !VirtioNetHeader.isSegmentable(first)
            && csumOffset == TransportFrame.TCP_CHECKSUM
            && VirtioNetHeader.isSound(first, csumOffset, length, senderFeatures)
            && VirtioNetHeader.csumStart(first) == frame.transport();
      }
    }
    int bytes = length - frame.transport();
    int segment = frames.firstSegment(i);
    long at;
    if (frames.endSegment(i) == segment + 1) {
      at = frames.address(segment) + skip + frame.transport();
    } else {
      at = scratch.gatherFrame(frames, i, skip) + frame.transport();
    }
    return Checksum.fold(frame.pseudoSum(bytes, 0) + Checksum.sum(at, bytes)) == 0xffff;
  }

  /** Whether others may be merged with the frame whose headers are looked at first. */
  private boolean mayBegin() {
    long needed = headers.isV6() ? NetFeatures.GUEST_TSO6 : NetFeatures.GUEST_TSO4;
    int flags = flags(head, headers);
    int allowed = ACK | ECE | ((features & NetFeatures.GUEST_ECN) != 0 ? CWR : 0);
    // Behind the header's length are flags, too.
    int reserved = RawMemory.getByte(head + headers.transport() + 12) & 0xf;
    return (features & needed) != 0
        && reserved == 0
        && (flags & ~allowed) == 0
        && (flags & ACK) != 0;
  }

  /** Whether the headers that were looked at last are of what comes behind. */
  private boolean follows() {
    int network = headers.network();
    int transport = headers.transport();
    if (others.network() != network
        || others.transport() != transport
        || others.payload() != headers.payload()
        || others.isV6() != headers.isV6()) {
      return false;
    }
    boolean isSame;
    if (headers.isV6()) {
      isSame = same(0, network + 4) && same(network + 6, transport);
    } else {
      isSame =
          same(0, network + 2) && same(network + 6, network + 10) && same(network + 12, transport);
    }
    int sequence = TransportFrame.word(other + transport + 4);
    return isSame
        && same(transport, transport + 4)
        && sequence == TransportFrame.word(head + transport + 4) + data
        && same(transport + 8, transport + 13)
        && ((flags(head, headers) & ~CWR) == (flags(other, others) & ~(PSH | FIN)))
        && same(transport + 14, transport + 16)
        && same(transport + 18, headers.payload());
  }

  private boolean same(int from, int to) {
    for (int i = from; i < to; i++) {
      if (RawMemory.getByte(head + i) != RawMemory.getByte(other + i)) {
        return false;
      }
    }
    return true;
  }

  /** Makes the first one's headers those of all. */
  private void finish() {
    long ip = head + headers.network();
    long transport = head + headers.transport();
    int bytes = headers.payload() - headers.transport() + data;
    if (headers.isV6()) {
      TransportFrame.number(ip + 4, bytes);
    } else {
      TransportFrame.number(ip + 2, IPV4_HEADER + bytes);
      RawMemory.putShort(ip + 10, 0);
      RawMemory.putShort(ip + 10, Checksum.complement(Checksum.sum(ip, IPV4_HEADER), false));
    }
    RawMemory.putByte(
        transport + TransportFrame.TCP_FLAGS, flags(head, headers) | (lastFlags & (PSH | FIN)));
    RawMemory.putShort(
        transport + TransportFrame.TCP_CHECKSUM, Checksum.fold(headers.pseudoSum(bytes, 0)));
  }

  /** How many frames of the burst are in the one that was found last. */
  int count() {
    return count;
  }

  /** Where its headers are. */
  long headers() {
    return head;
  }

  /** Their bytes: as many are left out of each frame. */
  int headersLength() {
    return headers.payload();
  }

  /** Its bytes of data. */
  int dataLength() {
    return data;
  }

  /** The first bytes of its virtio-net header. */
  long first() {
    int type = headers.isV6() ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
    int ecn = (flags(head, headers) & CWR) != 0 ? VIRTIO_NET_HDR_GSO_ECN : 0;
    return VirtioNetHeader.segmentable(type | ecn, headers.payload(), size, headers.transport());
  }
}
