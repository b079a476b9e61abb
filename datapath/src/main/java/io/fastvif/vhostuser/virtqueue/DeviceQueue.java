package io.fastvif.vhostuser.virtqueue;

import io.fastvif.bindings.FileIo;
import io.fastvif.vhostuser.memory.DirtyLog;
import io.fastvif.vhostuser.memory.GuestMemoryView;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A virtqueue as its device sees it. One thread uses it. Buffers are used in order.
 *
 * <p>Nothing here throws on account of what the guest does, and nothing allocates until a ring is
 * found broken.
 */
public abstract sealed class DeviceQueue permits SplitDeviceQueue, PackedDeviceQueue {
  /** What {@link #peek} returns once a rule was broken. */
  public static final int BROKEN = -1;

  /** No eventfd: nobody is to be called. */
  public static final int NO_DESCRIPTOR = -1;

  static final int DESC_NEXT = 1;
  static final int DESC_WRITE = 2;
  static final int DESC_INDIRECT = 4;
  static final int DESC_SIZE = 16;

  private static final int PAGE = 4096;

  /** What is written to an eventfd. Never changed, so all threads share it. */
  private static final MemorySegment ONE =
      Arena.global().allocateFrom(ValueLayout.JAVA_LONG, 1L).asReadOnly();

  final int size;
  final boolean deviceWritable;
  final boolean eventIndex;
  final boolean indirectAllowed;
  final boolean inOrder;
  final GuestMemoryView memory;
  long descriptors;
  long driverArea;
  long deviceArea;
  DirtyLog log;

  /**
   * Where the device area lies as the guest counts, for the log; -1 if its writes are not noted.
   */
  long deviceAreaLogged = -1;

  private final RingAreas areas;
  private long descriptorsGuestAddress;
  private int callDescriptor = NO_DESCRIPTOR;
  private String failure;
  private long calls;

  DeviceQueue(RingSetup setup) {
    size = setup.size();
    deviceWritable = setup.deviceWritable();
    eventIndex = setup.has(VirtioFeatures.EVENT_IDX);
    indirectAllowed = setup.has(VirtioFeatures.INDIRECT_DESC);
    inOrder = setup.has(VirtioFeatures.IN_ORDER);
    memory = setup.memory();
    areas = new RingAreas(setup);
    String wrong = locate();
    if (wrong != null) {
      throw new BrokenRingException(wrong);
    }
  }

  private String locate() {
    String wrong = areas.locate();
    descriptors = areas.descriptors();
    driverArea = areas.driverArea();
    deviceArea = areas.deviceArea();
    descriptorsGuestAddress = areas.descriptorsGuestAddress();
    return wrong;
  }

  /**
   * Starts a queue at its base.
   *
   * @param setup the ring; which layout it has is among its features
   * @param inflight the queue's part of the in-flight region, as an address in this process, or 0.
   *     What it says was in flight comes first again
   * @return the queue, asking for no kicks yet
   * @throws BrokenRingException if the ring is not within the guest's memory, or not aligned
   */
  public static DeviceQueue start(RingSetup setup, long inflight) {
    return setup.has(VirtioFeatures.RING_PACKED)
        ? new PackedDeviceQueue(setup, inflight)
        : new SplitDeviceQueue(setup, inflight);
  }

  /**
   * Picks up the newest memory, between two bursts: what was peeked at before is void afterwards.
   * To be called before each {@link #peek}.
   *
   * @return false if the ring is broken: it is not within that memory
   */
  public final boolean refresh() {
    if (memory.refresh()) {
      String wrong = locate();
      if (wrong != null) {
        broken(wrong);
      }
    }
    return failure == null;
  }

  /**
   * Looks at the buffers that are next, from the first that is not completed. They stay in the
   * ring; looking again reads them again.
   *
   * @param burst is emptied and takes them
   * @param max how many at most
   * @return how many, or {@link #BROKEN}
   */
  public abstract int peek(BufferBurst burst, int max);

  /**
   * Gives buffers back to the driver, publishes them and calls it if it wants to be called.
   *
   * @param burst what {@link #peek} filled last, with the bytes written to each noted
   * @param n how many, from its first on
   */
  public abstract void complete(BufferBurst burst, int n);

  /**
   * Where the ring would go on, as GET_VRING_BASE reports it: the first buffer that is not
   * completed. The queue may not be used afterwards.
   */
  public abstract int stop();

  /**
   * Asks the driver for a kick when there are more buffers than {@link #peek} has shown.
   *
   * @return whether there are some already: the kick for those may never come
   */
  public abstract boolean enableKicks();

  /** Asks the driver for no kicks. It may still kick. */
  public abstract void disableKicks();

  /** How many entries it has. */
  public int size() {
    return size;
  }

  /** Whether the device writes into its buffers. */
  public boolean deviceWritable() {
    return deviceWritable;
  }

  /** What the guest did wrong, or null as long as it did nothing wrong. */
  public String failure() {
    return failure;
  }

  /** How many times the driver was called. */
  public long calls() {
    return calls;
  }

  /**
   * Sets what is written to when the driver wants to be called, and calls it once by a new one.
   * Whether somebody heard the last call by the former one is not known: a hypervisor masks and
   * unmasks a guest's interrupts, and stops and continues the guest, by changing it, and whoever
   * used buffers before this process was started may not have come to call. A call too many makes
   * the driver look at its ring; one too few and it never looks again, for with event indices the
   * place where it asked for a call has been passed.
   *
   * @param descriptor an eventfd, not owned, or {@link #NO_DESCRIPTOR}
   */
  public void callDescriptor(int descriptor) {
    if (callDescriptor != descriptor) {
      callDescriptor = descriptor;
      call();
    }
  }

