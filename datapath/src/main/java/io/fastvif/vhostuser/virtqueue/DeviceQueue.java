package io.fastvif.vhostuser.virtqueue;

import io.fastvif.bindings.FileIo;
import io.fastvif.vhostuser.memory.DirtyLog;
import io.fastvif.vhostuser.memory.GuestMemoryView;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The device's side of a virtqueue. One thread uses it. Buffers are used in order.
 *
 * <p>Nothing that the guest does makes a method throw, and nothing allocates until a ring is found
 * broken.
 */
public abstract sealed class DeviceQueue permits SplitDeviceQueue, PackedDeviceQueue {
  /** Returned by {@link #peek} once the guest has broken a rule. */
  public static final int BROKEN = -1;

  /** No eventfd: nobody is to be called. */
  public static final int NO_DESCRIPTOR = -1;

  static final int DESC_NEXT = 1;
  static final int DESC_WRITE = 2;
  static final int DESC_INDIRECT = 4;
  static final int DESC_SIZE = 16;

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
   * Switches to the newest memory; call it before each {@link #peek}. Buffers peeked at before are
   * invalid afterwards.
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
   * Reads the next available buffers, from the first that is not completed. They stay in the ring:
   * another peek reads them again.
   *
   * @param burst is cleared and filled
   * @param max the most buffers to read
   * @return how many, or {@link #BROKEN}
   */
  public abstract int peek(BufferBurst burst, int max);

  /**
   * Returns buffers to the driver as used, publishes them and calls the driver if it asked for
   * that.
   *
   * @param burst as filled by the last {@link #peek}, with the bytes written to each buffer set
   * @param n how many buffers, from the burst's first on
   */
  public abstract void complete(BufferBurst burst, int n);

  /**
   * Copies frames straight into the next buffers and returns these as used, as {@link #peek},
   * {@link BufferBurst#copyFrames} and {@link #complete} do together: what lies in the ring is read
   * once and checked before anything is written by it. It ends before the first frame or buffer
   * that needs more care, which those three then look at, and is not there for each layout of
   * rings.
   *
   * @param frames has the frames, each behind a header
   * @param most how many to copy, at most what there are
   * @param skip bytes of the headers there, at least 2
   * @param empty whether only frames are copied whose headers begin with two zeros
   * @param least bytes of the shortest frame, at least 2
   * @param header bytes of the headers here, 10 to 12
   * @param end the last two bytes of a header of 12
   * @return how many were delivered; buffers peeked at before are invalid afterwards
   */
  public int deliver(
      BufferBurst frames, int most, int skip, boolean empty, int least, int header, int end) {
    return 0;
  }

  /**
   * Stops the queue. Returns where the ring would go on, as GET_VRING_BASE reports it: the first
   * buffer that is not completed. The queue must not be used afterwards.
   */
  public abstract int stop();

  /**
   * Asks the driver to kick when it adds buffers beyond those that {@link #peek} has returned.
   *
   * @return whether there are some already; they may not be kicked for
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

  /** Returns why the ring is broken, or null. */
  public String failure() {
    return failure;
  }

  /** How many times the driver was called. */
  public long calls() {
    return calls;
  }

  /**
   * Sets the descriptor by which the driver is called, and calls it once by a new one. Whether the
   * last call by the former descriptor was heard is unknown: a hypervisor changes it to mask and
   * unmask a guest's interrupts and to stop and continue the guest, and an earlier backend may have
   * been killed before it called. A superfluous call makes the driver look at its ring once; a
   * missing one may stop it for good, because with event indices the place where it asked for a
   * call has been passed.
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
   * Starts or stops logging writes.
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
      logRing();
    }
  }

  /** Notes all that the device writes of the ring itself. */
  abstract void logRing();

  /** Calls the driver, whether or not it asked for that. */
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

  /** A buffer that lies across regions: legal if one follows the other. */
  private boolean appendPieces(BufferBurst burst, long guestAddress, int length) {
    long from = guestAddress;
    int left = length;
    long start = guestAddress;
    int pending = 0;
    long host = 0;
    while (left > 0) {
      int piece = (int) Math.min(left, memory.contiguous(from));
      long address = piece == 0 ? 0 : memory.translate(from, piece);
      if (address == 0) {
        return outside(guestAddress, length);
      }
      if (pending > 0 && address != host + pending) {
        if (!burst.segment(host, start, pending)) {
          return tooLong();
        }
        pending = 0;
      }
      if (pending == 0) {
        host = address;
        start = from;
      }
      pending += piece;
      left -= piece;
      from += piece;
      if (from == 0 && left > 0) {
        return outside(guestAddress, length);
      }
    }
    return burst.segment(host, start, pending) || tooLong();
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
