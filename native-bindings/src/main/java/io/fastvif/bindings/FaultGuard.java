package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.fastvif.bindings.linux.linux_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.HexFormat;

/**
 * Keeps a mapping of another process's file from ending this one. If that process shrinks the file,
 * an access to a page that is gone raises SIGBUS. HotSpot turns many of these into an {@link
 * InternalError}, at some later place in the thread, but not all: at some of C2's vector
 * instructions, and in intrinsic stubs, the JVM ends.
 *
 * <p>So this puts a signal handler of its own before the JVM's. A fault within a guarded mapping
 * has the handler put private zero pages in the place of the whole mapping, and the access is done
 * again: it succeeds, on zeros that no other process sees. All other faults go to the JVM's handler
 * as before. The handler is machine code, because Java cannot run in a signal handler; what it does
 * is this, for x86-64 (its arguments are the signal, {@code siginfo_t} and the context):
 *
 * <pre>
 *      mov r8, [rsi + 16]           ; si_addr
 *      movabs r9, TABLE
 *      mov r10d, SLOTS
 *  1:  mov rax, r8
 *      sub rax, [r9]                ; begin
 *      cmp rax, [r9 + 8]            ; length, 0 if the slot is free
 *      jb 2f
 *      add r9, 32
 *      dec r10d
 *      jnz 1b
 *  3:  movabs rax, FORMER_HANDLER
 *      jmp rax
 *  2:  push rdi
 *      push rsi
 *      push rdx
 *      push r9
 *      mov rdi, [r9]
 *      mov rsi, [r9 + 8]
 *      mov edx, 3                   ; PROT_READ | PROT_WRITE
 *      mov r10d, 0x4032             ; MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_NORESERVE
 *      mov r8, -1
 *      xor r9d, r9d
 *      mov eax, 9                   ; mmap
 *      syscall
 *      pop r9
 *      pop rdx
 *      pop rsi
 *      pop rdi
 *      cmp rax, [r9]
 *      jne 3b
 *      lock inc qword ptr [r9 + 16] ; faults
 *      ret
 * </pre>
 */
public final class FaultGuard {
  /** Mappings that can be guarded at a time. */
  public static final int SLOTS = 4096;

  private static final int SLOT_SIZE = 32;
  private static final int LENGTH_OFFSET = 8;
  private static final int FAULTS_OFFSET = 16;

  /** The listing above, as the GNU assembler translates it; the three constants are filled in. */
  private static final String CODE =
      "4c8b4610"
          + "49b9"
          + "0000000000000000" // TABLE
          + "41ba"
          + "00000000" // SLOTS
          + "4c89c0492b01493b410872154983c12041ffca75eb"
          + "48b8"
          + "0000000000000000" // FORMER_HANDLER
          + "ffe0"
          + "5756524151498b39498b7108ba0300000041ba3240000049c7c0ffffffff4531c9b8090000000f05"
          + "41595a5e5f493b0175c2f049ff4110c3";

  private static final int TABLE_CONSTANT = 6;
  private static final int SLOTS_CONSTANT = 16;
  private static final int FORMER_CONSTANT = 43;
  private static final int PAGE = 4096;

  // Not among the generated constants: asm/unistd_64.h, asm/signal.h.
  private static final int NR_MPROTECT = 10;
  private static final int NR_RT_SIGACTION = 13;
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
            NR_RT_SIGACTION, SIGBUS, newest.address(), former.address(), SIGNAL_SET_SIZE, 0, 0);
  }

  /** The handler's address, or the negated errno. It is never writable and executable at once. */
  private static long code(MemorySegment slots, long former) {
    byte[] bytes = HexFormat.of().parseHex(CODE);
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
    page.set(JAVA_LONG_UNALIGNED, TABLE_CONSTANT, slots.address());
    page.set(JAVA_INT_UNALIGNED, SLOTS_CONSTANT, SLOTS);
    page.set(JAVA_LONG_UNALIGNED, FORMER_CONSTANT, former);
    int result =
        (int) NativeCall.call(NR_MPROTECT, address, PAGE, linux_h.PROT_READ | linux_h.PROT_EXEC);
    if (result < 0) {
      Memory.munmap(address, PAGE);
      return result;
    }
    return address;
  }

  /** The handler's bytes, for the test that compares them with the listing's translation. */
  static byte[] codeBytes() {
    return HexFormat.of().parseHex(CODE);
  }
}
