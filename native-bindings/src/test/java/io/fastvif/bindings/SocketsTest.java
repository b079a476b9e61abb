package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.linux.iovec;
import io.fastvif.bindings.linux.linux_h;
import io.fastvif.bindings.linux.msghdr;
import io.fastvif.bindings.linux.nlmsghdr;
import io.fastvif.bindings.linux.sockaddr_nl;
import io.fastvif.bindings.linux.sockaddr_un;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketsTest {

  private static FileDescriptor[] pair(Arena arena, int type) {
    MemorySegment pair = arena.allocate(JAVA_INT, 2);
    assertEquals(0, Sockets.socketpair(linux_h.AF_UNIX, type, 0, pair));
    return new FileDescriptor[] {
      FileDescriptor.of(pair.getAtIndex(JAVA_INT, 0)),
      FileDescriptor.of(pair.getAtIndex(JAVA_INT, 1))
    };
  }

  @Test
  void descriptorIsPassedOverUnixSocket() {
    try (Arena arena = Arena.ofConfined();
        FileDescriptor counter =
            FileDescriptor.check(Polling.eventfd(41, linux_h.EFD_NONBLOCK), "eventfd")) {
      FileDescriptor[] pair = pair(arena, linux_h.SOCK_STREAM);
      try (FileDescriptor left = pair[0];
          FileDescriptor right = pair[1]) {
        MemorySegment payload = arena.allocate(4);
        MemorySegment vector = arena.allocate(iovec.layout());
        iovec.iov_base(vector, payload);
        iovec.iov_len(vector, 4);
        MemorySegment control = arena.allocate(64, 8);
        MemorySegment message = arena.allocate(msghdr.layout());
        msghdr.msg_iov(message, vector);
        msghdr.msg_iovlen(message, 1);
        msghdr.msg_control(message, control);
        msghdr.msg_controllen(
            message, Cmsg.putRights(control, new int[] {counter.value(), left.value()}, 2));
        payload.set(JAVA_INT, 0, 0x01020304);
        assertEquals(4, Sockets.sendmsg(left.value(), message, linux_h.MSG_NOSIGNAL));

        payload.fill((byte) 0);
        control.fill((byte) 0);
        msghdr.msg_controllen(message, control.byteSize());
        assertEquals(4, Sockets.recvmsg(right.value(), message, linux_h.MSG_CMSG_CLOEXEC));
        assertEquals(0x01020304, payload.get(JAVA_INT, 0));
        long received = msghdr.msg_controllen(message);
        long header = Cmsg.firstHeader(control, received);
        assertEquals(0, header);
        assertTrue(Cmsg.isRights(control, header));
        assertEquals(2, Cmsg.rightsCount(control, header));
        assertEquals(Cmsg.NONE, Cmsg.nextHeader(control, header, received));
        try (FileDescriptor passed = FileDescriptor.of(Cmsg.right(control, header, 0));
            FileDescriptor second = FileDescriptor.of(Cmsg.right(control, header, 1))) {
          assertNotEquals(counter.value(), passed.value());
          assertNotEquals(left.value(), second.value());
          MemorySegment value = arena.allocate(JAVA_LONG);
          assertEquals(8, FileIo.read(passed.value(), value, 8));
          assertEquals(41, value.get(JAVA_LONG, 0), "it is the same counter");
        }
      }
    }
  }

  @Test
  void listenerAcceptsConnection(@TempDir Path directory) {
    try (Arena arena = Arena.ofConfined();
        FileDescriptor listener = unixStream();
        FileDescriptor client = unixStream()) {
      MemorySegment address = arena.allocate(sockaddr_un.layout());
      sockaddr_un.sun_family(address, (short) linux_h.AF_UNIX);
      String path = directory.resolve("socket").toString();
      sockaddr_un.sun_path(address).setString(0, path);
      int length = (int) address.byteSize();
      assertEquals(
          -Errno.ENOENT, Sockets.connect(client.value(), address, length), "nobody listens yet");
      assertEquals(0, Sockets.bind(listener.value(), address, length));
      assertEquals(0, Sockets.listen(listener.value(), 1));
      assertEquals(0, Sockets.connect(client.value(), address, length));
      MemorySegment peer = arena.allocate(sockaddr_un.layout());
      MemorySegment peerLength = arena.allocateFrom(JAVA_INT, length);
      try (FileDescriptor server =
          FileDescriptor.check(
              Sockets.accept4(listener.value(), peer, peerLength, linux_h.SOCK_CLOEXEC),
              "accept4")) {
        assertEquals(linux_h.AF_UNIX, sockaddr_un.sun_family(peer));
        assertEquals(linux_h.FD_CLOEXEC, FileIo.fcntl(server.value(), linux_h.F_GETFD, 0));
        assertEquals(2, Sockets.send(client.value(), address, 2, 0));
        assertEquals(0, Sockets.shutdown(client.value(), linux_h.SHUT_WR));
        assertEquals(2, Sockets.recv(server.value(), peer, 8, 0));
        assertEquals(0, Sockets.recv(server.value(), peer, 8, 0), "the end of the stream");
      }
      assertEquals(0, FileIo.unlink(path));
      assertEquals(-Errno.ENOENT, FileIo.unlink(path));
    }
  }

  private static FileDescriptor unixStream() {
    return FileDescriptor.check(
        Sockets.socket(linux_h.AF_UNIX, linux_h.SOCK_STREAM | linux_h.SOCK_CLOEXEC, 0), "socket");
  }

  @Test
  void optionsAreSetAndRead() {
    try (FileDescriptor socket = unixStream()) {
      int fd = socket.value();
      assertEquals(
          linux_h.SOCK_STREAM, Sockets.getsockopt(fd, linux_h.SOL_SOCKET, linux_h.SO_TYPE));
      assertEquals(0, Sockets.setsockopt(fd, linux_h.SOL_SOCKET, linux_h.SO_PASSCRED, 1));
      assertEquals(1, Sockets.getsockopt(fd, linux_h.SOL_SOCKET, linux_h.SO_PASSCRED));
      assertEquals(-Errno.ENOPROTOOPT, Sockets.setsockopt(fd, linux_h.SOL_SOCKET, 9999, 1));
    }
  }

  @Test
  void routeNetlinkAnswersForLoopback() {
    try (Arena arena = Arena.ofConfined();
        FileDescriptor socket =
            FileDescriptor.check(
                Sockets.socket(linux_h.AF_NETLINK, linux_h.SOCK_RAW, linux_h.NETLINK_ROUTE),
                "socket",
                "AF_NETLINK")) {
      MemorySegment address = arena.allocate(sockaddr_nl.layout());
      sockaddr_nl.nl_family(address, (short) linux_h.AF_NETLINK);
      assertEquals(0, Sockets.bind(socket.value(), address, (int) address.byteSize()));
      MemorySegment length = arena.allocateFrom(JAVA_INT, (int) address.byteSize());
      assertEquals(0, Sockets.getsockname(socket.value(), address, length));
      assertNotEquals(0, sockaddr_nl.nl_pid(address), "the kernel has chosen a port");

      int loopback = Sockets.interfaceIndex("lo");
      assertTrue(loopback > 0);
      MemorySegment request = arena.allocate(32, 4);
      nlmsghdr.nlmsg_len(request, 32);
      nlmsghdr.nlmsg_type(request, (short) linux_h.RTM_GETLINK);
      nlmsghdr.nlmsg_flags(request, (short) linux_h.NLM_F_REQUEST);
      nlmsghdr.nlmsg_seq(request, 7);
      request.set(JAVA_INT, 20, loopback);
      assertEquals(32, Sockets.send(socket.value(), request, 32, 0));
      MemorySegment answer = arena.allocate(16384, 4);
      long received = Sockets.recv(socket.value(), answer, answer.byteSize(), 0);
      assertEquals(received, nlmsghdr.nlmsg_len(answer));
      assertEquals(linux_h.RTM_NEWLINK, nlmsghdr.nlmsg_type(answer));
      assertEquals(7, nlmsghdr.nlmsg_seq(answer));
      assertEquals(sockaddr_nl.nl_pid(address), nlmsghdr.nlmsg_pid(answer));
      long attribute = nlmsghdr.sizeof() + 16; // the first one, IFLA_IFNAME
      assertEquals(linux_h.IFLA_IFNAME, answer.get(JAVA_SHORT, attribute + 2));
      assertEquals("lo", answer.getString(attribute + 4));
      assertEquals('l', answer.get(JAVA_BYTE, attribute + 4));
    }
  }

  @Test
  void unknownInterfaceHasNoIndex() {
    assertEquals(-Errno.ENODEV, Sockets.interfaceIndex("no-such-dev"));
  }
}
