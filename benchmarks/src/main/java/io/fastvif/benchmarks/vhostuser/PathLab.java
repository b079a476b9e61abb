package io.fastvif.benchmarks.vhostuser;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.benchmarks.process.Ip;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/**
 * A network namespace for one backend: a veth stands for the card, its other end for the wire. No
 * host of it sends anything by itself.
 */
final class PathLab implements AutoCloseable {
  /** The end that backends have. */
  static final String CARD = "card";

  /** The other end. */
  static final String WIRE = "wire";

  /** The tap by which the host is reached. */
  static final String HOST = "host0";

  /** Where datagrams go; path-guests.c has it in its frames. */
  static final String PORT = "5001";

  /** As path-guests.c sends to. */
  static final String HOST_MAC = "02:00:00:00:01:fe";

  private static final int LAST_LINES = 8;
  private static final String HOST_ADDRESS = "10.99.0.1/24";
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final long LOOK_NANOS = 2_000_000;

  private final Path folder;
  private final Netns namespace = Netns.createPrivate();

  /**
   * Makes it.
   *
   * @param folder for the backend's files; nobody else's are in it
   */
  PathLab(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    try {
      namespace.call(
          () -> {
            for (String links : List.of("all", "default")) {
              Path file = Path.of("/proc/sys/net/ipv6/conf", links, "disable_ipv6");
              if (Files.exists(file)) {
                Files.writeString(file, "1");
              }
            }
            return null;
          });
      ip("link set lo up", "link add " + CARD + " type veth peer name " + WIRE);
      ip("link set " + CARD + " up", "link set " + WIRE + " up");
    } catch (IOException | RuntimeException problem) {
      namespace.close();
      throw problem;
    }
  }

  Path folder() {
    return folder;
  }

  /** Where a guest's backend listens. */
  String socket(int guest) {
    return folder.resolve("guest" + guest).toString();
  }

  /** Runs {@code ip} in the namespace. */
  void ip(String... lines) throws IOException {
    call(() -> Ip.runEach(List.of(lines), folder, LIMIT));
  }

  /** Gives the host's link, once the backend has made it, its addresses. */
  void addressHost(String link) throws IOException {
    await(
        "the link " + link,
        () -> call(() -> Files.readString(Path.of("/proc/thread-self/net/dev"))).contains(link));
    ip("link set " + link + " address " + HOST_MAC + " up");
    ip("address add " + HOST_ADDRESS + " dev " + link);
  }

  /** Starts a process in the namespace. */
  Process start(ProcessBuilder builder) {
    return Child.start(namespace, builder);
  }

  /** Does something in the namespace. */
  <T> T call(Callable<T> code) {
    return namespace.call(code);
  }

  /** The end of what a process has written to a file, for an error's message. */
  static String lastLines(Path file) {
    try {
      List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
      return String.join(
          System.lineSeparator(),
          lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }

  /** Something that may be so later. */
  interface Condition {
    boolean holds() throws IOException;
  }

  /** Waits for something. */
  static void await(String what, Condition condition) throws IOException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        throw new IOException("not there after " + LIMIT.toSeconds() + " s: " + what);
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  @Override
  public void close() {
    namespace.close();
  }
}
