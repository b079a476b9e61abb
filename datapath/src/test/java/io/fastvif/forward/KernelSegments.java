package io.fastvif.forward;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.bindings.linux.sockaddr_ll;
import io.fastvif.testing.Peer;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the kernel makes of a frame that is to be segmented or whose checksum is to be completed,
 * when it sends that to a device that does neither: a tap.
 */
final class KernelSegments implements AutoCloseable {
  private static final String NAME = "seg0";
  private static final int MAX = 70_000;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(MAX, 8);
  private final Tap tap;
  private final FileDescriptor socket;

  KernelSegments() throws Exception {
    tap = Tap.create(NAME, TapOptions.plain());
    SystemCallException.check(
        FileIo.fcntl(tap.descriptor(), F_SETFL, O_RDWR | O_NONBLOCK), "fcntl", NAME);
    Peer ip = Peer.require("ip", "iproute2");
    ip.run("link set " + NAME + " mtu 65521 up");
    socket =
        FileDescriptor.check(
            Sockets.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), "socket", "AF_PACKET");
    int fd = socket.value();
    SystemCallException.check(
        Sockets.setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, 1), "setsockopt", "PACKET_VNET_HDR");
    MemorySegment address = sockaddr_ll.allocate(arena);
    sockaddr_ll.sll_family(address, (short) AF_PACKET);
    sockaddr_ll.sll_ifindex(
        address, SystemCallException.check(Sockets.interfaceIndex(NAME), "if_nametoindex", NAME));
    SystemCallException.check(Sockets.bind(fd, address, (int) address.byteSize()), "bind", NAME);
  }

  /** The frames that come out, in their order; null if the kernel refuses the header. */
  List<byte[]> send(long first, int csumOffset, byte[] frame) {
    long at = buffer.address();
    RawMemory.putLong(at, first);
    RawMemory.putShort(at + VirtioNetHeader.CSUM_OFFSET, csumOffset);
    MemorySegment.copy(
        frame, 0, buffer, ValueLayout.JAVA_BYTE, VirtioNetHeader.SHORT, frame.length);
    long sent = Sockets.send(socket.value(), buffer, VirtioNetHeader.SHORT + frame.length, 0);
    if (sent == -Errno.EINVAL) {
      return null;
    }
    SystemCallException.check(sent, "send", NAME);
    List<byte[]> out = new ArrayList<>();
    for (; ; ) {
      long read = FileIo.read(tap.descriptor(), buffer, MAX);
      if (read == -Errno.EAGAIN) {
        return out;
      }
      SystemCallException.check(read, "read", NAME);
      byte[] one = buffer.asSlice(0, read).toArray(ValueLayout.JAVA_BYTE);
      // What the host says of its own accord has other addresses.
      if (Arrays.equals(one, 0, 12, frame, 0, 12)) {
        out.add(one);
      }
    }
  }

  @Override
  public void close() {
    socket.close();
    tap.close();
    arena.close();
  }
}
