package io.fastvif.benchmarks.soak;

import static io.fastvif.bindings.linux.arch_h.__NR_eventfd2;
import static io.fastvif.bindings.linux.arch_h.__NR_openat;
import static io.fastvif.bindings.linux.arch_h.__NR_socket;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.fault.SystemCallFaults;
import io.fastvif.engine.PlugFailure;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Episodes in which system calls of the engine's threads fail now and then, as they do on a host
 * that runs out of descriptors or memory: with EMFILE where they make a descriptor, with ENOMEM or
 * ENOBUFS otherwise. Without effect in a process that was not started for it ({@link
 * SystemCallFaults#ENABLED}).
 */
final class CallFaults {
  private static final int ONE_OF = 40;
  private static final String ENGINE_THREADS = "fastvif-";

  /** Threads that work for callers, who would get the exception. */
  private static final List<String> CALLERS_THREADS = List.of("fastvif-callback", "fastvif-netns");

  private static final List<Integer> ERRNOS = List.of(Errno.EMFILE, Errno.ENOMEM, Errno.ENOBUFS);
  private static final List<Long> DESCRIPTOR_CALLS =
      List.of((long) __NR_socket, (long) __NR_openat, (long) __NR_eventfd2);

  private final AtomicLong failed = new AtomicLong();
  private long episodes;

  /** Whether this process can have system calls fail. */
  static boolean areEnabled() {
    return SystemCallFaults.ENABLED;
  }

  /** How many calls have failed so far. */
  long failed() {
    return failed.get();
  }

  /** How many episodes there were. Of the thread that begins them. */
  long episodes() {
    return episodes;
  }

  /** Calls fail from now on. */
  void begin() {
    if (areEnabled()) {
      episodes++;
      SystemCallFaults.install((number, first, second) -> errno(number));
    }
  }

  /** No call fails any more. */
  void end() {
    if (areEnabled()) {
      SystemCallFaults.remove();
    }
  }

  private int errno(long number) {
    String thread = Thread.currentThread().getName();
    if (!thread.startsWith(ENGINE_THREADS)
        || CALLERS_THREADS.stream().anyMatch(thread::startsWith)) {
      return 0;
    }
    ThreadLocalRandom random = ThreadLocalRandom.current();
    if (random.nextInt(ONE_OF) > 0) {
      return 0;
    }
    failed.incrementAndGet();
    if (DESCRIPTOR_CALLS.contains(number)) {
      return Errno.EMFILE;
    }
    return random.nextBoolean() ? Errno.ENOMEM : Errno.ENOBUFS;
  }

  /** Whether that is what a call failed with here. */
  static boolean isTheirs(int errno) {
    return ERRNOS.contains(errno);
  }

  /** Whether an operation failed because a call did, be it one that was to tell why it failed. */
  static boolean isTheirs(PlugFailure failure) {
    return isTheirs(failure.errno())
        || ERRNOS.stream().anyMatch(errno -> failure.detail().contains(Errno.name(errno)));
  }
}
