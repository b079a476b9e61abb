package io.fastvif.fastpath;

import static io.fastvif.bindings.linux.linux_h.EFD_CLOEXEC;
import static io.fastvif.bindings.linux.linux_h.EFD_NONBLOCK;
import static io.fastvif.bindings.linux.linux_h.POLLIN;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Polling;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.files.HostPath;
import io.fastvif.trace.Log;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Answers guests' neighbour solicitations (RFC 4861) on routed links, for addresses to which the
 * host has a route by another link: other guests' on the prefix, here or on other hosts. The kernel
 * does so for IPv4 alone (proxy_arp); for IPv6 it answers for addresses that it is told one by one
 * ({@code ip -6 neighbour add proxy}). As with its proxy ARP, a route decides: nothing is said of
 * the guest's own address, whose route leads back to it, nor to who looks whether an address is
 * taken.
 *
 * <p>One thread for all links, from the first on. A link gets {@value #BURST} answers in each half
 * second; what is asked beyond is left to the kernel, which drops it.
 */
final class NeighbourResponder implements AutoCloseable {
  /** Answers a link gets in one period. */
  static final int BURST = 50;

  static final long PERIOD_MILLIS = 500;

  private static final long CLOSE_MILLIS = 5_000;

  private final List<Served> links = new ArrayList<>();

  /** Null before the first link. */
  private FileDescriptor waker;

  private Thread thread;
  private boolean closed;

  /** A link, and how many answers it has left; the thread's, but for {@link #ended}. */
  private static final class Served {
    private final SolicitedLink link;
    private int left = BURST;
    private boolean ended;

    Served(SolicitedLink link) {
      this.link = link;
    }
  }

  NeighbourResponder() {}

  /** Whether a link of the calling thread's namespace is one that answers for others. */
  static boolean isWanted(String link) {
    try {
      Path setting = HostPath.of("/proc/sys/net/ipv6/conf/" + link + "/proxy_ndp");
      return !link.isEmpty() && Files.readString(setting).strip().equals("1");
    } catch (IOException noIpv6) {
      return false;
    }
  }

  /**
   * Begins to answer on a link of the calling thread's namespace.
   *
   * @param name the link's
   * @return ends it
   * @throws SystemCallException if there is no such link, or no descriptor
   */
  synchronized Runnable answer(String name) {
    if (waker == null) {
      waker = FileDescriptor.check(Polling.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
    }
    Served served = new Served(SolicitedLink.open(name));
    links.add(served);
    if (thread == null) {
      thread = new Thread(this::run, "fastvif-neighbours");
      thread.setDaemon(true);
      thread.start();
    } else {
      wake();
    }
    return () -> end(served);
  }

  private synchronized void end(Served served) {
    served.ended = true;
    if (!closed) { // else it has ended already
      wake();
    }
  }

  private void wake() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1L);
      FileIo.write(waker.value(), one, Long.BYTES); // EAGAIN: it is to wake up already
    }
  }

  /** The links that are there still; those that have ended are closed. Null at the end. */
  private synchronized List<Served> current() {
    for (Served each : links) {
      if (each.ended || closed) {
        each.link.close();
      }
    }
    links.removeIf(each -> each.ended || closed);
    return closed ? null : List.copyOf(links);
  }

  private void run() {
    long period = System.nanoTime();
    for (List<Served> all = current(); all != null; all = current()) {
      long now = System.nanoTime();
      if (now - period >= TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS)) {
        period = now;
        all.forEach(each -> each.left = BURST);
      }
      await(all);
      for (Served each : all) {
        try {
          while (each.left > 0 && each.link.answerNext()) {
            each.left--;
          }
        } catch (RuntimeException | Error e) {
          each.left = 0; // not again at once
          Log.warning(
              NeighbourResponder.class, "a neighbour solicitation is not answered: " + e, e);
        }
      }
    }
  }

  /** Waits for a solicitation on a link that has answers left, or until some get more. */
  private void await(List<Served> all) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment entries = arena.allocate((all.size() + 1L) * Polling.ENTRY_SIZE, Integer.BYTES);
      put(entries, 0, waker.value());
      int count = 1;
      for (Served each : all) {
        if (each.left > 0) {
          put(entries, count++, each.link.descriptor());
        }
      }
      boolean areAllFull = all.stream().allMatch(each -> each.left == BURST);
      Polling.poll(entries, count, areAllFull ? -1 : Math.toIntExact(PERIOD_MILLIS));
      MemorySegment number = arena.allocate(ValueLayout.JAVA_LONG);
      FileIo.read(waker.value(), number, Long.BYTES);
    }
  }

  private static void put(MemorySegment entries, int index, int descriptor) {
    long at = (long) index * Polling.ENTRY_SIZE;
    entries.set(ValueLayout.JAVA_INT, at + Polling.ENTRY_DESCRIPTOR_OFFSET, descriptor);
    entries.set(ValueLayout.JAVA_SHORT, at + Polling.ENTRY_EVENTS_OFFSET, (short) POLLIN);
  }

  /** Ends the thread, and with it all answers. */
  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      running = thread;
      if (running != null) {
        wake();
      }
    }
    boolean isInterrupted = false;
    try {
      if (running != null) {
        running.join(CLOSE_MILLIS);
      }
    } catch (InterruptedException e) {
      isInterrupted = true;
    }
    if (waker != null && (running == null || !running.isAlive())) {
      waker.close();
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
