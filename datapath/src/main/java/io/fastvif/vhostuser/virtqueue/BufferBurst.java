package io.fastvif.vhostuser.virtqueue;

import java.util.Arrays;

/**
 * The buffers found by one {@code peek}: the id of each, the ring entries that it takes, and its
 * segments as addresses in this process. Everything was read from the ring once and checked, so
 * later changes by the guest have no effect.
 *
 * <p>Reused by one thread. Accessors are unchecked, for the loops that move frames.
 */
public final class BufferBurst {
  /** Segments that one buffer may have: as many as readv(2) takes, and as QEMU allows. */
  public static final int MAX_SEGMENTS = 1024;

  private final int capacity;
  private final int chainCapacity;
  // Loops over plain bursts use these arrays from local variables: without the checks of accessors.
  final int[] id;
  private final int[] entries;
  private final int[] firstSegment;
  private final long[] total;
  final int[] written;
  final long[] address;
  final long[] guestAddress;
  final int[] length;

  /** The second halves of a packed ring's descriptors, as read. */
  final long[] rest;

  private int count;
  private int segments;

  /**
   * Whether some buffer has other than one segment, or takes other than one entry. If none has,
   * which is the rule, a buffer's number is its segment's, and arrays that say so stay as they are.
   */
  private boolean uneven;

