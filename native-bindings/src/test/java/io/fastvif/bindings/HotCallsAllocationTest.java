package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.fastvif.bindings.linux.iovec;
import io.fastvif.bindings.linux.linux_h;
import io.fastvif.bindings.linux.mmsghdr;
import io.fastvif.bindings.linux.msghdr;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The calls of a hot path allocate nothing on the Java heap, once compiled. */
class HotCallsAllocationTest {

  private static final int WARM_UP = 20_000;
  private static final int CALLS = 10_000;

  /**
   * The compiler works in the background, and until it is done a call may allocate: on a busy
   * machine that takes seconds.
   */
  private static final long PATIENCE_NANOS = 120_000_000_000L;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment buffer = arena.allocate(64, 8);
  private final MemorySegment vector = arena.allocate(iovec.layout());
  private final MemorySegment messages = arena.allocate(mmsghdr.layout());
  private final MemorySegment message = mmsghdr.msg_hdr(messages);
  private final MemorySegment events = arena.allocate(EpollEvent.SIZE, Long.BYTES);
  private int left;
  private int right;
  private int event;
  private int epoll;

  @BeforeEach
  void open() {
    MemorySegment pair = arena.allocate(JAVA_INT, 2);
    assertEquals(0, Sockets.socketpair(linux_h.AF_UNIX, linux_h.SOCK_DGRAM, 0, pair));
    left = pair.getAtIndex(JAVA_INT, 0);
    right = pair.getAtIndex(JAVA_INT, 1);
    event = Polling.eventfd(1, linux_h.EFD_NONBLOCK);
    epoll = Polling.epollCreate1(0);
    EpollEvent.put(events, 0, linux_h.EPOLLIN, 0);
    assertEquals(0, Polling.epollCtl(epoll, linux_h.EPOLL_CTL_ADD, event, events));
    iovec.iov_base(vector, buffer);
    iovec.iov_len(vector, 8);
    msghdr.msg_iov(message, vector);
    msghdr.msg_iovlen(message, 1);
  }

  @AfterEach
  void close() {
    for (int fd : new int[] {left, right, event, epoll}) {
      assertEquals(0, FileIo.close(fd));
    }
    arena.close();
  }

  @Test
  void readAndWrite() {
    assertNothingAllocated(
        () -> {
          buffer.set(JAVA_LONG, 0, 1);
          long sum = FileIo.write(event, buffer, 8);
          return sum + FileIo.read(event, buffer, 8);
        },
        16);
  }

  @Test
  void sendmsgAndRecvmsg() {
    assertNothingAllocated(
        () -> Sockets.sendmsg(left, message, 0) + Sockets.recvmsg(right, message, 0), 16);
  }

  @Test
  void recvmmsg() {
    assertNothingAllocated(
        () ->
            Sockets.sendmsg(left, message, 0)
                + Sockets.recvmmsg(right, messages, 1, 0, MemorySegment.NULL),
        9);
  }

  @Test
  void sendAndRecv() {
    assertNothingAllocated(
        () -> Sockets.send(left, buffer, 8, 0) + Sockets.recv(right, buffer, 8, 0), 16);
  }

  @Test
  void epollWaitAndPoll() {
    MemorySegment poll = arena.allocate(JAVA_LONG);
    poll.set(JAVA_INT, 0, event);
    poll.set(JAVA_INT, 4, linux_h.POLLIN);
    assertNothingAllocated(
        () -> Polling.epollWait(epoll, events, 1, 0) + Polling.poll(poll, 1, 0), 2);
  }

  @Test
  void ioctlAndFcntl() {
    assertNothingAllocated(
        () ->
            FileIo.ioctl(event, linux_h.FIONBIO, buffer)
                + FileIo.fcntl(event, linux_h.F_GETFD, 0)
                + FileIo.ioctl(event, linux_h.FIOCLEX, 0),
        linux_h.FD_CLOEXEC);
  }

  @Test
  void intOptions() {
    assertNothingAllocated(
        () ->
            Sockets.setsockopt(left, linux_h.SOL_SOCKET, linux_h.SO_PRIORITY, 5)
                + Sockets.getsockopt(left, linux_h.SOL_SOCKET, linux_h.SO_PRIORITY),
        5);
  }

  @Test
  void failures() {
    assertNothingAllocated(
        () -> FileIo.read(-1, buffer, 8) + Sockets.recv(right, buffer, 8, linux_h.MSG_DONTWAIT),
        -Errno.EBADF - Errno.EAGAIN);
  }

  /** A call without boxing. */
  private interface Call {
    long run();
  }

  private static void assertNothingAllocated(Call call, long expected) {
    // The FIOCLEX in the first round changes what F_GETFD answers in the next.
    call.run();
    repeat(call, expected, WARM_UP);
    long id = Thread.currentThread().threadId();
    long least = Long.MAX_VALUE;
    long end = System.nanoTime() + PATIENCE_NANOS;
    // Below a byte a call: nothing that happens in each.
    while (least >= CALLS / 10 && System.nanoTime() < end) {
      long before = THREADS.getThreadAllocatedBytes(id);
      repeat(call, expected, CALLS);
      least = Math.min(least, THREADS.getThreadAllocatedBytes(id) - before);
    }
    assertTrue(least < CALLS / 10, least + " bytes in " + CALLS + " calls");
  }

  private static void repeat(Call call, long expected, int times) {
    long wrong = 0;
    for (int i = 0; i < times; i++) {
      if (call.run() != expected) {
        wrong++;
      }
    }
    assertEquals(0, wrong, "calls with another result than " + expected);
  }
}
