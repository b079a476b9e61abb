package io.fastvif.netlink;

import io.fastvif.bindings.linux.sock_filter;
import io.fastvif.bindings.linux.sock_fprog;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/**
 * Programs that say which messages a socket receives, of the kernel's classic packet filter.
 *
 * @see <a href="https://docs.kernel.org/networking/filter.html">Linux Socket Filtering</a>
 */
final class SocketFilter {
  /** Instructions of linux/bpf_common.h, which the bindings have not. */
  private static final short LOAD_HALF = 0x28; // BPF_LD | BPF_H | BPF_ABS

  private static final short JUMP_IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
  private static final short RETURN = 0x06; // BPF_RET | BPF_K

  private static final int TYPE_OFFSET = 4; // of struct nlmsghdr: nlmsg_type
  private static final int ALL_OF_IT = -1;
  private static final int INSTRUCTIONS = 4;

  private SocketFilter() {}

  /**
   * A program that passes messages of one type: a {@code struct sock_fprog}.
   *
   * @param arena has the program's memory
   */
  static MemorySegment passOnly(Arena arena, int messageType) {
    MemorySegment code = sock_filter.allocateArray(INSTRUCTIONS, arena);
    // Messages are in the host's order, and the filter loads in that of the network.
    boolean isLittleEndian = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    short type = (short) messageType;
    int loaded = (isLittleEndian ? Short.reverseBytes(type) : type) & 0xffff;
    put(code, 0, LOAD_HALF, 0, TYPE_OFFSET);
    put(code, 1, JUMP_IF_EQUAL, 1, loaded);
    put(code, 2, RETURN, 0, 0);
    put(code, 3, RETURN, 0, ALL_OF_IT);
    MemorySegment program = sock_fprog.allocate(arena);
    sock_fprog.len(program, (short) INSTRUCTIONS);
    sock_fprog.filter(program, code);
    return program;
  }

  /**
   * @param ifTrue how many instructions a jump skips
   */
  private static void put(MemorySegment code, int at, short operation, int ifTrue, int operand) {
    MemorySegment instruction = sock_filter.asSlice(code, at);
    sock_filter.code(instruction, operation);
    sock_filter.jt(instruction, (byte) ifTrue);
    sock_filter.jf(instruction, (byte) 0);
    sock_filter.k(instruction, operand);
  }
}
