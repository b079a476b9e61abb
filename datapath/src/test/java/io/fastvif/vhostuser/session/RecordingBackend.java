package io.fastvif.vhostuser.session;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A port without rings: notes what it is told, and says at once, or later, that it is done. */
final class RecordingBackend implements BackendHandler, BackendObserver {
  private static final long PATIENCE_SECONDS = 240;

  final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  final ConcurrentHashMap<Integer, RingSettings> started = new ConcurrentHashMap<>();
  final List<Completion> held = new ArrayList<>();
  volatile SessionControl session;
  volatile boolean holds;
  volatile int stopsAt = 7;
  volatile String reason;

  /** Waits for an event that begins with a text, and returns it; others before it are dropped. */
  String await(String beginning) throws InterruptedException {
    List<String> seen = new ArrayList<>();
    while (true) {
      String event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (event == null) {
        fail("no \"" + beginning + "\" after " + seen);
      }
      if (event.contains("twice") || event.contains("while stopped")) {
        fail(event + " after " + seen);
      }
      if (event.startsWith(beginning)) {
        return event;
      }
      seen.add(event);
    }
  }

  /** Waits for an event that begins with a text, and returns it with those before it. */
  List<String> until(String beginning) throws InterruptedException {
    List<String> seen = new ArrayList<>();
    while (seen.isEmpty() || !seen.getLast().startsWith(beginning)) {
      String event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (event == null || event.contains("twice") || event.contains("while stopped")) {
        fail(event + " after " + seen);
      }
      seen.add(event);
    }
    return seen;
  }

  /** Waits until something is so. */
  static void await(String what, Predicate<Void> condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.test(null)) {
      if (System.nanoTime() > deadline) {
        fail("not in time: " + what);
      }
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  private void complete(Completion completion) {
    assertNotNull(completion);
    synchronized (held) {
      if (holds) {
        held.add(completion);
        return;
      }
    }
    completion.done();
  }

  /** Says of everything that was held back that it is done. */
  void releaseHeld() {
    List<Completion> all;
    synchronized (held) {
      all = List.copyOf(held);
      held.clear();
    }
    all.forEach(Completion::done);
  }

  int heldCount() {
    synchronized (held) {
      return held.size();
    }
  }

  @Override
  public void connected(SessionControl control) {
    session = control;
    events.add("connected");
  }

  @Override
  public RingControl ring(int index) {
    return new RingControl() {
      @Override
      public void start(RingSettings settings) {
        if (started.put(index, settings) != null) {
          events.add("started twice " + index);
        }
        events.add("start " + index);
      }

      @Override
      public void change(RingSettings settings, Completion completion) {
        if (started.put(index, settings) == null) {
          events.add("changed while stopped " + index);
        }
        events.add("change " + index);
        complete(completion);
      }

      @Override
      public void stop(StopCompletion completion) {
        if (started.remove(index) == null) {
          events.add("stopped twice " + index);
        }
        events.add("stop " + index);
        complete(() -> completion.stopped(stopsAt + index));
      }
    };
  }

  @Override
  public void memoryChanged(Completion completion) {
    events.add("memory " + session.memory().get().regions().size());
    complete(completion);
  }

  @Override
  public void announce(long address) {
    events.add("announce " + Long.toHexString(address));
  }

  @Override
  public boolean setMtu(int mtu) {
    events.add("mtu " + mtu);
    return mtu <= 9000;
  }

  @Override
  public void statusChanged(int status) {
    events.add("status " + status);
  }

  @Override
  public void disconnected(String why) {
    session = null;
    events.add("gone: " + why);
  }

  @Override
  public void disconnected(boolean owner, String why) {
    reason = why;
    events.add((owner ? "closed owner: " : "closed: ") + why);
  }

  @Override
  public void ringFailed(int ring, String why) {
    events.add("failed " + ring + ": " + why);
  }
}
