package io.fastvif.agent;

import io.fastvif.bindings.Memory;
import io.fastvif.bindings.linux.linux_h;
import io.fastvif.trace.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Gives memory back once a burst of work is over: collects the Java heap, which then shrinks, and
 * lets go of pages of files, such as the JVM's code for starting, which come back from the page
 * cache when they are wanted. Only if there is more than after the last time: after a few requests
 * nothing is done. At rest its thread sleeps, and has no timer.
 *
 * <p>Where work never ends, the heap is collected each time it has doubled: by itself the serial
 * collector lets it grow to its greatest size first, a quarter of the host's memory.
 */
final class MemoryAtRest implements AutoCloseable {
  /** Until helper threads, which stay five seconds, have ended: that takes memory once more. */
  private static final Duration QUIET = Duration.ofSeconds(8);

  /** Who asks again and again, such as Prometheus, is not to have it done each time. */
  private static final long PAUSE_NANOS = 60_000_000_000L;

  /** By so much it may grow before it is looked after again. */
  private static final long GROWTH_BYTES = 4 << 20;

  /** By so much the Java heap may grow before it is collected. */
  private static final long HEAP_GROWTH_BYTES = 1 << 20;

  /** Up to this much of it a busy heap is left alone. */
  private static final long BUSY_HEAP_BYTES = 48 << 20;

  private static final long PIECE_BYTES = 16 << 10;
  private static final int KILO = 1024;
  private static final String RESIDENT = "VmRSS:";
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path MAPPINGS = Path.of("/proc/self/smaps");

  private final long quietNanos;
  private final Thread thread;
  private volatile boolean closing;
  private volatile boolean asleep;
  private volatile long lastWork = System.nanoTime();
  private long lastTidied = System.nanoTime() - PAUSE_NANOS;
  private long atRest;
  private long heapAtRest;
  private long heapBound = BUSY_HEAP_BYTES;

  private final AtomicLong tidied = new AtomicLong();
  private final AtomicLong collected = new AtomicLong();

  private MemoryAtRest(Duration quiet) {
    quietNanos = quiet.toNanos();
    thread = Thread.ofPlatform().daemon().name("fastvif-memory").unstarted(this::run);
  }

  /** Begins with a look after the start. */
  static MemoryAtRest start() {
    return start(QUIET);
  }

  /**
   * The same.
   *
   * @param quiet after how long without work it looks
   */
  static MemoryAtRest start(Duration quiet) {
    MemoryAtRest memory = new MemoryAtRest(quiet);
    memory.thread.start();
    return memory;
  }

  /** How often memory was given back. */
  long tidied() {
    return tidied.get();
  }

  /** How often the heap was collected in the midst of work. */
  long collected() {
    return collected.get();
  }

  /** Something was done; any thread, and at next to no cost. */
  void worked() {
    lastWork = System.nanoTime();
    if (asleep) {
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    while (!closing) {
      long now = System.nanoTime();
      long left = Math.max(lastWork + quietNanos, lastTidied + PAUSE_NANOS) - now;
      if (left > 0) {
        boolean isBusy = now - lastWork < quietNanos;
        if (isBusy) {
          collectWhileBusy();
        }
        LockSupport.parkNanos(this, isBusy ? Math.min(left, quietNanos) : left);
        continue;
      }
      long seen = lastWork;
      try {
        tidy();
      } catch (IOException | RuntimeException unknown) {
        Log.warning(MemoryAtRest.class, "memory is not given back any more: " + unknown);
        return;
      }
      sleepUntilWork(seen);
    }
  }

  private void collectWhileBusy() {
    if (Runtime.getRuntime().totalMemory() > heapBound) {
      System.gc();
      collected.incrementAndGet();
      heapBound = Math.max(BUSY_HEAP_BYTES, 2 * Runtime.getRuntime().totalMemory());
    }
  }

  private void sleepUntilWork(long seen) {
    asleep = true;
    while (lastWork == seen && !closing) {
      LockSupport.park(this);
    }
    asleep = false;
  }

  private void tidy() throws IOException {
    if (resident() < atRest + GROWTH_BYTES) {
      return;
    }
    if (Runtime.getRuntime().totalMemory() > heapAtRest) {
      System.gc();
      heapAtRest = Runtime.getRuntime().totalMemory() + HEAP_GROWTH_BYTES;
    }
    Memory.trimHeap();
    cleanFileMappings(Files.readAllLines(MAPPINGS)).forEach(Mapping::letGo);
    atRest = resident();
    lastTidied = System.nanoTime();
    tidied.incrementAndGet();
  }

  private static long resident() throws IOException {
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith(RESIDENT)) {
        return Long.parseLong(line.replaceAll("\\D", "")) * KILO;
      }
    }
    throw new IOException(STATUS + " has no line " + RESIDENT);
  }

  record Mapping(long start, long length) {
    /**
     * Lets go of its pages. Neighbouring pieces are advised differently, which makes areas of their
     * own of them: what is wanted again brings back its piece, and not the two megabytes around it
     * that the page cache may hold as one. What fails stays as it is.
     */
    void letGo() {
      int advice = linux_h.MADV_RANDOM;
      for (long at = 0; length > PIECE_BYTES && at < length; at += PIECE_BYTES) {
        advise(at, Math.min(PIECE_BYTES, length - at), advice);
        advice = advice == linux_h.MADV_RANDOM ? linux_h.MADV_NORMAL : linux_h.MADV_RANDOM;
      }
      advise(0, length, linux_h.MADV_DONTNEED);
    }

    private void advise(long offset, long bytes, int advice) {
      int unused = Memory.madvise(Memory.segment(start + offset, bytes), bytes, advice);
    }
  }

  /**
   * Mappings of files that cannot be written to, and of which this process has changed nothing: all
   * that is in them is in the file as well.
   *
   * @param lines of {@code /proc/self/smaps}, proc_pid_smaps(5)
   */
  static List<Mapping> cleanFileMappings(List<String> lines) {
    List<Mapping> clean = new ArrayList<>();
    Mapping current = null;
    for (String line : lines) {
      String[] words = line.split(" +", -1);
      if (words[0].contains("-")) {
        current = words.length > 5 && isUnwritable(words) ? mapping(words[0]) : null;
      } else if (current != null && words[0].equals("Anonymous:")) {
        if (words[1].equals("0")) {
          clean.add(current);
        }
        current = null;
      }
    }
    return clean;
  }

  private static boolean isUnwritable(String[] words) {
    return words[5].startsWith("/") && words[1].startsWith("r-") && words[1].endsWith("p");
  }

  private static Mapping mapping(String range) {
    int dash = range.indexOf('-');
    long start = Long.parseUnsignedLong(range.substring(0, dash), 16);
    return new Mapping(start, Long.parseUnsignedLong(range.substring(dash + 1), 16) - start);
  }

  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
  }
}
