package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;

/**
 * The machine code of {@link FaultGuard}'s signal handler. Its arguments are the signal, {@code
 * siginfo_t} and the context. On x86-64 it is this:
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
 *
 * <p>On aarch64 it is this. A length is read before the beginning that it belongs to, and with
 * acquire semantics: the processor may read out of order, where x86-64 does not. A system call
 * changes no register but the first.
 *
 * <pre>
 *      ldr x8, [x1, #16]            ; si_addr
 *      ldr x9, TABLE
 *      mov w10, SLOTS
 *  1:  add x11, x9, #8
 *      ldar x12, [x11]              ; length, 0 if the slot is free
 *      ldr x13, [x9]                ; begin
 *      sub x13, x8, x13
 *      cmp x13, x12
 *      b.lo 2f
 *      add x9, x9, #32
 *      subs w10, w10, #1
 *      b.ne 1b
 *  3:  ldr x16, FORMER_HANDLER
 *      br x16
 *  2:  mov x13, x0
 *      mov x14, x1
 *      mov x15, x2
 *      ldr x0, [x9]
 *      ldr x1, [x9, #8]
 *      mov w2, #3                   ; PROT_READ | PROT_WRITE
 *      mov w3, #0x4032              ; MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_NORESERVE
 *      mov x4, #-1
 *      mov x5, #0
 *      mov x8, #222                 ; mmap
 *      svc #0
 *      ldr x10, [x9]
 *      cmp x0, x10
 *      mov x0, x13
 *      mov x1, x14
 *      mov x2, x15
 *      b.ne 3b
 *      add x10, x9, #16             ; faults
 *  4:  ldxr x11, [x10]
 *      add x11, x11, #1
 *      stxr w12, x11, [x10]
 *      cbnz w12, 4b
 *      ret
 * </pre>
 */
final class FaultHandler {
  /** The first listing, as the GNU assembler translates it; the two addresses are filled in. */
  static final FaultHandler X86_64 =
      new FaultHandler(
          "4c8b4610"
              + "49b9"
              + "0000000000000000" // TABLE
              + "41ba"
              + "00100000" // SLOTS
              + "4c89c0492b01493b410872154983c12041ffca75eb"
              + "48b8"
              + "0000000000000000" // FORMER_HANDLER
              + "ffe0"
              + "5756524151498b39498b7108ba0300000041ba3240000049c7c0ffffffff4531c9b8090000000f05"
              + "41595a5e5f493b0175c2f049ff4110c3",
          6,
          43);

  /** The second one. */
  static final FaultHandler AARCH64 =
      new FaultHandler(
          "280840f9a90400580a0082522b2100916cfddfc82d0140f90d010dcbbf010cebc3000054"
              + "298100914a05007101ffff549003005800021fd6"
              + "ed0300aaee0301aaef0302aa200140f9210540f9620080524306885204008092050080d2"
              + "c81b80d2010000d42a0140f91f000aebe0030daae1030eaae2030faac1fdff54"
              + "2a4100914b7d5fc86b0500914b7d0cc8acffff35c0035fd6"
              + "1f2003d5" // the gap before constants of 64 bits
              + "0000000000000000" // TABLE
              + "0000000000000000", // FORMER_HANDLER
          152,
          160);

  private final String code;
  private final int tableOffset;
  private final int formerOffset;

  private FaultHandler(String code, int tableOffset, int formerOffset) {
    this.code = code;
    this.tableOffset = tableOffset;
    this.formerOffset = formerOffset;
  }

  /** The handler for this machine. */
  static FaultHandler chosen() {
    return Architecture.IS_AARCH64 ? AARCH64 : X86_64;
  }

  /**
   * The code, of {@link FaultGuard#SLOTS} slots.
   *
   * @param table the address of the slots
   * @param former the address of the handler that other faults go to
   */
  byte[] code(long table, long former) {
    byte[] bytes = HexFormat.of().parseHex(code);
    MemorySegment segment = MemorySegment.ofArray(bytes);
    segment.set(JAVA_LONG_UNALIGNED, tableOffset, table);
    segment.set(JAVA_LONG_UNALIGNED, formerOffset, former);
    return bytes;
  }
}
