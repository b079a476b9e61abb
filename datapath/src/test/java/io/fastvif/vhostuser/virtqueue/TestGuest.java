package io.fastvif.vhostuser.virtqueue;

import static io.fastvif.bindings.linux.linux_h.MFD_ALLOW_SEALING;
import static io.fastvif.bindings.linux.linux_h.MFD_CLOEXEC;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Memory;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.vhostuser.memory.Backing;
import io.fastvif.vhostuser.memory.CurrentGuestMemory;
import io.fastvif.vhostuser.memory.GuestMemory;
import io.fastvif.vhostuser.memory.GuestMemoryView;
import io.fastvif.vhostuser.memory.MemoryRegion;
import java.util.ArrayList;
import java.util.List;

/**
 * A guest in this process: memory in two regions that follow each other for the guest, but not in
 * its file, and a heap from which rings and buffers are taken.
 */
public final class TestGuest implements AutoCloseable {
  /** Where the guest sees its memory. */
  public static final long GUEST_BASE = 0x4000_0000L;

  /** Where the frontend sees it. */
  public static final long USER_BASE = 0x7f00_0000_0000L;

  /** A page between the regions' parts of the file. */
  private static final long GAP = 4096;

  private final long regionSize;
  private final FileDescriptor file;
  private final CurrentGuestMemory memory = new CurrentGuestMemory();
  private final List<GuestMemoryView> views = new ArrayList<>();
  private long taken;

  /**
   * Makes a guest.
   *
   * @param regionSize bytes of each of its two regions, a multiple of 4,096
   */
  public TestGuest(long regionSize) {
    this(regionSize, 0);
  }

  /**
   * Makes one whose memory's file cannot become shorter once a backend has it, as QEMU's
   * memory-backend-memfd makes it.
   *
   * @param regionSize bytes of each of its two regions, a multiple of 4,096
   */
  public static TestGuest sealable(long regionSize) {
    return new TestGuest(regionSize, MFD_ALLOW_SEALING);
  }

  private TestGuest(long regionSize, int flags) {
    this(
        regionSize,
        FileDescriptor.check(Memory.memfdCreate("guest", MFD_CLOEXEC | flags), "memfd_create"));
    SystemCallException.check(
        FileIo.ftruncate(file.value(), 2 * regionSize + GAP), "ftruncate", file.value());
    map();
  }

  private TestGuest(long regionSize, FileDescriptor file) {
    this.regionSize = regionSize;
    this.file = file;
  }

  /**
   * Maps the memory of a guest in another process, whose heap is another one.
   *
   * @param regionSize as it was made with
   * @param file of its memory, which is closed with this
   */
  static TestGuest ofOther(long regionSize, FileDescriptor file) {
    TestGuest guest = new TestGuest(regionSize, file);
    guest.map();
    return guest;
  }

  private void map() {
    memory.replace(GuestMemory.map(regions(), descriptors(), Backing.ANY_MEMORY));
  }

  /** Its memory as a frontend shares it. */
  public List<MemoryRegion> regions() {
    return List.of(
        new MemoryRegion(GUEST_BASE, regionSize, USER_BASE, 0),
        new MemoryRegion(
            GUEST_BASE + regionSize, regionSize, USER_BASE + regionSize, regionSize + GAP));
  }

  /** The file of each region. */
  public int[] descriptors() {
    return new int[] {file.value(), file.value()};
  }

  /** The end of its memory, as it counts. */
  public long guestEnd() {
    return GUEST_BASE + 2 * regionSize;
  }

  /** Where its two regions meet, as it counts. */
  public long regionBorder() {
    return GUEST_BASE + regionSize;
  }

  /** Its memory as sessions keep it. */
  public CurrentGuestMemory memory() {
    return memory;
  }

  /** A new view of the memory. */
  public GuestMemoryView view() {
    GuestMemoryView view = new GuestMemoryView(memory);
    views.add(view);
    return view;
  }

  /**
   * Takes memory from its heap, which is full of zeros at first.
   *
   * @return the guest's address
   */
  public long allocate(long bytes, long alignment) {
    long at = (taken + alignment - 1) / alignment * alignment;
    if (at < regionSize && at + bytes > regionSize) {
      at = (regionSize + alignment - 1) / alignment * alignment;
    }
    taken = at + bytes;
    if (taken > 2 * regionSize) {
      throw new IllegalStateException("the guest has no more memory");
    }
    return GUEST_BASE + at;
  }

  /** Closes the views that were made; whoever used one must not any more. */
  public void closeViews() {
    views.forEach(GuestMemoryView::close);
    views.clear();
  }

  /** Begins the heap anew; nothing of it may be in use. */
  public void freeAll() {
    taken = 0;
    RawMemory.clear(host(GUEST_BASE), regionSize);
    RawMemory.clear(host(GUEST_BASE + regionSize), regionSize);
  }

  /** Where the guest's address is in this process. */
  public long host(long guestAddress) {
    return memory.get().translate(guestAddress, 1);
  }

  /** The frontend's address for one of the guest's. */
  public static long user(long guestAddress) {
    return guestAddress - GUEST_BASE + USER_BASE;
  }

  /** Takes the memory away behind the device's back. */
  public void shrink() {
    SystemCallException.check(FileIo.ftruncate(file.value(), 0), "ftruncate", file.value());
  }

  /** Makes a ring in the guest's memory. */
  public TestRing ring(int size, long features, boolean deviceWritable) {
    return new TestRing(this, size, features, deviceWritable);
  }

  @Override
  public void close() {
    closeViews();
    memory.close();
    file.close();
  }
}
