package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.fastvif.bindings.fault.SystemCallFaults;
import io.fastvif.bindings.linux.arch_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * System calls on sockets. Each returns the call's result, or the negated errno. None of the calls
 * that take segments allocates.
 */
public final class Sockets {

  private Sockets() {}

  /**
   * Makes a socket: socket(2).
   *
   * @param domain an {@code AF_} constant
   * @param type a {@code SOCK_} constant, or'ed with {@code SOCK_CLOEXEC} and {@code SOCK_NONBLOCK}
   * @param protocol the protocol within the domain, {@code NETLINK_ROUTE} for example
   * @return the descriptor, or the negated errno
   */
  public static int socket(int domain, int type, int protocol) {
    return (int) NativeCall.call(arch_h.__NR_socket, domain, type, protocol);
  }

  /**
   * Binds a socket to an address: bind(2).
   *
   * @param address a {@code sockaddr} of the socket's domain
   * @param length bytes of it
   * @return 0, or the negated errno
   */
  public static int bind(int fd, MemorySegment address, int length) {
    return (int) NativeCall.pointerSecond(arch_h.__NR_bind, fd, address, length);
  }

  /**
   * Connects a socket: connect(2). May block.
   *
   * @param address a {@code sockaddr} of the socket's domain
   * @param length bytes of it
   * @return 0, or the negated errno
   */
  public static int connect(int fd, MemorySegment address, int length) {
    return (int) NativeCall.pointerSecond(arch_h.__NR_connect, fd, address, length);
  }

  /**
   * Makes a socket accept connections: listen(2).
   *
   * @return 0, or the negated errno
   */
  public static int listen(int fd, int backlog) {
    return (int) NativeCall.call(arch_h.__NR_listen, fd, backlog, 0);
  }

  /**
   * Takes a connection: accept4(2). May block.
   *
   * @param address takes the peer's address; {@link MemorySegment#NULL} if it is not wanted
   * @param length an int: the room in {@code address}, afterwards the address's length; {@link
   *     MemorySegment#NULL} with a null address
   * @param flags {@code SOCK_CLOEXEC}, {@code SOCK_NONBLOCK}
   * @return the new descriptor, or the negated errno
   */
  public static int accept4(int fd, MemorySegment address, MemorySegment length, int flags) {
    return (int) NativeCall.pointersSecondThird(arch_h.__NR_accept4, fd, address, length, flags);
  }

  /**
   * Makes two connected sockets: socketpair(2).
   *
   * @param pair takes the two descriptors, two ints
   * @return 0, or the negated errno
   */
  public static int socketpair(int domain, int type, int protocol, MemorySegment pair) {
    return (int) NativeCall.pointerFourth(arch_h.__NR_socketpair, domain, type, protocol, pair, 0);
  }

  /**
   * Closes one or both directions: shutdown(2).
   *
   * @param how {@code SHUT_RD}, {@code SHUT_WR} or {@code SHUT_RDWR}
   * @return 0, or the negated errno
   */
  public static int shutdown(int fd, int how) {
    return (int) NativeCall.call(arch_h.__NR_shutdown, fd, how, 0);
  }

  /**
   * Sets an option: setsockopt(2).
   *
   * @return 0, or the negated errno
   */
  public static int setsockopt(int fd, int level, int name, MemorySegment value, int length) {
    return (int) NativeCall.pointerFourth(arch_h.__NR_setsockopt, fd, level, name, value, length);
  }

  /**
   * Sets an option whose value is an int: setsockopt(2).
   *
   * @return 0, or the negated errno
   */
  public static int setsockopt(int fd, int level, int name, int value) {
    MemorySegment scratch = NativeCall.scratch();
    scratch.set(JAVA_INT, 0, value);
    // By address: the memory is the thread's own, and the plain shape is linked already.
    return (int)
        NativeCall.call(
            arch_h.__NR_setsockopt, fd, level, name, scratch.address(), Integer.BYTES, 0);
  }

  /**
   * Reads an option: getsockopt(2).
   *
   * @param length an int: the room in {@code value}, afterwards the value's length
   * @return 0, or the negated errno
   */
  public static int getsockopt(
      int fd, int level, int name, MemorySegment value, MemorySegment length) {
    return (int)
        NativeCall.pointersFourthFifth(arch_h.__NR_getsockopt, fd, level, name, value, length);
  }