  /**
   * Begins or ends to note writes.
   *
   * @param dirtyLog the log, or null
   * @param deviceAreaGuestAddress where the device area lies as the guest counts (the {@code log}
   *     address of SET_VRING_ADDR), or -1 if writes to it are not to be noted
   */
  public void log(DirtyLog dirtyLog, long deviceAreaGuestAddress) {
    log = dirtyLog;
    deviceAreaLogged = dirtyLog == null ? -1 : deviceAreaGuestAddress;
    if (dirtyLog != null) {
      // What was written before the log came counts as well.
      logDeviceArea(0, deviceBytes());
    }
  }

  abstract long deviceBytes();

  /** Calls the driver, whatever it wants. */
  public void call() {
    if (callDescriptor >= 0) {
      calls++;
      // A counter that is full wakes the driver as well, so EAGAIN is no failure.
      FileIo.write(callDescriptor, ONE, Long.BYTES);
    }
  }

  boolean hasCallDescriptor() {
    return callDescriptor >= 0;
  }

  /** Stops the ring for good. */
  final int broken(String why) {
    if (failure == null) {
      failure = why;
    }
    return BROKEN;
  }

  final boolean isBroken() {
    return failure != null;
  }

  /** Adds what a descriptor names to the burst's current buffer; false if the ring is broken. */
  final boolean append(BufferBurst burst, long guestAddress, int length) {
    if (length == 0) {
      return true;
    }
    if (length < 0) {
      broken("a descriptor of " + Integer.toUnsignedString(length) + " bytes");
      return false;
    }
    long address = memory.translate(guestAddress, length);
    if (address != 0) {
      return burst.segment(address, guestAddress, length) || tooLong();
    }
    return appendPieces(burst, guestAddress, length);
  }

  /** A buffer that lies across regions: legal if one follows the other. Regions end at pages. */
  private boolean appendPieces(BufferBurst burst, long guestAddress, int length) {
    if (guestAddress + length < guestAddress && guestAddress < 0) {
      return outside(guestAddress, length);
    }
    long from = guestAddress;
    long start = guestAddress;
    long end = guestAddress + length;
    long host = 0;
    int pieces = 0;
    while (from != end) {
      long to = Math.min(end, (from | (PAGE - 1)) + 1);
      long address = end < guestAddress ? 0 : memory.translate(from, to - from);
      if (address == 0 || pieces++ > BufferBurst.MAX_SEGMENTS) {
        return outside(guestAddress, length);
      }
      if (host != 0 && address != host + (from - start)) {
        if (!burst.segment(host, start, (int) (from - start))) {
          return tooLong();
        }
        host = 0;
      }
      if (host == 0) {
        host = address;
        start = from;
      }
      from = to;
    }
    return burst.segment(host, start, (int) (end - start)) || tooLong();
  }

  private boolean outside(long guestAddress, int length) {
    broken(
        "a buffer of "
            + length
            + " bytes at 0x"
            + Long.toHexString(guestAddress)
            + " is outside the guest's memory");
    return false;
  }

  private boolean tooLong() {
    broken("a chain of more than " + BufferBurst.MAX_SEGMENTS + " segments");
    return false;
  }

  /** The first address of an indirect table, or 0 if the ring is broken. */
  final long indirectTable(long guestAddress, int length, int flags) {
    if (!indirectAllowed) {
      broken("an indirect descriptor, which was not negotiated");
    } else if ((flags & DESC_NEXT) != 0) {
      broken("an indirect descriptor with a next one");
    } else if (length <= 0 || length % DESC_SIZE != 0) {
      broken("an indirect table of " + Integer.toUnsignedString(length) + " bytes");
    } else {
      long table = memory.translate(guestAddress, length);
      if (table == 0) {
        outside(guestAddress, length);
      }
      return table;
    }
    return 0;
  }

  /** Whether a descriptor's direction is the queue's; if not, the ring is broken. */
  final boolean rightDirection(int flags) {
    if (((flags & DESC_WRITE) != 0) == deviceWritable) {
      return true;
    }
    broken(
        deviceWritable
            ? "a buffer to receive into that the device may not write"
            : "a buffer to send from that the device shall write");
    return false;
  }

  /** Notes what was written into the first buffers of a burst. */
  final void logBuffers(BufferBurst burst, int n) {
    if (!deviceWritable) {
      return;
    }
    for (int i = 0; i < n; i++) {
      int left = burst.written(i);
      for (int s = burst.firstSegment(i); left > 0 && s < burst.endSegment(i); s++) {
        int part = Math.min(left, burst.length(s));
        log.mark(burst.guestAddress(s), part);
        left -= part;
      }
    }
  }

  /** Used descriptors of a packed ring: the frontend names only the device area's address. */
  final void logDescriptorArea(long offset, long length) {
    if (deviceAreaLogged >= 0) {
      log.mark(descriptorsGuestAddress + offset, length);
    }
  }

  final void logDeviceArea(long offset, long length) {
    if (deviceAreaLogged >= 0) {
      log.mark(deviceAreaLogged + offset, length);
    }
  }
}
