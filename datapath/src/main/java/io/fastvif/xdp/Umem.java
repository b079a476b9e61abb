package io.fastvif.xdp;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Memory;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.bindings.linux.xdp_umem_reg;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory for frames, of which each has a page. A received one begins behind {@link #HEADROOM} bytes
 * that the kernel leaves free. It is a file of memory, so that another process can map the same
 * pages when it takes the sockets over.
 */
final class Umem {
  /** Bytes of a frame's place. */
  static final int FRAME = 4096;

  /** XDP_PACKET_HEADROOM of linux/bpf.h: what is free before a received frame. */
  static final int HEADROOM = 256;

  /** The longest frame that can be received. */
  static final int MAX_RECEIVED = FRAME - HEADROOM;

  private final FileDescriptor file;
  private final MemorySegment memory;

  /**
   * Makes and maps it.
   *
   * @param arena unmaps it; the kernel keeps it for itself as long as a socket has it
   */
  Umem(Arena arena, int frames) {
    this(
        arena,
        FileDescriptor.check(Memory.memfdCreate("fastvif-umem", MFD_CLOEXEC), "memfd_create"),
        frames,
        true);
  }

  /** Maps that of another process, whose file it owns from now on. */
  Umem(Arena arena, FileDescriptor file, int frames) {
    this(arena, file, frames, false);
  }

  private Umem(Arena arena, FileDescriptor file, int frames, boolean isNew) {
    this.file = file;
    long length = (long) frames * FRAME;
    try {
      if (isNew) {
        SystemCallException.check(FileIo.ftruncate(file.value(), length), "ftruncate", length);
      }
      memory = Memory.map(arena, length, PROT_READ | PROT_WRITE, MAP_SHARED, file.value(), 0);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /** Its file. */
  int descriptor() {
    return file.value();
  }

  /** Lets the file go; the arena unmaps the memory. */
  void close() {
    file.close();
  }

  long address() {
    return memory.address();
  }

  /**
   * Registers it with the first socket.
   *
   * @throws XdpException if the process may not have so much memory that stays
   */
  void register(Arena arena, int socket, String link) {
    MemorySegment request = xdp_umem_reg.allocate(arena);
    xdp_umem_reg.addr(request, memory.address());
    xdp_umem_reg.len(request, memory.byteSize());
    xdp_umem_reg.chunk_size(request, FRAME);
    int result =
        Sockets.setsockopt(socket, SOL_XDP, XDP_UMEM_REG, request, (int) request.byteSize());
    if (result == -Errno.ENOBUFS) {
      throw new XdpException(
          FailureKind.OTHER,
          "memory of "
              + (memory.byteSize() >> 10)
              + " KiB for frames of the link "
              + link
              + " cannot stay: expected a limit of locked memory (memlock) that allows it, or"
              + " CAP_IPC_LOCK",
          new SystemCallException("setsockopt", Errno.ENOBUFS, "XDP_UMEM_REG"));
    }
    SystemCallException.check(result, "setsockopt", "XDP_UMEM_REG", memory.byteSize());
  }
}
