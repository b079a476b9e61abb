package io.fastvif.xdp;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.linux.bpf_insn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes a program for the kernel's virtual machine, instruction after instruction.
 *
 * <pre>
 *  0      1            2               4               8
 * +------+-----+-----+---------------+---------------+
 * | code | dst | src | off (16 bits) | imm (32 bits) |
 * +------+-----+-----+---------------+---------------+
 * </pre>
 *
 * @see <a href="https://docs.kernel.org/bpf/standardization/instruction-set.html">BPF instruction
 *     set, linux/bpf.h</a>
 */
final class BpfAssembler {
  /** Bytes of an instruction. */
  static final int LENGTH = 8;

  private static final int REGISTERS = 1;
  private static final int SOURCE_SHIFT = 4;

  private final ByteBuffer program;

  /**
   * @param instructions how many there will be at most; a wide one counts as two
   */
  BpfAssembler(int instructions) {
    program = ByteBuffer.allocate(instructions * LENGTH).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** {@code dst = *(u32 *) (src + offset)}. */
  BpfAssembler loadWord(int dst, int src, int offset) {
    return add(BPF_LDX | BPF_MEM | BPF_W, dst, src, offset, 0);
  }

  /** {@code dst = the map of that descriptor}, in the place of two instructions. */
  BpfAssembler loadMap(int dst, int descriptor) {
    add(BPF_LD | BPF_IMM | BPF_DW, dst, BPF_PSEUDO_MAP_FD, 0, descriptor);
    return add(0, 0, 0, 0, 0);
  }

  /** {@code dst = value}. */
  BpfAssembler move(int dst, int value) {
    return add(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value);
  }

  /** Calls one of the kernel's functions, with r1 to r5 as its arguments; r0 is its result. */
  BpfAssembler call(int function) {
    return add(BPF_JMP | BPF_CALL, 0, 0, 0, function);
  }

  /** Ends the program; r0 is its result. */
  BpfAssembler exit() {
    return add(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
  }

  private BpfAssembler add(int code, int dst, int src, int offset, int immediate) {
    int at = program.position();
    program.put((byte) code);
    program.put(at + REGISTERS, (byte) (src << SOURCE_SHIFT | dst));
    program.putShort(at + (int) bpf_insn.off$offset(), (short) offset);
    program.putInt(at + (int) bpf_insn.imm$offset(), immediate);
    program.position(at + LENGTH);
    return this;
  }

  /** The program's bytes so far. */
  byte[] bytes() {
    byte[] bytes = new byte[program.position()];
    program.get(0, bytes);
    return bytes;
  }
}
