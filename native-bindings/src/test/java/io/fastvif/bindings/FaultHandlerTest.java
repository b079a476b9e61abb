package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The handler's bytes against the listings of its description, as gcc's assembler reads them. */
class FaultHandlerTest {
  private static final long TABLE = 0x1122334455667788L;
  private static final long FORMER = 0x7766554433221100L;

  @Test
  void bytesAreTheListingsOnX86() throws Exception {
    String listing =
        """
        .intel_syntax noprefix
        mov r8, [rsi + 16]
        movabs r9, 0x1122334455667788
        mov r10d, 4096
        1: mov rax, r8
        sub rax, [r9]
        cmp rax, [r9 + 8]
        jb 2f
        add r9, 32
        dec r10d
        jnz 1b
        3: movabs rax, 0x7766554433221100
        jmp rax
        2: push rdi
        push rsi
        push rdx
        push r9
        mov rdi, [r9]
        mov rsi, [r9 + 8]
        mov edx, 3
        mov r10d, 0x4032
        mov r8, -1
        xor r9d, r9d
        mov eax, 9
        syscall
        pop r9
        pop rdx
        pop rsi
        pop rdi
        cmp rax, [r9]
        jne 3b
        lock inc qword ptr [r9 + 16]
        ret
        .att_syntax
        """;
    check(Gcc.Target.X86_64, listing, FaultHandler.X86_64);
  }

  @Test
  void bytesAreTheListingsOnAarch64() throws Exception {
    String listing =
        """
        ldr x8, [x1, #16]
        ldr x9, 5f
        mov w10, #4096
        1: add x11, x9, #8
        ldar x12, [x11]
        ldr x13, [x9]
        sub x13, x8, x13
        cmp x13, x12
        b.lo 2f
        add x9, x9, #32
        subs w10, w10, #1
        b.ne 1b
        3: ldr x16, 6f
        br x16
        2: mov x13, x0
        mov x14, x1
        mov x15, x2
        ldr x0, [x9]
        ldr x1, [x9, #8]
        mov w2, #3
        mov w3, #0x4032
        mov x4, #-1
        mov x5, #0
        mov x8, #222
        svc #0
        ldr x10, [x9]
        cmp x0, x10
        mov x0, x13
        mov x1, x14
        mov x2, x15
        b.ne 3b
        add x10, x9, #16
        4: ldxr x11, [x10]
        add x11, x11, #1
        stxr w12, x11, [x10]
        cbnz w12, 4b
        ret
        nop
        5: .quad 0x1122334455667788
        6: .quad 0x7766554433221100
        """;
    check(Gcc.Target.AARCH64, listing, FaultHandler.AARCH64);
  }

  private static void check(Gcc.Target target, String listing, FaultHandler handler)
      throws Exception {
    String program =
        "#include <stdio.h>\n"
            + "asm(\".globl begin, end\\n.balign 8\\nbegin:\\n"
            + listing.replace("\n", "\\n")
            + "end:\\n\");\n"
            + "extern unsigned char begin[], end[];\n"
            + "int main() {\n"
            + "  for (unsigned char *p = begin; p < end; p++) printf(\"%02x\", *p);\n"
            + "  return 0;\n}\n";
    assertEquals(
        Gcc.run(target, program).getFirst(), HexFormat.of().formatHex(handler.code(TABLE, FORMER)));
  }
}