  /**
   * Reads an option whose value is a non-negative int, such as {@code SO_RCVBUF}, {@code SO_ERROR}
   * or {@code SO_TYPE}: getsockopt(2).
   *
   * @return the value, or the negated errno
   */
  public static int getsockopt(int fd, int level, int name) {
    MemorySegment value = NativeCall.scratch();
    MemorySegment length = NativeCall.scratchLength();
    length.set(JAVA_INT, 0, Integer.BYTES);
    int result =
        (int)
            NativeCall.call(
                arch_h.__NR_getsockopt, fd, level, name, value.address(), length.address(), 0);
    return result < 0 ? result : value.get(JAVA_INT, 0);
  }

  /**
   * Reads the address a socket is bound to: getsockname(2).
   *
   * @param length an int: the room in {@code address}, afterwards the address's length
   * @return 0, or the negated errno
   */
  public static int getsockname(int fd, MemorySegment address, MemorySegment length) {
    return (int) NativeCall.pointersSecondThird(arch_h.__NR_getsockname, fd, address, length, 0);
  }

  /**
   * Sends one message: sendmsg(2). May block, unless {@code MSG_DONTWAIT} is given.
   *
   * @param message a {@code msghdr}
   * @return the bytes sent, or the negated errno
   */
  public static long sendmsg(int fd, MemorySegment message, int flags) {
    return NativeCall.pointerSecond(arch_h.__NR_sendmsg, fd, message, flags);
  }

  /**
   * Receives one message: recvmsg(2). May block, unless {@code MSG_DONTWAIT} is given.
   *
   * @param message a {@code msghdr}; the kernel updates its lengths and flags
   * @return the bytes received, or the negated errno
   */
  public static long recvmsg(int fd, MemorySegment message, int flags) {
    return NativeCall.pointerSecond(arch_h.__NR_recvmsg, fd, message, flags);
  }

  /**
   * Receives several messages: recvmmsg(2). May block, unless {@code MSG_DONTWAIT} is given.
   *
   * @param messages an array of {@code mmsghdr}
   * @param timeout a {@code timespec}, or {@link MemorySegment#NULL}; checked by the kernel only
   *     after each message, so it does not bound the wait for the first
   * @return the messages received, or the negated errno
   */
  public static int recvmmsg(
      int fd, MemorySegment messages, int count, int flags, MemorySegment timeout) {
    return (int)
        NativeCall.pointerSecond(arch_h.__NR_recvmmsg, fd, messages, count, flags, timeout, 0);
  }

  /**
   * Sends bytes: send(2). May block, unless {@code MSG_DONTWAIT} is given.
   *
   * @return the bytes sent, or the negated errno
   */
  public static long send(int fd, MemorySegment buffer, long length, int flags) {
    return NativeCall.pointerSecond(
        arch_h.__NR_sendto, fd, buffer, length, flags, MemorySegment.NULL, 0);
  }

  /**
   * Receives bytes: recv(2). May block, unless {@code MSG_DONTWAIT} is given.
   *
   * @return the bytes received, 0 at the end of a stream, or the negated errno
   */
  public static long recv(int fd, MemorySegment buffer, long length, int flags) {
    return NativeCall.pointerSecond(
        arch_h.__NR_recvfrom, fd, buffer, length, flags, MemorySegment.NULL, 0);
  }

  /**
   * Looks an interface up by name in the calling thread's network namespace: if_nametoindex(3). It
   * opens and closes a socket; for cold paths.
   *
   * @return the interface's index, above 0, or the negated errno: ENODEV if there is none
   */
  public static int interfaceIndex(String name) {
    if (SystemCallFaults.ENABLED) {
      int errno = SystemCallFaults.errno(SystemCallFaults.IF_NAMETOINDEX, 0, 0);
      if (errno != 0) {
        return -errno;
      }
    }
    MemorySegment state = NativeCall.state();
    try (Arena arena = Arena.ofConfined()) {
      int index = (int) IfNametoindex.HANDLE.invokeExact(state, arena.allocateFrom(name));
      // The one call here that fails with 0.
      return NativeCall.result(index == 0 ? -1 : index, state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class IfNametoindex {
    static final MethodHandle HANDLE = NativeCall.link("if_nametoindex", JAVA_INT, ADDRESS);
  }
}
