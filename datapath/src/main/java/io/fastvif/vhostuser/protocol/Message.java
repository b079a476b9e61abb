package io.fastvif.vhostuser.protocol;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.fastvif.vhostuser.memory.MemoryRegion;
import io.fastvif.vhostuser.protocol.ProtocolException.Fault;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A message codec over one reused segment. One thread at a time may use it.
 *
 * <pre>
 *  0         4         8         12
 * +---------+---------+---------+----------------
 * | request | flags   | size    | payload
 * +---------+---------+---------+----------------
 * </pre>
 *
 * Of the flags, bits 0 and 1 are the version, bit 2 marks a reply and bit 3 asks for an
 * acknowledgement. The size is the payload's.
 */
public final class Message {
  /** Bytes of the header. */
  public static final int HEADER_SIZE = 12;

  /** Bytes of the longest message, header included. */
  public static final int MAX_SIZE = HEADER_SIZE + Payload.MAX_SIZE;

  /** The most file descriptors that any message carries. */
  public static final int MAX_DESCRIPTORS = 8;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.nativeOrder());
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.nativeOrder());
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.nativeOrder());

  private static final int REQUEST_OFFSET = 0;
  private static final int FLAGS_OFFSET = 4;
  private static final int SIZE_OFFSET = 8;
  private static final int VERSION = 1;
  private static final int VERSION_MASK = 3;
  private static final int REPLY_FLAG = 1 << 2;
  private static final int NEED_REPLY_FLAG = 1 << 3;
  private static final int REGIONS_OFFSET = HEADER_SIZE + 8;
  private static final int REGION_SIZE = 32;

  private final MemorySegment segment;

  /**
   * Allocates the segment of a message.
   *
   * @param arena how long it lives
   */
  public Message(Arena arena) {
    segment = arena.allocate(MAX_SIZE, Long.BYTES);
  }

  /**
   * The message's bytes, for sockets.
   *
   * @return the whole segment, of which {@link #length} bytes are the message
   */
  public MemorySegment segment() {
    return segment;
  }

  /**
   * Header and payload.
   *
   * @return bytes
   */
  public int length() {
    return HEADER_SIZE + size();
  }

  /**
   * The request's number.
   *
   * @return the header's first field
   */
  public int request() {
    return segment.get(INT, REQUEST_OFFSET);
  }

  /**
   * The payload's bytes.
   *
   * @return the header's last field
   */
  public int size() {
    return segment.get(INT, SIZE_OFFSET);
  }

  /**
   * Returns whether the reply flag is set.
   *
   * @return true for replies and acknowledgements
   */
  public boolean isReply() {
    return (flags() & REPLY_FLAG) != 0;
  }

  /**
   * Returns whether the need_reply flag is set.
   *
   * @return true if an acknowledgement is asked for
   */
  public boolean needsReply() {
    return (flags() & NEED_REPLY_FLAG) != 0;
  }

  private int flags() {
    return segment.get(INT, FLAGS_OFFSET);
  }

  /**
   * Checks the version.
   *
   * @throws ProtocolException if it is unknown
   */
  public void checkVersion() {
    if ((flags() & VERSION_MASK) != VERSION) {
      throw new ProtocolException(
          Fault.BAD_HEADER, String.format("flags 0x%x are of no known version", flags()));
    }
  }

  /**
   * Checks the payload's size.
   *
   * @param form the expected payload
   * @param name the request's
   * @throws ProtocolException if it is longer or shorter
   */
  public void checkSize(Payload form, String name) {
    if (!form.allows(size()) || size() > Payload.MAX_SIZE) {
      throw new ProtocolException(
          Fault.BAD_SIZE,
          String.format(
              "%s with %d bytes, not %d to %d",
              name, Integer.toUnsignedLong(size()), form.minSize(), form.maxSize()));
    }
  }

  /**
   * Starts a request without payload.
   *
   * @param id its number
   * @param acknowledge whether to ask for an acknowledgement
   */
  public void beginRequest(int id, boolean acknowledge) {
    begin(id, VERSION | (acknowledge ? NEED_REPLY_FLAG : 0));
  }

  /**
   * Starts a reply or an acknowledgement without payload.
   *
   * @param id the request's number
   */
  public void beginReply(int id) {
    begin(id, VERSION | REPLY_FLAG);
  }

  private void begin(int id, int flags) {
    segment.set(INT, REQUEST_OFFSET, id);
    segment.set(INT, FLAGS_OFFSET, flags);
    segment.set(INT, SIZE_OFFSET, 0);
  }

  /**
   * Decodes a {@link Payload#U64}.
   *
   * @return the payload
   */
  public long u64() {
    return segment.get(LONG, HEADER_SIZE);
  }

  /**
   * Encodes a {@link Payload#U64} as the payload.
   *
   * @param value the number
   */
  public void putU64(long value) {
    segment.set(LONG, HEADER_SIZE, value);
    segment.set(INT, SIZE_OFFSET, Long.BYTES);
  }

  /**
   * Decodes the index of a {@link Payload#RING_STATE}.
   *
   * @return the ring's number
   */
  public int ringIndex() {
    return segment.get(INT, HEADER_SIZE);
  }

  /**
   * Decodes the number of a {@link Payload#RING_STATE}.
   *
   * @return the number, whose meaning depends on the request
   */
  public int ringNumber() {
    return segment.get(INT, HEADER_SIZE + 4);
  }

  /**
   * Encodes a {@link Payload#RING_STATE} as the payload.
   *
   * @param index the ring's number
   * @param number the number, whose meaning depends on the request
   */
  public void putRingState(int index, int number) {
    segment.set(INT, HEADER_SIZE, index);
    segment.set(INT, HEADER_SIZE + 4, number);
    segment.set(INT, SIZE_OFFSET, 8);
  }

  /**
   * Decodes a {@link Payload#RING_ADDRESSES}.
   *
   * @return the payload
   */
  public RingAddresses ringAddresses() {
    return new RingAddresses(
        segment.get(INT, HEADER_SIZE),
        segment.get(INT, HEADER_SIZE + 4),
        segment.get(LONG, HEADER_SIZE + 8),
        segment.get(LONG, HEADER_SIZE + 16),
        segment.get(LONG, HEADER_SIZE + 24),
        segment.get(LONG, HEADER_SIZE + 32));
  }

  /**
   * Encodes a {@link Payload#RING_ADDRESSES} as the payload.
   *
   * @param addresses the payload
   */
  public void putRingAddresses(RingAddresses addresses) {
    segment.set(INT, HEADER_SIZE, addresses.index());
    segment.set(INT, HEADER_SIZE + 4, addresses.flags());
    segment.set(LONG, HEADER_SIZE + 8, addresses.descriptors());
    segment.set(LONG, HEADER_SIZE + 16, addresses.used());
    segment.set(LONG, HEADER_SIZE + 24, addresses.available());
    segment.set(LONG, HEADER_SIZE + 32, addresses.log());
    segment.set(INT, SIZE_OFFSET, Payload.RING_ADDRESSES.maxSize());
  }

  /**
   * Decodes a {@link Payload#REGIONS}.
   *
   * @return up to eight regions
   * @throws ProtocolException if there are more, or the payload is too short for them
   */
  public List<MemoryRegion> regions() {
    int count = segment.get(INT, HEADER_SIZE);
    if (count < 0
        || count > MAX_DESCRIPTORS
        || size() < REGIONS_OFFSET - HEADER_SIZE + count * REGION_SIZE) {
      throw new ProtocolException(
          Fault.BAD_VALUE,
          Integer.toUnsignedLong(count) + " memory regions in " + size() + " bytes");
    }
    List<MemoryRegion> regions = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      regions.add(regionAt(REGIONS_OFFSET + (long) i * REGION_SIZE));
    }
    return regions;
  }

  /**
   * Encodes a {@link Payload#REGIONS} as the payload.
   *
   * @param regions at most eight
   */
  public void putRegions(List<MemoryRegion> regions) {
    segment.set(INT, HEADER_SIZE, regions.size());
    segment.set(INT, HEADER_SIZE + 4, 0);
    for (int i = 0; i < regions.size(); i++) {
      putRegionAt(REGIONS_OFFSET + (long) i * REGION_SIZE, regions.get(i));
    }
    segment.set(INT, SIZE_OFFSET, REGIONS_OFFSET - HEADER_SIZE + regions.size() * REGION_SIZE);
  }

  /**
   * Decodes a {@link Payload#ONE_REGION}.
   *
   * @return the region
   */
  public MemoryRegion region() {
    return regionAt(REGIONS_OFFSET);
  }

  /**
   * Encodes a {@link Payload#ONE_REGION} as the payload.
   *
   * @param region the region
   */
  public void putRegion(MemoryRegion region) {
    segment.set(LONG, HEADER_SIZE, 0);
    putRegionAt(REGIONS_OFFSET, region);
    segment.set(INT, SIZE_OFFSET, Payload.ONE_REGION.maxSize());
  }

  private MemoryRegion regionAt(long offset) {
    return new MemoryRegion(
        segment.get(LONG, offset),
        segment.get(LONG, offset + 8),
        segment.get(LONG, offset + 16),
        segment.get(LONG, offset + 24));
  }

  private void putRegionAt(long offset, MemoryRegion region) {
    segment.set(LONG, offset, region.guestAddress());
    segment.set(LONG, offset + 8, region.size());
    segment.set(LONG, offset + 16, region.userAddress());
    segment.set(LONG, offset + 24, region.mmapOffset());
  }

  /**
   * Decodes the size of a {@link Payload#LOG}.
   *
   * @return the log's bytes
   */
  public long logSize() {
    return segment.get(LONG, HEADER_SIZE);
  }

  /**
   * Decodes the offset of a {@link Payload#LOG}.
   *
   * @return where the log begins in its file
   */
  public long logOffset() {
    return segment.get(LONG, HEADER_SIZE + 8);
  }

  /**
   * Encodes a {@link Payload#LOG} as the payload.
   *
   * @param size the log's bytes
   * @param offset where the log begins in its file
   */
  public void putLog(long size, long offset) {
    segment.set(LONG, HEADER_SIZE, size);
    segment.set(LONG, HEADER_SIZE + 8, offset);
    segment.set(INT, SIZE_OFFSET, Payload.LOG.maxSize());
  }

  /**
   * Decodes a {@link Payload#INFLIGHT}.
   *
   * @return the payload
   */
  public InflightDescription inflight() {
    return new InflightDescription(
        segment.get(LONG, HEADER_SIZE),
        segment.get(LONG, HEADER_SIZE + 8),
        Short.toUnsignedInt(segment.get(SHORT, HEADER_SIZE + 16)),
        Short.toUnsignedInt(segment.get(SHORT, HEADER_SIZE + 18)));
  }

  /**
   * Encodes a {@link Payload#INFLIGHT} as the payload, with the structure's padding.
   *
   * @param area the payload
   */
  public void putInflight(InflightDescription area) {
    segment.set(LONG, HEADER_SIZE, area.size());
    segment.set(LONG, HEADER_SIZE + 8, area.offset());
    segment.set(SHORT, HEADER_SIZE + 16, (short) area.queues());
    segment.set(SHORT, HEADER_SIZE + 18, (short) area.queueSize());
    segment.set(INT, HEADER_SIZE + 20, 0);
    segment.set(INT, SIZE_OFFSET, Payload.INFLIGHT.maxSize());
  }

  /**
   * The first six bytes of a {@link Payload#U64}: SEND_RARP's address.
   *
   * @return six bytes
   */
  public byte[] hardwareAddress() {
    return segment.asSlice(HEADER_SIZE, 6).toArray(JAVA_BYTE);
  }
}
