package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

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
    MemorySegment state = NativeCall.state();
    try {
      MemorySegment mapped =
          (MemorySegment)
              Mmap.HANDLE.invokeExact(
                  state, MemorySegment.ofAddress(address), length, protection, flags, fd, offset);
      return NativeCall.result(mapped.address(), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Mmap {
    static final MethodHandle HANDLE =
        NativeCall.link(
            "mmap", ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
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
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result(
          (int) Munmap.HANDLE.invokeExact(state, MemorySegment.ofAddress(address), length), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Munmap {
    static final MethodHandle HANDLE = NativeCall.link("munmap", JAVA_INT, ADDRESS, JAVA_LONG);
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

  /** Makes a segment over an address that is usable until {@code arena} is closed. */
  public static MemorySegment segment(long address, long length, Arena arena) {
    return MemorySegment.ofAddress(address).reinterpret(length, arena, null);
  }

  /**
   * Makes a file that lives in memory only: memfd_create(2).
   *
   * @param name shown in {@code /proc/self/fd}, nothing more
   * @param flags {@code MFD_CLOEXEC}, {@code MFD_ALLOW_SEALING}, {@code MFD_HUGETLB}
   * @return the descriptor, or the negated errno
   */
  public static int memfdCreate(String name, int flags) {
    MemorySegment state = NativeCall.state();
    try (Arena arena = Arena.ofConfined()) {
      return NativeCall.result(
          (int) MemfdCreate.HANDLE.invokeExact(state, arena.allocateFrom(name), flags), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class MemfdCreate {
    static final MethodHandle HANDLE = NativeCall.link("memfd_create", JAVA_INT, ADDRESS, JAVA_INT);
  }

  /**
   * Advises the kernel on the use of memory: madvise(2).
   *
   * @param memory begins at a page
   * @param advice an {@code MADV_} constant
   * @return 0, or the negated errno
   */
  public static int madvise(MemorySegment memory, long length, int advice) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result(
          (int) Madvise.HANDLE.invokeExact(state, memory, length, advice), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Madvise {
    static final MethodHandle HANDLE =
        NativeCall.link("madvise", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  }

  /**
   * Keeps memory from being swapped out: mlock(2).
   *
   * @return 0, or the negated errno
   */
  public static int mlock(MemorySegment memory, long length) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((int) Mlock.HANDLE.invokeExact(state, memory, length), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Mlock {
    static final MethodHandle HANDLE = NativeCall.link("mlock", JAVA_INT, ADDRESS, JAVA_LONG);
  }

  /**
   * Undoes {@link #mlock}: munlock(2).
   *
   * @return 0, or the negated errno
   */
  public static int munlock(MemorySegment memory, long length) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((int) Munlock.HANDLE.invokeExact(state, memory, length), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Munlock {
    static final MethodHandle HANDLE = NativeCall.link("munlock", JAVA_INT, ADDRESS, JAVA_LONG);
  }
}
