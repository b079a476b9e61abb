package io.fastvif.netlink;

import io.fastvif.bindings.linux.iovec;
import io.fastvif.bindings.linux.mmsghdr;
import io.fastvif.bindings.linux.msghdr;
import io.fastvif.bindings.linux.sockaddr_nl;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What one recvmmsg fills: an array of {@code struct mmsghdr}, each with its buffer and the
 * sender's address. Made once, reused for every call.
 */
final class ReceiveVector {
  private static final long ENTRY_SIZE = mmsghdr.layout().byteSize();
  private static final long HEADER = mmsghdr.msg_hdr$offset();
  private static final long LENGTH = mmsghdr.msg_len$offset();
  private static final long FLAGS = HEADER + msghdr.msg_flags$offset();
  private static final long NAME_LENGTH = HEADER + msghdr.msg_namelen$offset();
  private static final int ADDRESS_SIZE = (int) sockaddr_nl.layout().byteSize();
  private static final long PORT_ID = sockaddr_nl.nl_pid$offset();

  private final MemorySegment entries;
  private final MemorySegment addresses;
  private final MemorySegment buffers;
  private final int count;
  private final int bufferSize;

  ReceiveVector(Arena arena, int count, int bufferSize) {
    this.count = count;
    this.bufferSize = bufferSize;
    entries = arena.allocate(ENTRY_SIZE * count, mmsghdr.layout().byteAlignment());
    addresses = arena.allocate((long) ADDRESS_SIZE * count, Integer.BYTES);
    buffers = arena.allocate((long) bufferSize * count, Long.BYTES);
    MemorySegment vectors =
        arena.allocate(iovec.layout().byteSize() * count, iovec.layout().byteAlignment());
    for (int i = 0; i < count; i++) {
      MemorySegment vector = iovec.asSlice(vectors, i);
      iovec.iov_base(vector, buffers.asSlice((long) i * bufferSize, bufferSize));
      iovec.iov_len(vector, bufferSize);
      MemorySegment header = entries.asSlice(i * ENTRY_SIZE + HEADER, msghdr.layout().byteSize());
      msghdr.msg_name(header, addresses.asSlice((long) i * ADDRESS_SIZE, ADDRESS_SIZE));
      msghdr.msg_namelen(header, ADDRESS_SIZE);
      msghdr.msg_iov(header, vector);
      msghdr.msg_iovlen(header, 1);
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

  /** How long a received datagram is. */
  int length(int i) {
    return entries.get(Wire.INT, i * ENTRY_SIZE + LENGTH);
  }

  /** The size of each buffer. */
  int bufferSize() {
    return bufferSize;
  }

  boolean isFromKernel(int i) {
    return addresses.get(Wire.INT, (long) i * ADDRESS_SIZE + PORT_ID) == 0;
  }

  boolean isTruncated(int i) {
    return (entries.get(Wire.INT, i * ENTRY_SIZE + FLAGS) & NetlinkSocket.TRUNCATED) != 0;
  }

  /** The kernel wrote the real length of the sender's address over the room for it. */
  void rearm(int i) {
    entries.set(Wire.INT, i * ENTRY_SIZE + NAME_LENGTH, ADDRESS_SIZE);
  }
}