  /**
   * Makes an empty burst.
   *
   * @param capacity how many buffers it takes at most
   */
  public BufferBurst(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("a burst of " + capacity);
    }
    this.capacity = capacity;
    id = new int[capacity];
    entries = new int[capacity];
    firstSegment = new int[capacity + 1];
    total = new long[capacity];
    written = new int[capacity];
    // After the last chain, as many single segments still fit as there can be buffers.
    chainCapacity = capacity * 4;
    int segmentCapacity = chainCapacity + MAX_SEGMENTS + capacity;
    address = new long[segmentCapacity];
    guestAddress = new long[segmentCapacity];
    length = new int[segmentCapacity];
    rest = new long[capacity];
    uneven = true;
    count = capacity;
    clear();
  }

  /** Returns the most buffers that it takes. */
  public int capacity() {
    return capacity;
  }

  /** Returns the number of buffers. */
  public int count() {
    return count;
  }

  /** The id that the driver gave a buffer: its head's index in a split ring. */
  public int id(int buffer) {
    return id[buffer];
  }

  /** How many entries of the ring a buffer takes: more than one in packed rings only. */
  public int entries(int buffer) {
    return entries[buffer];
  }

  /** Bytes of a buffer. */
  public long total(int buffer) {
    return uneven ? total[buffer] : length[buffer];
  }

  /** Bytes of some buffers together, from one up to before another. */
  public long total(int first, int end) {
    long sum = 0;
    if (uneven) {
      for (int i = first; i < end; i++) {
        sum += total[i];
      }
      return sum;
    }
    int[] bytes = length;
    for (int i = first; i < end; i++) {
      sum += bytes[i];
    }
    return sum;
  }

  /** Whether each buffer has one segment, of the same number, and takes one entry of the ring. */
  boolean isPlain() {
    return !uneven;
  }

  /** The number of a buffer's first segment. */
  public int firstSegment(int buffer) {
    return firstSegment[buffer];
  }

  /** The number behind that of a buffer's last segment. */
  public int endSegment(int buffer) {
    return firstSegment[buffer + 1];
  }

  /** Where a segment begins, in this process. */
  public long address(int segment) {
    return address[segment];
  }

  /** Where a segment begins, as the guest counts. */
  public long guestAddress(int segment) {
    return guestAddress[segment];
  }

  /** Bytes of a segment, above 0. */
  public int length(int segment) {
    return length[segment];
  }

  /** Notes how many bytes the device wrote into a buffer, which {@code complete} reports. */
  public void written(int buffer, int bytes) {
    written[buffer] = bytes;
  }

  /** How many bytes the device wrote into a buffer. */
  public int written(int buffer) {
    return written[buffer];
  }

  /**
   * Prefetches: reads a byte of each buffer's first segment, so that all cache lines are fetched
   * from the guest's processor at once instead of one after the other.
   *
   * @param offset which byte; a shorter segment's last one is taken
   * @return their sum, to be stored so that the compiler does not drop the reads
   */
  public int touch(int offset) {
    int sum = 0;
    if (!uneven) {
      long[] at = address;
      int[] bytes = length;
      for (int i = 0, n = count; i < n; i++) {
        sum += RawMemory.getByte(at[i] + Math.min(offset, bytes[i] - 1));
      }
      return sum;
    }
    for (int i = 0; i < count; i++) {
      int segment = firstSegment[i];
      if (segment < firstSegment[i + 1]) {
        sum += RawMemory.getByte(address[segment] + Math.min(offset, length[segment] - 1));
      }
    }
    return sum;
  }

  /**
   * Copies frames of another burst into this one's first buffers, each behind a header of zeros
   * that ends in a number, up to one that needs more care: it or its place has several segments, it
   * is too short or too long, or its own header is not to be left out.
   *
   * @param from has the frames, each behind a header
   * @param most how many to copy, at most what either burst has
   * @param skip bytes of the headers there, at least 2
   * @param empty whether only frames are copied whose headers begin with two zeros
   * @param least bytes of the shortest frame, at least 2
   * @param header bytes of the headers here, 10 to 12
   * @param end the last two bytes of a header of 12
   * @return how many were copied; what was written to each buffer is set
   */
  public int copyFrames(
      BufferBurst from, int most, int skip, boolean empty, int least, int header, int end) {
    if (uneven || from.uneven) {
      return 0;
    }
    long[] source = from.address;
    int[] sourceBytes = from.length;
    long[] target = address;
    int[] room = length;
    int[] filled = written;
    int i = 0;
    for (; i < most; i++) {
      int payload = sourceBytes[i] - skip;
      long begin = source[i];
      long to = target[i];
      if (payload < least
          || payload + header > room[i]
          || (empty && RawMemory.getShort(begin) != 0)) {
        break;
      }
      copyFrame(begin + skip, payload, to, header, end);
      filled[i] = payload + header;
    }
    return i;
  }

  /** Copies one frame behind a header as in {@link #copyFrames}. */
  static void copyFrame(long frame, int bytes, long to, int header, int end) {
    RawMemory.putLong(to, 0);
    // Of a shorter header this is more than there is, and overwritten by the frame.
    RawMemory.putInt(to + 8, end << 16);
    RawMemory.copy(frame, to + header, bytes);
  }

  /** Takes all buffers out. */
  public void clear() {
    if (uneven) {
      for (int i = 0; i < count; i++) {
        entries[i] = 1;
        firstSegment[i] = i;
      }
      firstSegment[count] = count;
      uneven = false;
    }
    count = 0;
    segments = 0;
  }

  /** Says how many plain buffers there are, after their numbers were written to the arrays. */
  void plainCount(int buffers) {
    Arrays.fill(written, count, buffers, 0);
    count = buffers;
    segments = buffers;
  }

  /** Whether another chain may not fit. */
  boolean isFull() {
    return count == capacity || segments > chainCapacity;
  }

  /** Begins a buffer; its segments follow. */
  void begin(int bufferId) {
    if (!uneven) {
      uneven = true;
      for (int i = 0; i < count; i++) {
        total[i] = length[i];
      }
    }
    id[count] = bufferId;
    firstSegment[count] = segments;
  }

  /**
   * Adds a buffer of one segment. The caller makes sure that the burst is not full.
   *
   * @param bufferId its id
   * @param at where it begins, in this process
   * @param guestAt where it begins, as the guest counts
   * @param bytes how long it is, above 0
   */
  public void add(int bufferId, long at, long guestAt, int bytes) {
    int buffer = count;
    int segment = segments;
    id[buffer] = bufferId;
    written[buffer] = 0;
    address[segment] = at;
    guestAddress[segment] = guestAt;
    length[segment] = bytes;
    segments = segment + 1;
    count = buffer + 1;
    if (uneven) {
      entries[buffer] = 1;
      firstSegment[buffer] = segment;
      total[buffer] = bytes;
      firstSegment[buffer + 1] = segment + 1;
    }
  }

  /**
   * Adds a buffer that begins with bytes of this process and goes on with those of a buffer of
   * another burst, without copying these.
   *
   * @param at where its first bytes are
   * @param bytes how many; 0 for none
   * @param from has the others
   * @param buffer which buffer there
   * @param skip how many of that buffer's first bytes are left out
   * @return false if there are more segments than fit; nothing is added then
   */
  public boolean addBehind(long at, int bytes, BufferBurst from, int buffer, int skip) {
    int most = from.endSegment(buffer) - from.firstSegment(buffer) + Math.min(1, bytes);
    if (most > MAX_SEGMENTS || isFull()) {
      return false;
    }
    begin(count);
    if (bytes > 0) {
      segment(at, 0, bytes);
    }
    int left = skip;
    for (int s = from.firstSegment(buffer); s < from.endSegment(buffer); s++) {
      int part = from.length(s) - left;
      if (part > 0) {
        segment(from.address(s) + left, 0, part);
      }
      left = Math.max(0, -part);
    }
    end(count, 1);
    return true;
  }

  /** Adds a segment to the buffer begun; false if it has {@link #MAX_SEGMENTS} already. */
  boolean segment(long at, long guestAt, int bytes) {
    if (segments - firstSegment[count] == MAX_SEGMENTS) {
      return false;
    }
    address[segments] = at;
    guestAddress[segments] = guestAt;
    length[segments] = bytes;
    segments++;
    return true;
  }

  /** Ends the buffer begun. */
  void end(int bufferId, int ringEntries) {
    long sum = 0;
    for (int i = firstSegment[count]; i < segments; i++) {
      sum += length[i];
    }
    id[count] = bufferId;
    entries[count] = ringEntries;
    total[count] = sum;
    written[count] = 0;
    count++;
    firstSegment[count] = segments;
  }
}
