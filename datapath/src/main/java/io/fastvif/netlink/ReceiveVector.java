package io.fastvif.netlink;

import io.fastvif.bindings.MessageHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What one recvmmsg fills: an array of {@code struct mmsghdr}, each with its buffer and the
 * sender's address. Made once, reused for every call.
 */
final class ReceiveVector {
  private static final long ENTRY_SIZE = MessageHeader.MULTIPLE_SIZE;

  private final MemorySegment entries;
  private final MemorySegment addresses;
  private final MemorySegment buffers;
  private final int count;
  private final int bufferSize;

  ReceiveVector(Arena arena, int count, int bufferSize) {
    this.count = count;
    this.bufferSize = bufferSize;
    entries = arena.allocate(ENTRY_SIZE * count, MessageHeader.ALIGNMENT);
    addresses = arena.allocate((long) NetlinkAddress.SIZE * count, Integer.BYTES);
    buffers = arena.allocate((long) bufferSize * count, Long.BYTES);
    MemorySegment vectors =
        arena.allocate((long) MessageHeader.VECTOR_SIZE * count, MessageHeader.ALIGNMENT);
    for (int i = 0; i < count; i++) {
      long vector = (long) i * MessageHeader.VECTOR_SIZE;
      MemorySegment buffer = buffers.asSlice((long) i * bufferSize, bufferSize);
      MessageHeader.putVector(vectors, vector, buffer, bufferSize);
      MessageHeader.putOneVector(
          entries, i * ENTRY_SIZE, vectors.asSlice(vector, MessageHeader.VECTOR_SIZE));
      MessageHeader.putName(
          entries,
          i * ENTRY_SIZE,
          addresses.asSlice((long) i * NetlinkAddress.SIZE, NetlinkAddress.SIZE));
    }
  }

  /** The array to pass to recvmmsg. */
  MemorySegment entries() {
    return entries;
  }

  /** How many datagrams fit. */
  int count() {
    return count;
  }

  /** What all the buffers lie in. */
  MemorySegment buffers() {
    return buffers;
  }

  /** Where the buffer of a datagram starts. */
  int offset(int i) {
    return i * bufferSize;
  }

  /** How long a received datagram is; more than {@link #bufferSize} if not all of it was kept. */
  int length(int i) {
    return entries.get(Wire.INT, i * ENTRY_SIZE + MessageHeader.LENGTH_OFFSET);
  }

  /** The size of each buffer. */
  int bufferSize() {
    return bufferSize;
  }

  boolean isFromKernel(int i) {
    return addresses.get(Wire.INT, (long) i * NetlinkAddress.SIZE + NetlinkAddress.PORT_ID_OFFSET)
        == 0;
  }

  /** The kernel wrote the real length of the sender's address over the room for it. */
  void rearm(int i) {
    entries.set(Wire.INT, i * ENTRY_SIZE + MessageHeader.NAME_LENGTH_OFFSET, NetlinkAddress.SIZE);
  }
}
