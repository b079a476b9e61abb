package io.fastvif.agent.systemd;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.bindings.UnixSocketAddress;
import io.fastvif.trace.Log;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Tells the service manager how the process is: sd_notify(3). Each message is a datagram to the
 * socket that {@code NOTIFY_SOCKET} names; without the variable nothing is sent. That a message
 * cannot be sent is logged, and no reason to fail. Any thread may call.
 */
public final class ServiceManager {
  /** The socket to tell: a path, or with an @ in front a name of the abstract namespace. */
  static final String NOTIFY_SOCKET = "NOTIFY_SOCKET";

  /** Within how many microseconds the manager wants to hear that the process is alive. */
  static final String WATCHDOG_USEC = "WATCHDOG_USEC";

  /** Of which process it wants to hear that; of whichever reads it, if it is not set. */
  static final String WATCHDOG_PID = "WATCHDOG_PID";

  private static final int SEND_PATIENCE_SECONDS = 1;
  private static final long NANOS_PER_MICRO = 1000;

  private final String socket;
  private final Duration watchdog;

  private ServiceManager(String socket, Duration watchdog) {
    this.socket = socket;
    this.watchdog = watchdog;
  }

  /**
   * The manager that an environment names.
   *
   * @param environment this process's variables
   */
  public static ServiceManager of(Map<String, String> environment) {
    String socket = environment.getOrDefault(NOTIFY_SOCKET, "");
    if (!socket.isEmpty() && !socket.startsWith("/") && !socket.startsWith("@")) {
      Log.warning(
          ServiceManager.class,
          NOTIFY_SOCKET + "=" + socket + " is not understood: expected a path, or @ and a name");
      socket = "";
    }
    return new ServiceManager(socket, watchdog(environment));
  }

  private static Duration watchdog(Map<String, String> environment) {
    String micros = environment.get(WATCHDOG_USEC);
    String pid = environment.getOrDefault(WATCHDOG_PID, "");
    String own = Long.toString(ProcessHandle.current().pid());
    if (micros == null || (!pid.isEmpty() && !pid.equals(own))) {
      return null;
    }
    try {
      long parsed = Long.parseLong(micros);
      if (parsed > 0 && parsed <= Long.MAX_VALUE / NANOS_PER_MICRO) {
        return Duration.ofNanos(parsed * NANOS_PER_MICRO);
      }
    } catch (NumberFormatException notANumber) {
      // said below, like a number out of range
    }
    Log.warning(
        ServiceManager.class,
        WATCHDOG_USEC + "=" + micros + " is not understood: expected microseconds, at least 1");
    return null;
  }

  /** Whether there is a manager that listens. */
  public boolean isThere() {
    return !socket.isEmpty();
  }

  /** Within which time the manager wants to hear of the process; empty if it does not. */
  public Optional<Duration> watchdog() {
    return isThere() ? Optional.ofNullable(watchdog) : Optional.empty();
  }

  /**
   * The process does its work from now on, after a start or after reloading.
   *
   * @param status one line for people
   */
  public void ready(String status) {
    send("READY=1\nSTATUS=" + line(status));
  }

  /** This process does the work from now on, in the place of the one that the manager started. */
  public void mainProcess() {
    send("MAINPID=" + ProcessHandle.current().pid());
  }

  /** What the process is at, in one line for people. */
  public void status(String status) {
    send("STATUS=" + line(status));
  }

  /** The process begins to read its configuration again; {@link #ready} follows. */
  public void reloading() {
    // Of CLOCK_MONOTONIC, as the manager wants it: it is what Java reads on Linux.
    long micros = System.nanoTime() / NANOS_PER_MICRO;
    send("RELOADING=1\nMONOTONIC_USEC=" + micros);
  }

  /** The process ends in order. */
  public void stopping() {
    send("STOPPING=1\nSTATUS=ending");
  }

  /** The process is alive. */
  void alive() {
    send("WATCHDOG=1");
  }

  private static String line(String status) {
    return status.replace('\n', ' ');
  }

  private void send(String message) {
    if (!isThere()) {
      return;
    }
    try (Arena arena = Arena.ofConfined();
        FileDescriptor sender =
            FileDescriptor.check(
                Sockets.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket", "AF_UNIX")) {
      boundPatience(arena, sender.value());
      MemorySegment address =
          socket.startsWith("@")
              ? UnixSocketAddress.ofAbstract(arena, socket.substring(1))
              : UnixSocketAddress.ofPath(arena, socket);
      int length = (int) address.byteSize();
      SystemCallException.check(
          retried(() -> Sockets.connect(sender.value(), address, length)), "connect", socket);
      byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
      MemorySegment text = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      SystemCallException.check(
          retried(() -> (int) Sockets.send(sender.value(), text, bytes.length, MSG_NOSIGNAL)),
          "send",
          socket);
    } catch (SystemCallException | IllegalArgumentException unheard) {
      Log.warning(
          ServiceManager.class,
          "the service manager is not told "
              + message.lines().findFirst().orElse("")
              + ": "
              + unheard.getMessage());
    }
  }

  /** A manager that does not read must not keep the process from its work. */
  private static void boundPatience(Arena arena, int fd) {
    MemorySegment time = arena.allocate(ValueLayout.JAVA_LONG, 2);
    time.setAtIndex(ValueLayout.JAVA_LONG, 0, SEND_PATIENCE_SECONDS);
    SystemCallException.check(
        Sockets.setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, time, (int) time.byteSize()),
        "setsockopt",
        "SO_SNDTIMEO");
  }

  private interface Call {
    int make();
  }

  private static int retried(Call call) {
    int result;
    do {
      result = call.make();
    } while (result == -Errno.EINTR);
    return result;
  }
}
