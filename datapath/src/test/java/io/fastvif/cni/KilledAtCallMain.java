package io.fastvif.cni;

import static io.fastvif.bindings.linux.arch_h.__NR_flock;
import static io.fastvif.bindings.linux.arch_h.__NR_sendmsg;
import static io.fastvif.bindings.linux.arch_h.__NR_sendto;
import static io.fastvif.bindings.linux.arch_h.__NR_write;

import io.fastvif.bindings.fault.SystemCallFaults;
import io.fastvif.cli.Fastvif;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The command in a process that stops before the n-th system call that changes something, so that
 * it, or who waits for it, can be killed there: {@code KilledAtCallMain COUNT STOPPED
 * ARGUMENTS...}. The number is in the file COUNT, and it counts from when that is there; it makes
 * the file STOPPED when it has stopped, and goes on when COUNT is gone.
 */
final class KilledAtCallMain {
  /** The methods that send changes; what is only asked is sent by others. */
  private static final Set<String> CHANGES =
      Set.of(
          "io.fastvif.netlink.route.RouteSocket.execute",
          "io.fastvif.netlink.netfilter.NftSocket.commit",
          "io.fastvif.engine.kernel.KernelExchange.exchange",
          "io.fastvif.cni.Announcement.send");

  private static final long PAUSE_NANOS = 1_000_000L;
  private static final AtomicInteger COUNT = new AtomicInteger();

  private KilledAtCallMain() {}

  /** Runs the command. */
  public static void main(String[] arguments) {
    Path count = Path.of(arguments[0]);
    Path stopped = Path.of(arguments[1]);
    SystemCallFaults.install(
        (number, first, second) -> {
          if (isChange(number) && COUNT.incrementAndGet() >= limit(count)) {
            stop(count, stopped);
          }
          return 0;
        });
    Fastvif.main(Arrays.copyOfRange(arguments, 2, arguments.length));
  }

  /** Before which change it stops; while nobody says, they are not counted. */
  private static int limit(Path count) {
    try {
      return Integer.parseInt(Files.readString(count));
    } catch (NoSuchFileException none) {
      COUNT.set(0);
      return Integer.MAX_VALUE;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static boolean isChange(long number) {
    if (number == __NR_write || number == __NR_flock) {
      return true;
    }
    return (number == __NR_sendmsg || number == __NR_sendto)
        && StackWalker.getInstance()
            .walk(
                frames ->
                    frames.anyMatch(
                        frame ->
                            CHANGES.contains(frame.getClassName() + "." + frame.getMethodName())));
  }

  /** As threads of a killed process: none of them changes anything any more. */
  private static void stop(Path count, Path stopped) {
    try {
      Files.write(stopped, new byte[0]); // threads may come here together
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    while (Files.exists(count)) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    COUNT.set(0);
  }
}
