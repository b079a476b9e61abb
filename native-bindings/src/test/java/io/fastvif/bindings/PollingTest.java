package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.bindings.linux.linux_h;
import io.fastvif.bindings.linux.pollfd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class PollingTest {

  @Test
  void epollAndPollReportTheSignalledCounter() {
    try (Arena arena = Arena.ofConfined();
        FileDescriptor counter =
            FileDescriptor.check(Polling.eventfd(0, linux_h.EFD_NONBLOCK), "eventfd");
        FileDescriptor second =
            FileDescriptor.check(Polling.eventfd(0, linux_h.EFD_NONBLOCK), "eventfd");
        FileDescriptor epoll =
            FileDescriptor.check(Polling.epollCreate1(linux_h.EPOLL_CLOEXEC), "epoll_create1")) {
      MemorySegment event = arena.allocate(EpollEvent.SIZE, Long.BYTES);
      EpollEvent.put(event, 0, linux_h.EPOLLIN, 0x1122334455667788L);
      assertEquals(
          0, Polling.epollCtl(epoll.value(), linux_h.EPOLL_CTL_ADD, counter.value(), event));
      assertEquals(
          -Errno.EEXIST,
          Polling.epollCtl(epoll.value(), linux_h.EPOLL_CTL_ADD, counter.value(), event));

      MemorySegment events = arena.allocate(2L * EpollEvent.SIZE, Long.BYTES);
      MemorySegment fds = arena.allocate(pollfd.layout());
      pollfd.fd(fds, counter.value());
      pollfd.events(fds, (short) linux_h.POLLIN);
      assertEquals(0, Polling.epollWait(epoll.value(), events, 2, 0));
      assertEquals(0, Polling.poll(fds, 1, 0));

      MemorySegment one = arena.allocateFrom(JAVA_LONG, 1);
      assertEquals(8, FileIo.write(counter.value(), one, 8));
      EpollEvent.put(event, 0, linux_h.EPOLLOUT, 2);
      assertEquals(
          0, Polling.epollCtl(epoll.value(), linux_h.EPOLL_CTL_ADD, second.value(), event));
      assertEquals(2, Polling.epollWait(epoll.value(), events, 2, 0));
      assertEquals(2, EpollEvent.data(events, 1));
      assertEquals(linux_h.EPOLLOUT, EpollEvent.events(events, 1));
      assertEquals(linux_h.EPOLLIN, EpollEvent.events(events, 0));
      assertEquals(0x1122334455667788L, EpollEvent.data(events, 0));
      assertEquals(1, Polling.poll(fds, 1, 0));
      assertEquals(linux_h.POLLIN, pollfd.revents(fds));

      assertEquals(
          0,
          Polling.epollCtl(
              epoll.value(), linux_h.EPOLL_CTL_DEL, counter.value(), MemorySegment.NULL));
      assertEquals(1, Polling.epollWait(epoll.value(), events, 2, 0));
    }
  }

  @Test
  void pollEntryLiesWhereTheHeaderHasIt() {
    assertEquals(pollfd.layout().byteSize(), Polling.ENTRY_SIZE);
    assertEquals(pollfd.fd$offset(), Polling.ENTRY_DESCRIPTOR_OFFSET);
    assertEquals(pollfd.events$offset(), Polling.ENTRY_EVENTS_OFFSET);
  }
}
