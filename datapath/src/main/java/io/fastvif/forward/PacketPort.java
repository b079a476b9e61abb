package io.fastvif.forward;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Memory;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.bindings.linux.sockaddr_ll;
import io.fastvif.bindings.linux.tpacket_req;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A link of the host, a veth's end or a NIC, through a packet socket: frames from it come through a
 * mapped ring (TPACKET_V2), frames to it go out by writev. The link is promiscuous while the port
 * is open; the host's own use of the link is not affected.
 *
 * <p>The other end of a veth leaves segmentation and checksums to its receiver. Both are done here
 * for guests that did not negotiate them.
 *
 * @see <a href="https://docs.kernel.org/networking/packet_mmap.html">packet(7), packet_mmap</a>
 */
public final class PacketPort extends Port {
  /** Space before a frame, to insert a VLAN tag. */
  private static final int RESERVE = 16;

  private final Arena arena = Arena.ofShared();
  private final FileDescriptor socket;
  private final PacketRing ring;
  private final FrameSink sink;

  private PacketPort(String name, FileDescriptor socket, PacketRingSize size) {
    super(name, 1);
    this.socket = socket;
    try {
      long address = setUp(socket.value(), name, size);
      ring = new PacketRing(address, size.frames(), size.frame());
      sink = new DescriptorSink(this, socket.value(), VirtioNetHeader.SHORT, false);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /**
   * Opens a port on a link of the calling thread's network namespace.
   *
   * @param link the link's name; it should be up
   * @return the port
   * @throws SystemCallException ENODEV if there is no such link; EPERM without CAP_NET_RAW
   */
  public static PacketPort open(String link) {
    return open(link, PacketRingSize.forPages(Memory.pageSize()));
  }

  static PacketPort open(String link, PacketRingSize size) {
    // Protocol 0: no frame comes before it is bound to the link.
    FileDescriptor socket =
        FileDescriptor.check(
            Sockets.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
            "socket",
            "AF_PACKET");
    try {
      return new PacketPort(link, socket, size);
    } catch (RuntimeException | Error e) {
      socket.close();
      throw e;
    }
  }

  private long setUp(int fd, String link, PacketRingSize size) {
    int index = SystemCallException.check(Sockets.interfaceIndex(link), "if_nametoindex", link);
    option(fd, PACKET_VERSION, TPACKET_V2, "PACKET_VERSION");
    option(fd, PACKET_VNET_HDR, 1, "PACKET_VNET_HDR");
    option(fd, PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING");
    option(fd, PACKET_RESERVE, RESERVE, "PACKET_RESERVE");
    MemorySegment request = tpacket_req.allocate(arena);
    tpacket_req.tp_block_size(request, size.block());
    tpacket_req.tp_block_nr(request, size.blocks());
    tpacket_req.tp_frame_size(request, size.frame());
    tpacket_req.tp_frame_nr(request, size.frames());
    SystemCallException.check(
        Sockets.setsockopt(fd, SOL_PACKET, PACKET_RX_RING, request, (int) request.byteSize()),
        "setsockopt",
        "PACKET_RX_RING");
    PacketMembership.join(fd, index, link);
    MemorySegment mapped =
        Memory.map(arena, size.bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    MemorySegment address = sockaddr_ll.allocate(arena);
    sockaddr_ll.sll_family(address, (short) AF_PACKET);
    sockaddr_ll.sll_protocol(address, Short.reverseBytes((short) ETH_P_ALL));
    sockaddr_ll.sll_ifindex(address, index);
    SystemCallException.check(Sockets.bind(fd, address, (int) address.byteSize()), "bind", link);
    return mapped.address();
  }

  private static void option(int fd, int option, int value, String optionName) {
    SystemCallException.check(
        Sockets.setsockopt(fd, SOL_PACKET, option, value), "setsockopt", optionName, value);
  }

  @Override
  FrameSink sink(int queue) {
    return sink;
  }

  @Override
  Flow flow(int queue, Port other) {
    return new PacketFlow(this, flowName(other), queue, ring, other.sink(queue));
  }

  /** The kernel tells a link that is gone as the socket's error; frames show that it is back. */
  @Override
  void check(int queue) {
    int error = Sockets.getsockopt(socket.value(), SOL_SOCKET, SO_ERROR);
    if (error > 0) {
      problem(this, "the link " + name() + " is down or was deleted: " + Errno.describe(error));
    }
  }

  @Override
  void watch(ForwardingLoop loop, int queue) {
    loop.watch(socket.value());
  }

  @Override
  void unwatch(ForwardingLoop loop, int queue) {
    loop.unwatch(socket.value());
  }

  @Override
  void release() {
    arena.close();
    socket.close();
  }
}
