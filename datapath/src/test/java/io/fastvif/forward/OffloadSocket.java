package io.fastvif.forward;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.bindings.linux.sockaddr_ll;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A packet socket that sends frames with virtio-net headers on a link, and receives none. */
final class OffloadSocket implements AutoCloseable {
  private static final int MAX = 70_000;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(MAX, 8);
  private final FileDescriptor socket;

  OffloadSocket(String link) {
    socket =
        FileDescriptor.check(
            Sockets.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), "socket", "AF_PACKET");
    int fd = socket.value();
    SystemCallException.check(
        Sockets.setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, 1), "setsockopt", "PACKET_VNET_HDR");
    MemorySegment address = sockaddr_ll.allocate(arena);
    sockaddr_ll.sll_family(address, (short) AF_PACKET);
    sockaddr_ll.sll_ifindex(
        address, SystemCallException.check(Sockets.interfaceIndex(link), "if_nametoindex", link));
    SystemCallException.check(Sockets.bind(fd, address, (int) address.byteSize()), "bind", link);
  }

  /** Sends a frame; how many bytes were sent, or a negated errno. */
  long send(long first, int csumOffset, byte[] frame) {
    RawMemory.putLong(buffer.address(), first);
    RawMemory.putShort(buffer.address() + VirtioNetHeader.CSUM_OFFSET, csumOffset);
    MemorySegment.copy(
        frame, 0, buffer, ValueLayout.JAVA_BYTE, VirtioNetHeader.SHORT, frame.length);
    return Sockets.send(socket.value(), buffer, VirtioNetHeader.SHORT + frame.length, 0);
  }

  @Override
  public void close() {
    socket.close();
    arena.close();
  }
}
