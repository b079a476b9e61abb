package io.fastvif.benchmarks.soak;

import io.fastvif.benchmarks.soak.Links.Link;
import io.fastvif.netlink.DumpInterruptedException;
import io.fastvif.netlink.route.LinkListener;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.LinkMonitor;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A subscriber of link events that is too slow for its small buffer, so that the kernel drops
 * events (ENOBUFS) again and again; it must know all links all the same.
 */
final class SlowSubscriber implements Runnable, LinkListener {
  private static final int BUFFER_BYTES = 32 * 1024;
  private static final int POLL_MILLIS = 20;
  private static final int POLLS_TO_DRAIN = 10_000;
  private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  private final SplittableRandom random;
  private final BooleanSupplier stopped;
  private final Runnable ready;
  private final Violations violations;
  private final Map<Integer, Link> known = new TreeMap<>();
  private LinkMonitor monitor;
  private boolean inStep;
  private long resyncs;
  private long interruptedDumps;

  /**
   * @param ready called once all is open that it needs
   */
  SlowSubscriber(
      SplittableRandom random, BooleanSupplier stopped, Runnable ready, Violations violations) {
    this.random = random;
    this.stopped = stopped;
    this.ready = ready;
    this.violations = violations;
  }

  @Override
  public void run() {
    try (LinkMonitor opened = LinkMonitor.open(this, false, false, BUFFER_BYTES)) {
      synchronized (this) {
        monitor = opened;
      }
      ready.run();
      while (!stopped.getAsBoolean()) {
        poll(POLL_MILLIS);
        LockSupport.parkNanos(random.nextLong(MAX_PAUSE_NANOS));
      }
      synchronized (this) {
        monitor = null;
      }
    } catch (RuntimeException | Error thrown) {
      violations.unexpected(Thread.currentThread().getName(), thrown);
    }
  }

  private synchronized boolean poll(int millis) {
    try {
      boolean some = monitor.poll(millis);
      resyncs = monitor.resyncs();
      return some;
    } catch (DumpInterruptedException changing) {
      interruptedDumps++;
      return true;
    }
  }

  /** Takes all events in and compares; called while nobody changes anything. */
  synchronized void check(Links links) {
    if (monitor == null) {
      return;
    }
    int polls = 0;
    while (poll(0)) {
      if (++polls == POLLS_TO_DRAIN) {
        violations.add(
            Violation.of(Violation.Rule.EVENTS, "subscriber", "an end of events", "more of them"));
        return;
      }
    }
    if (!inStep || !known.equals(links.byIndex())) {
      violations.add(difference(known, links.byIndex()));
    }
  }

  static Violation difference(Map<Integer, Link> known, Map<Integer, Link> real) {
    Map<Integer, Link> missed = new TreeMap<>(real);
    missed.entrySet().removeAll(known.entrySet());
    Map<Integer, Link> stale = new TreeMap<>(known);
    stale.entrySet().removeAll(real.entrySet());
    return Violation.of(Violation.Rule.EVENTS, "subscriber", missed.values(), stale.values());
  }

  /** How often events were lost and everything was read anew. */
  synchronized long recoveries() {
    return Math.max(0, resyncs - 1);
  }

  synchronized long interruptedDumps() {
    return interruptedDumps;
  }

  @Override
  public void onResyncBegin() {
    known.clear();
    inStep = false;
  }

  @Override
  public void onResyncEnd() {
    inStep = true;
  }

  @Override
  public void onLink(LinkMessage link) {
    known.put(link.index(), Link.of(link));
  }

  @Override
  public void onLinkRemoved(LinkMessage link) {
    known.remove(link.index());
  }
}
