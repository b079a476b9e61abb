package io.fastvif.cni;

import static io.fastvif.bindings.linux.linux_h.__NR_flock;
import static io.fastvif.bindings.linux.linux_h.__NR_sendmsg;
import static io.fastvif.bindings.linux.linux_h.__NR_sendto;
import static io.fastvif.bindings.linux.linux_h.__NR_write;

import io.fastvif.bindings.fault.SystemCallFaults;
import io.fastvif.cli.Fastvif;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The command in a process that stops before the n-th system call that changes something, so that
 * it can be killed there: {@code KilledAtCallMain N START STOPPED ARGUMENTS...}. It counts once the
 * file START exists, and makes the file STOPPED when it has stopped.
 */
final class KilledAtCallMain {
  /** The methods that send changes; what is only asked is sent by others. */
  private static final Set<String> CHANGES =
      Set.of(
          "io.fastvif.netlink.route.RouteSocket.execute",
          "io.fastvif.netlink.netfilter.NftSocket.commit",
          "io.fastvif.engine.kernel.KernelExchange.exchange",
          "io.fastvif.cni.Announcement.send");

  private static final AtomicInteger COUNT = new AtomicInteger();
  private static volatile boolean isCounting;

  private KilledAtCallMain() {}

  /** Runs the command. */
  public static void main(String[] arguments) {
    int stop = Integer.parseInt(arguments[0]);
    Path start = Path.of(arguments[1]);
    Path stopped = Path.of(arguments[2]);
    SystemCallFaults.install(
        (number, first, second) -> {
          if (isChange(number) && isCounting(start) && COUNT.incrementAndGet() >= stop) {
            stop(stopped);
          }
          return 0;
        });
    Fastvif.main(Arrays.copyOfRange(arguments, 3, arguments.length));
  }

  private static boolean isCounting(Path start) {
    isCounting |= Files.exists(start);
    return isCounting;
  }

  private static boolean isChange(long number) {
    if (number == __NR_write() || number == __NR_flock()) {
      return true;
    }
    return (number == __NR_sendmsg() || number == __NR_sendto())
        && StackWalker.getInstance()
            .walk(
                frames ->
                    frames.anyMatch(
                        frame ->
                            CHANGES.contains(frame.getClassName() + "." + frame.getMethodName())));
  }

  /** As threads of a killed process: none of them changes anything any more. */
  private static void stop(Path stopped) {
    try {
      Files.write(stopped, new byte[0]); // threads may come here together
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    while (true) {
      LockSupport.park();
    }
  }
}
