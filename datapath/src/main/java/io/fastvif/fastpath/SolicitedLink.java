package io.fastvif.fastpath;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.bindings.linux.sock_filter;
import io.fastvif.bindings.linux.sock_fprog;
import io.fastvif.bindings.linux.sockaddr_ll;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteMessage;
import io.fastvif.netlink.route.RouteSocket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/**
 * A link on which neighbour solicitations are answered for what the host's routes lead to by other
 * links. It belongs to the namespace of the thread that opens it; one thread at a time may use it.
 */
final class SolicitedLink implements AutoCloseable {
  private static final int IPV6_BITS = 128;
  private static final int MAX_FRAME = 2048;

  /** The least that the kernel gives; what comes while nobody reads is dropped there. */
  private static final int RECEIVE_BUFFER = 4096;

  /** Of linux/bpf_common.h and linux/filter.h, which the bindings have not. */
  private static final short LOAD_BYTE = 0x30; // BPF_LD | BPF_B | BPF_ABS

  private static final short JUMP_IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
  private static final short RETURN = 0x06; // BPF_RET | BPF_K
  private static final int SKF_AD_PKTTYPE = -0x1000 + 4;
  private static final int SKF_AD_VLAN_TAG_PRESENT = -0x1000 + 48;

  private final FileDescriptor socket;
  private final RouteSocket routes;
  private final int index;
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment memory = arena.allocate(MAX_FRAME);
  private final ByteBuffer frame = memory.asByteBuffer();
  private final RouteMessage route = new RouteMessage();
  private final LinkMessage link = new LinkMessage();

  private SolicitedLink(FileDescriptor socket, RouteSocket routes, int index) {
    this.socket = socket;
    this.routes = routes;
    this.index = index;
  }

  /**
   * Opens it.
   *
   * @param name the link's
   * @throws SystemCallException ENODEV if there is none, EPERM without CAP_NET_RAW
   */
  static SolicitedLink open(String name) {
    FileDescriptor socket =
        FileDescriptor.check(
            Sockets.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
            "socket",
            "AF_PACKET");
    try {
      int fd = socket.value();
      int index = SystemCallException.check(Sockets.interfaceIndex(name), "if_nametoindex", name);
      option(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
      option(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
      try (Arena confined = Arena.ofConfined()) {
        MemorySegment filter = filter(confined);
        SystemCallException.check(
            Sockets.setsockopt(
                fd, SOL_SOCKET, SO_ATTACH_FILTER, filter, Math.toIntExact(filter.byteSize())),
            "setsockopt",
            "SO_ATTACH_FILTER");
        MemorySegment address = sockaddr_ll.allocate(confined);
        sockaddr_ll.sll_family(address, (short) AF_PACKET);
        sockaddr_ll.sll_protocol(address, Short.reverseBytes((short) ETH_P_IPV6));
        sockaddr_ll.sll_ifindex(address, index);
        SystemCallException.check(
            Sockets.bind(fd, address, Math.toIntExact(address.byteSize())), "bind", name);
      }
      return new SolicitedLink(socket, RouteSocket.open(), index);
    } catch (RuntimeException | Error e) {
      socket.close();
      throw e;
    }
  }

  private static void option(int fd, int level, int name, int value) {
    SystemCallException.check(Sockets.setsockopt(fd, level, name, value), "setsockopt", name);
  }

  /** Passes solicitations, without a VLAN, to this link or to a group. */
  private static MemorySegment filter(Arena arena) {
    int[][] conditions = {
      {Solicitation.NEXT_HEADER_AT, Solicitation.ICMPV6},
      {Solicitation.TYPE_AT, Solicitation.TYPE},
      {SKF_AD_VLAN_TAG_PRESENT, 0},
    };
    int count = 2 * conditions.length + 4;
    MemorySegment code = sock_filter.allocateArray(count, arena);
    int at = 0;
    for (int[] each : conditions) {
      put(code, at, LOAD_BYTE, 0, 0, each[0]);
      put(code, at + 1, JUMP_IF_EQUAL, 0, count - at - 3, each[1]);
      at += 2;
    }
    put(code, at, LOAD_BYTE, 0, 0, SKF_AD_PKTTYPE);
    put(code, at + 1, JUMP_IF_EQUAL, 1, 0, PACKET_OTHERHOST);
    put(code, at + 2, RETURN, 0, 0, MAX_FRAME);
    put(code, at + 3, RETURN, 0, 0, 0);
    MemorySegment program = sock_fprog.allocate(arena);
    sock_fprog.len(program, (short) count);
    sock_fprog.filter(program, code);
    return program;
  }

  private static void put(
      MemorySegment code, int at, short operation, int ifTrue, int ifFalse, int operand) {
    MemorySegment instruction = sock_filter.asSlice(code, at);
    sock_filter.code(instruction, operation);
    sock_filter.jt(instruction, (byte) ifTrue);
    sock_filter.jf(instruction, (byte) ifFalse);
    sock_filter.k(instruction, operand);
  }

  /** Readable when solicitations have come. */
  int descriptor() {
    return socket.value();
  }

  /**
   * Reads the next solicitation, and answers it if a route says so.
   *
   * @return false if there is none
   */
  boolean answerNext() {
    long length = Sockets.recv(socket.value(), memory, MAX_FRAME, MSG_DONTWAIT);
    if (length < 0) {
      return length == -Errno.ENETDOWN; // told once, where the link was set down
    }
    Solicitation asked = Solicitation.read(frame, (int) length);
    if (asked != null && isRouted(asked.target())) {
      byte[] answer = asked.advertisement(address());
      MemorySegment.copy(answer, 0, memory, ValueLayout.JAVA_BYTE, 0, answer.length);
      long unused = Sockets.send(socket.value(), memory, answer.length, MSG_DONTWAIT); // or again
    }
    return true;
  }

  /** Whether the host would forward what comes by this link to another one. */
  private boolean isRouted(byte[] target) {
    boolean[] other = new boolean[1];
    try {
      routes.query(
          routes.route().lookup(AF_INET6, target, IPV6_BITS, index),
          message -> {
            route.wrap(message);
            other[0] = route.type() == RTN_UNICAST && !route.leadsTo(index);
          });
    } catch (NetlinkException unreachable) {
      return false;
    }
    return other[0];
  }

  private long address() {
    long[] address = new long[1];
    routes.query(routes.link().get(index), message -> address[0] = link.wrap(message).address());
    return address[0];
  }

  @Override
  public void close() {
    socket.close();
    routes.close();
  }
}
