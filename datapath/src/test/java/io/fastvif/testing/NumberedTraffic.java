package io.fastvif.testing;

import io.fastvif.vhostuser.FrontendGuest;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Frames with sequence numbers both ways between a guest and its tap, or a link behind its uplink,
 * as fast as they come, with so few under way that no queue overflows: what is missing was lost on
 * the way.
 */
public final class NumberedTraffic implements AutoCloseable {
  private static final int WINDOW = 64;
  private static final int LENGTH = 128;
  private static final int NUMBER = 14;
  private static final int ADDRESS = 6;
  private static final long PROBE = -1;
  private static final int POLLS = 100;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final FrontendGuest guest;
  private final PacketSocket host;
  private final Thread thread = new Thread(this::run, "numbered-traffic");
  private final Way toHost = new Way();
  private final Way toGuest = new Way();
  private volatile boolean ending;
  private volatile Throwable failure;

  /** One direction. */
  public static final class Way {
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private long last = System.nanoTime();
    private volatile long longestNanos;

    private boolean mayGo() {
      return underWay() < WINDOW;
    }

    private long underWay() {
      return sent.get() - received.get();
    }

    private void came(byte[] frame) {
      long number = ByteBuffer.wrap(frame).getLong(NUMBER);
      if (number != received.get()) {
        throw new AssertionError("frame " + number + " came where " + received.get() + " was next");
      }
      received.incrementAndGet();
      long now = System.nanoTime();
      longestNanos = Math.max(longestNanos, now - last);
      last = now;
    }

    public long received() {
      return received.get();
    }

    /** The longest time without a frame since it was asked last, in milliseconds. */
    public double longestMillis() {
      double millis = longestNanos / 1e6;
      longestNanos = 0;
      return millis;
    }
  }

  /** Begins when the tap is up: before, the kernel drops frames to it without a word. */
  public NumberedTraffic(FrontendGuest guest, String tap) throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    Await.until("the tap", () -> ip.run("link show " + tap).contains("state UP"));
    this.guest = guest;
    host = new PacketSocket(tap);
    thread.setDaemon(true);
    thread.start();
  }

  public Way toHost() {
    return toHost;
  }

  public Way toGuest() {
    return toGuest;
  }

  private void run() {
    try {
      awaitGuest();
      long deadline = 0;
      boolean isDrained = false;
      while (!isDrained) {
        boolean isIdle = !turn();
        if (ending) {
          deadline = deadline == 0 ? System.nanoTime() + PATIENCE_NANOS : deadline;
          isDrained = toHost.underWay() == 0 && toGuest.underWay() == 0;
          if (!isDrained && System.nanoTime() - deadline > 0) {
            throw new AssertionError(
                String.format(
                    "of %d frames to the host %d came, of %d to the guest %d",
                    toHost.sent.get(),
                    toHost.received.get(),
                    toGuest.sent.get(),
                    toGuest.received.get()));
          }
        }
        if (isIdle) {
          LockSupport.parkNanos(20_000);
        }
      }
    } catch (RuntimeException | Error e) {
      failure = e;
    }
  }

  /** Waits until a frame reaches the guest: before its rings run, those for it are dropped. */
  private void awaitGuest() {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!ending && System.nanoTime() - end < 0) {
      host.send(toGuest(PROBE));
      for (int i = 0; i < POLLS; i++) {
        byte[] frame = guest.poll();
        if (frame != null && PacketSocket.isOurs(frame)) {
          return;
        }
        LockSupport.parkNanos(20_000);
      }
    }
  }

  private static boolean isNumbered(byte[] frame) {
    return PacketSocket.isOurs(frame) && ByteBuffer.wrap(frame).getLong(NUMBER) != PROBE;
  }

  private boolean turn() {
    boolean any = false;
    if (!ending && toHost.mayGo() && guest.send(toHost(toHost.sent.get()))) {
      toHost.sent.incrementAndGet();
      any = true;
    }
    if (!ending && toGuest.mayGo()) {
      host.send(toGuest(toGuest.sent.get()));
      toGuest.sent.incrementAndGet();
      any = true;
    }
    byte[] frame = host.poll();
    if (frame != null) {
      toHost.came(frame);
      any = true;
    }
    frame = guest.poll();
    while (frame != null && !isNumbered(frame)) {
      frame = guest.poll();
    }
    if (frame != null) {
      toGuest.came(frame);
      any = true;
    }
    return any;
  }

  private static byte[] toGuest(long number) {
    byte[] frame = PacketSocket.frame(LENGTH, 0);
    ByteBuffer.wrap(frame).putLong(NUMBER, number);
    return frame;
  }

  /** With the addresses exchanged, so that a switch knows where the guest is. */
  private static byte[] toHost(long number) {
    byte[] frame = toGuest(number);
    byte[] addresses = frame.clone();
    System.arraycopy(addresses, 0, frame, ADDRESS, ADDRESS);
    System.arraycopy(addresses, ADDRESS, frame, 0, ADDRESS);
    return frame;
  }

  /** Fails if a frame was lost so far. */
  public void check() {
    if (failure != null) {
      throw new AssertionError(failure);
    }
  }

  /** Waits until all frames have come; fails if one does not. */
  public void end() {
    join();
    check();
  }

  private void join() {
    ending = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    join();
    host.close();
  }
}
