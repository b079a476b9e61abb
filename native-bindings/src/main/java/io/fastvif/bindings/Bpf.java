package io.fastvif.bindings;

import io.fastvif.bindings.linux.arch_h;
import java.lang.foreign.MemorySegment;

/** The system call on programs that run in the kernel, and on their maps. */
public final class Bpf {

  private Bpf() {}

  /**
   * Makes, changes or reads a program, a map or a link: bpf(2).
   *
   * @param command a {@code BPF_} constant of {@code enum bpf_cmd}
   * @param attributes a {@code union bpf_attr}; all bytes that the command does not use are zero
   * @return the command's result, mostly a descriptor, or the negated errno
   */
  public static int bpf(int command, MemorySegment attributes) {
    return (int)
        NativeCall.pointerSecond(arch_h.__NR_bpf, command, attributes, attributes.byteSize());
  }
}
