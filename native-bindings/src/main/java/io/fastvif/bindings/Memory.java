package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.fastvif.bindings.linux.arch_h;
import io.fastvif.bindings.linux.linux_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * System calls on memory, and the ways from an address to a segment. Each call returns its result,
 * or the negated errno, where it does not say otherwise.
 */
public final class Memory {

  private Memory() {}

  /**
   * Maps memory: mmap(2).
   *
   * @param address a hint, mostly 0
   * @param protection {@code PROT_} constants
   * @param flags {@code MAP_} constants
   * @param fd the file, -1 with {@code MAP_ANONYMOUS}
   * @param offset the place in the file, a multiple of the page size
   * @return the address, or the negated errno: addresses of user space are positive
   */
  public static long mmap(
      long address, long length, int protection, int flags, int fd, long offset) {
    return NativeCall.call(arch_h.__NR_mmap, address, length, protection, flags, fd, offset);
  }

  /**
   * Maps memory for as long as an arena lives, and unmaps it when the arena is closed: mmap(2).
   *
   * @return a segment of {@code length} bytes
   * @throws SystemCallException if the kernel refuses
   */
  public static MemorySegment map(
      Arena arena, long length, int protection, int flags, int fd, long offset) {
    long address = mmap(0, length, protection, flags, fd, offset);
    SystemCallException.check(address, "mmap", length, protection, flags, fd, offset);
    return MemorySegment.ofAddress(address)
        .reinterpret(length, arena, mapped -> munmap(mapped.address(), length));
  }

  /**
   * Unmaps memory: munmap(2). Any later access through a segment over it ends the process.
   *
   * @return 0, or the negated errno
   */
  public static int munmap(long address, long length) {
    return (int) NativeCall.call(arch_h.__NR_munmap, address, length, 0);
  }

  /**
   * Makes a segment over an address, {@link #mmap}'s result for example. Nothing guards it: the
   * memory must stay mapped while the segment is used.
   *
   * @param address where the memory begins
   * @param length its bytes
   */
  public static MemorySegment segment(long address, long length) {
    return MemorySegment.ofAddress(address).reinterpret(length);
  }

  /**
   * Makes a file that lives in memory only: memfd_create(2).
   *
   * @param name shown in {@code /proc/self/fd}, nothing more
   * @param flags {@code MFD_CLOEXEC}, {@code MFD_ALLOW_SEALING}, {@code MFD_HUGETLB}
   * @return the descriptor, or the negated errno
   */
  public static int memfdCreate(String name, int flags) {
    return (int) NativeCall.withPath(arch_h.__NR_memfd_create, name, flags, 0);
  }

  /**
   * Advises the kernel on the use of memory: madvise(2).
   *
   * @param memory begins at a page
   * @param advice an {@code MADV_} constant
   * @return 0, or the negated errno
   */
  public static int madvise(MemorySegment memory, long length, int advice) {
    return (int) NativeCall.pointerFirst(arch_h.__NR_madvise, memory, length, advice);
  }

  /**
   * The bytes of a page of the kernel's: sysconf(3) of _SC_PAGESIZE. 4 KiB on x86-64; kernels for
   * aarch64 are built for 4, 16 or 64 KiB.
   */
  public static int pageSize() {
    return PageSize.BYTES;
  }

  /**
   * Gives the kernel what the C library has kept of freed memory: malloc_trim(3).
   *
   * @return whether there was any
   */
  public static boolean trimHeap() {
    try {
      return (int) MallocTrim.HANDLE.invokeExact(0L) != 0;
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class MallocTrim {
    static final MethodHandle HANDLE = NativeCall.linkPlain("malloc_trim", JAVA_INT, JAVA_LONG);
  }

  private static final class PageSize {
    static final MethodHandle HANDLE = NativeCall.linkPlain("sysconf", JAVA_LONG, JAVA_INT);

    /** Asked once: it stays the same until the next boot. */
    static final int BYTES = read();

    private static int read() {
      try {
        return (int) (long) HANDLE.invokeExact(linux_h._SC_PAGESIZE);
      } catch (Throwable t) {
        throw NativeCall.rethrow(t);
      }
    }
  }
}
