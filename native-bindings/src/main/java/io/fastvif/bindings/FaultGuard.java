package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.fastvif.bindings.linux.arch_h;
import io.fastvif.bindings.linux.linux_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Keeps a mapping of another process's file from ending this one. If that process shrinks the file,
 * an access to a page that is gone raises SIGBUS. HotSpot turns many of these into an {@link
 * InternalError}, at some later place in the thread, but not all: at some of C2's vector
 * instructions, and in intrinsic stubs, the JVM ends.
 *
 * <p>So this puts a signal handler of its own before the JVM's. A fault within a guarded mapping
 * has the handler put private zero pages in the place of the whole mapping, and the access is done
 * again: it succeeds, on zeros that no other process sees. All other faults go to the JVM's handler
 * as before. The handler is machine code, because Java cannot run in a signal handler: {@link
 * FaultHandler}.
 */
public final class FaultGuard {
  /** Mappings that can be guarded at a time. */
  public static final int SLOTS = 4096;

  private static final int SLOT_SIZE = 32;
  private static final int LENGTH_OFFSET = 8;
  private static final int FAULTS_OFFSET = 16;

  /** Room for the handler, which the kernel rounds up to a page, of 64 KiB at most. */
  private static final int PAGE = 4096;

  // Not among the generated constants: asm/signal.h.
  private static final int SIGBUS = 7;

  /** The kernel's sigaction: handler, flags, restorer and mask, of 64 bits each. */
  private static final int SIGACTION_SIZE = 32;

  private static final int SIGNAL_SET_SIZE = 8;

  /** SIG_DFL and SIG_IGN are 0 and 1. */
  private static final long MIN_HANDLER = 2;

  private static final VarHandle NUMBER = JAVA_LONG.varHandle();

  private static volatile MemorySegment table;

  private FaultGuard() {}

  /**
   * Guards a mapping. The first call installs the handler, for as long as the process lives.
   *
   * @param start the mapping's first byte: of one that was made with mmap as a whole
   * @param length its bytes, a multiple of the file's page size
   * @return the slot, for {@link #hasFaulted} and {@link #release}, or the negated errno: ENOSPC if
   *     {@link #SLOTS} are guarded already; EOPNOTSUPP if the JVM does not handle SIGBUS
   */
  public static synchronized int protect(long start, long length) {
    if (table == null) {
      int result = install();
      if (result < 0) {
        return result;
      }
    }
    for (int slot = 0; slot < SLOTS; slot++) {
      long offset = (long) slot * SLOT_SIZE;
      if (table.get(JAVA_LONG, offset + LENGTH_OFFSET) == 0) {
        table.set(JAVA_LONG, offset, start);
        table.set(JAVA_LONG, offset + FAULTS_OFFSET, 0);
        // Other threads' handlers see a length only with its beginning.
        NUMBER.setRelease(table, offset + LENGTH_OFFSET, length);
        return slot;
      }
    }
    return -Errno.ENOSPC;
  }

  /** Whether the mapping was replaced by zeros, because an access failed. */
  public static boolean hasFaulted(int slot) {
    return (long) NUMBER.getOpaque(guarded(), (long) slot * SLOT_SIZE + FAULTS_OFFSET) != 0;
  }

  /** Ends the guard: to be called before the mapping is unmapped. */
  public static synchronized void release(int slot) {
    NUMBER.setRelease(guarded(), (long) slot * SLOT_SIZE + LENGTH_OFFSET, 0L);
  }

  private static MemorySegment guarded() {
    MemorySegment installed = table;
    if (installed == null) {
      throw new IllegalStateException("nothing is guarded");
    }
    return installed;
  }

  private static int install() {
    MemorySegment slots = Arena.global().allocate((long) SLOTS * SLOT_SIZE, PAGE);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment action = arena.allocate(SIGACTION_SIZE, Long.BYTES);
      int result = signalAction(MemorySegment.NULL, action);
      if (result < 0) {
        return result;
      }
      long former = action.get(JAVA_LONG, 0);
      if (former >= 0 && former < MIN_HANDLER) {
        return -Errno.EOPNOTSUPP;
      }
      long code = code(slots, former);
      if (code < 0) {
        return (int) code;
      }
      // Flags, restorer and mask stay the JVM's.
      action.set(JAVA_LONG, 0, code);
      result = signalAction(action, MemorySegment.NULL);
      if (result < 0) {
        Memory.munmap(code, PAGE);
        return result;
      }
    }
    table = slots;
    return 0;
  }

  private static int signalAction(MemorySegment newest, MemorySegment former) {
    return (int)
        NativeCall.call(
            arch_h.__NR_rt_sigaction,
            SIGBUS,
            newest.address(),
            former.address(),
            SIGNAL_SET_SIZE,
            0,
            0);
  }

  /**
   * The handler's address, or the negated errno. It is never writable and executable at once. Where
   * instructions are cached apart from data (aarch64), the kernel brings the two into accord when a
   * page becomes executable.
   */
  private static long code(MemorySegment slots, long former) {
    byte[] bytes = FaultHandler.chosen().code(slots.address(), former);
    long address =
        Memory.mmap(
            0,
            PAGE,
            linux_h.PROT_READ | linux_h.PROT_WRITE,
            linux_h.MAP_PRIVATE | linux_h.MAP_ANONYMOUS,
            -1,
            0);
    if (address < 0) {
      return address;
    }
    MemorySegment page = Memory.segment(address, PAGE);
    MemorySegment.copy(bytes, 0, page, ValueLayout.JAVA_BYTE, 0, bytes.length);
    int result =
        (int)
            NativeCall.call(
                arch_h.__NR_mprotect, address, PAGE, linux_h.PROT_READ | linux_h.PROT_EXEC);
    if (result < 0) {
      Memory.munmap(address, PAGE);
      return result;
    }
    return address;
  }
}
