package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

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
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result(
          (int) Socket.HANDLE.invokeExact(state, domain, type, protocol), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Socket {
    static final MethodHandle HANDLE =
        NativeCall.link("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  }

  /**
   * Binds a socket to an address: bind(2).
   *
   * @param address a {@code sockaddr} of the socket's domain
   * @param length bytes of it
   * @return 0, or the negated errno
   */
  public static int bind(int fd, MemorySegment address, int length) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((int) Bind.HANDLE.invokeExact(state, fd, address, length), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Bind {
    static final MethodHandle HANDLE =
        NativeCall.link("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  }

  /**
   * Connects a socket: connect(2). May block.
   *
   * @param address a {@code sockaddr} of the socket's domain
   * @param length bytes of it
   * @return 0, or the negated errno
   */
  public static int connect(int fd, MemorySegment address, int length) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((int) Connect.HANDLE.invokeExact(state, fd, address, length), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Connect {
    static final MethodHandle HANDLE =
        NativeCall.link("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  }

  /**
   * Makes a socket accept connections: listen(2).
   *
   * @return 0, or the negated errno
   */
  public static int listen(int fd, int backlog) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((int) Listen.HANDLE.invokeExact(state, fd, backlog), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Listen {
    static final MethodHandle HANDLE = NativeCall.link("listen", JAVA_INT, JAVA_INT, JAVA_INT);
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
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result(
          (int) Accept4.HANDLE.invokeExact(state, fd, address, length, flags), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Accept4 {
    static final MethodHandle HANDLE =
        NativeCall.link("accept4", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  }

  /**
   * Makes two connected sockets: socketpair(2).
   *
   * @param pair takes the two descriptors, two ints
   * @return 0, or the negated errno
   */
  public static int socketpair(int domain, int type, int protocol, MemorySegment pair) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result(
          (int) Socketpair.HANDLE.invokeExact(state, domain, type, protocol, pair), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Socketpair {
    static final MethodHandle HANDLE =
        NativeCall.link("socketpair", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  }

  /**
   * Closes one or both directions: shutdown(2).
   *
   * @param how {@code SHUT_RD}, {@code SHUT_WR} or {@code SHUT_RDWR}
   * @return 0, or the negated errno
   */
  public static int shutdown(int fd, int how) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((int) Shutdown.HANDLE.invokeExact(state, fd, how), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Shutdown {
    static final MethodHandle HANDLE = NativeCall.link("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);
  }

  /**
   * Sets an option: setsockopt(2).
   *
   * @return 0, or the negated errno
   */
  public static int setsockopt(int fd, int level, int name, MemorySegment value, int length) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result(
          (int) Setsockopt.HANDLE.invokeExact(state, fd, level, name, value, length), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Setsockopt {
    static final MethodHandle HANDLE =
        NativeCall.link("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  }

  /**
   * Sets an option whose value is an int: setsockopt(2).
   *
   * @return 0, or the negated errno
   */
  public static int setsockopt(int fd, int level, int name, int value) {
    MemorySegment scratch = NativeCall.scratch();
    scratch.set(JAVA_INT, 0, value);
    return setsockopt(fd, level, name, scratch, Integer.BYTES);
  }

  /**
   * Reads an option: getsockopt(2).
   *
   * @param length an int: the room in {@code value}, afterwards the value's length
   * @return 0, or the negated errno
   */
  public static int getsockopt(
      int fd, int level, int name, MemorySegment value, MemorySegment length) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result(
          (int) Getsockopt.HANDLE.invokeExact(state, fd, level, name, value, length), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Getsockopt {
    static final MethodHandle HANDLE =
        NativeCall.link("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
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
    int result = getsockopt(fd, level, name, value, length);
    return result < 0 ? result : value.get(JAVA_INT, 0);
  }

  /**
   * Reads the address a socket is bound to: getsockname(2).
   *
   * @param length an int: the room in {@code address}, afterwards the address's length
   * @return 0, or the negated errno
   */
  public static int getsockname(int fd, MemorySegment address, MemorySegment length) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result(
          (int) Getsockname.HANDLE.invokeExact(state, fd, address, length), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Getsockname {
    static final MethodHandle HANDLE =
        NativeCall.link("getsockname", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  }

  /**
   * Sends one message: sendmsg(2). May block, unless {@code MSG_DONTWAIT} is given.
   *
   * @param message a {@code msghdr}
   * @return the bytes sent, or the negated errno
   */
  public static long sendmsg(int fd, MemorySegment message, int flags) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((long) Sendmsg.HANDLE.invokeExact(state, fd, message, flags), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Sendmsg {
    static final MethodHandle HANDLE =
        NativeCall.link("sendmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
  }

  /**
   * Receives one message: recvmsg(2). May block, unless {@code MSG_DONTWAIT} is given.
   *
   * @param message a {@code msghdr}; the kernel updates its lengths and flags
   * @return the bytes received, or the negated errno
   */
  public static long recvmsg(int fd, MemorySegment message, int flags) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result((long) Recvmsg.HANDLE.invokeExact(state, fd, message, flags), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Recvmsg {
    static final MethodHandle HANDLE =
        NativeCall.link("recvmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
  }

  /**
   * Sends several messages: sendmmsg(2). May block, unless {@code MSG_DONTWAIT} is given.
   *
   * @param messages an array of {@code mmsghdr}
   * @return the messages sent, or the negated errno
   */
  public static int sendmmsg(int fd, MemorySegment messages, int count, int flags) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result(
          (int) Sendmmsg.HANDLE.invokeExact(state, fd, messages, count, flags), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Sendmmsg {
    static final MethodHandle HANDLE =
        NativeCall.link("sendmmsg", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
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
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result(
          (int) Recvmmsg.HANDLE.invokeExact(state, fd, messages, count, flags, timeout), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Recvmmsg {
    static final MethodHandle HANDLE =
        NativeCall.link("recvmmsg", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
  }

  /**
   * Sends bytes: send(2). May block, unless {@code MSG_DONTWAIT} is given.
   *
   * @return the bytes sent, or the negated errno
   */
  public static long send(int fd, MemorySegment buffer, long length, int flags) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result(
          (long) Send.HANDLE.invokeExact(state, fd, buffer, length, flags), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Send {
    static final MethodHandle HANDLE =
        NativeCall.link("send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  }

  /**
   * Receives bytes: recv(2). May block, unless {@code MSG_DONTWAIT} is given.
   *
   * @return the bytes received, 0 at the end of a stream, or the negated errno
   */
  public static long recv(int fd, MemorySegment buffer, long length, int flags) {
    MemorySegment state = NativeCall.state();
    try {
      return NativeCall.result(
          (long) Recv.HANDLE.invokeExact(state, fd, buffer, length, flags), state);
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class Recv {
    static final MethodHandle HANDLE =
        NativeCall.link("recv", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  }

  /**
   * Looks an interface up by name in the calling thread's network namespace: if_nametoindex(3). It
   * opens and closes a socket; for cold paths.
   *
   * @return the interface's index, above 0, or the negated errno: ENODEV if there is none
   */
  public static int interfaceIndex(String name) {
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
