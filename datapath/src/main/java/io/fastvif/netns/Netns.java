package io.fastvif.netns;

import static io.fastvif.bindings.linux.linux_h.*;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Namespaces;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.files.HostPath;
import io.fastvif.trace.Tracing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * A network namespace, kept alive by an open descriptor.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/network_namespaces.7.html">
 *     network_namespaces(7)</a>
 */
public final class Netns implements AutoCloseable {
  /** Of this thread: {@code /proc/self} would be that of the process's first one. */
  private static final String OF_THIS_THREAD = "/proc/thread-self/ns/net";

  private static final Path LINK_OF_THIS_THREAD = Path.of(OF_THIS_THREAD);

  private static final String CURRENT = "current";
  private static final String PRIVATE = "private";

  /** Whatever lies at a path, opening it does not wait: a pipe would, for its writer. */
  private static final int FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK;

  private final FileDescriptor descriptor;
  private final String description;

  private Netns(FileDescriptor descriptor, String description) {
    this.descriptor = descriptor;
    this.description = description;
  }

  /** The namespace of this thread. */
  public static Netns current() {
    return open(OF_THIS_THREAD, CURRENT);
  }

  /**
   * The namespace of a name, as {@code ip netns} shows it.
   *
   * @param name a file name in {@code /run/netns}
   * @throws SystemCallException ENOENT if there is none
   */
  public static Netns named(String name) {
    return open(NamedNetns.path(name), name);
  }

  /**
   * The namespace that a path leads to.
   *
   * @param path such as {@code /proc/1/ns/net}
   * @throws SystemCallException ENOENT if there is none
   */
  public static Netns of(Path path) {
    String text = HostPath.text(path);
    return open(text, text);
  }

  /**
   * The namespace of a process.
   *
   * @param pid its id
   * @throws SystemCallException ENOENT if there is no such process
   */
  public static Netns ofProcess(long pid) {
    return open("/proc/" + pid + "/ns/net", "process " + pid);
  }

  /**
   * The namespace of an open descriptor, such as one that a container runtime has passed.
   *
   * @param descriptor stays the caller's, and may be closed afterwards
   * @throws SystemCallException ENOENT if it is not open
   */
  public static Netns ofDescriptor(int descriptor) {
    return open("/proc/self/fd/" + descriptor, "descriptor " + descriptor);
  }

  /**
   * Makes a namespace without a name, which ends when this and all else in it is closed.
   *
   * @throws SystemCallException EPERM without CAP_SYS_ADMIN
   */
  public static Netns createPrivate() {
    return NetnsThread.run(
        () -> {
          unshare();
          return open(OF_THIS_THREAD, PRIVATE);
        });
  }

  /**
   * Makes a namespace with a name. Equivalent to {@code ip netns add NAME}.
   *
   * @param name a file name for {@code /run/netns}
   * @throws SystemCallException EEXIST if the name is taken; EPERM without CAP_SYS_ADMIN
   */
  public static Netns create(String name) {
    NamedNetns.create(name);
    return named(name);
  }

  /**
   * Removes a namespace's name; the namespace ends when nothing uses it any more. Equivalent to
   * {@code ip netns delete NAME}.
   *
   * @param name a file name in {@code /run/netns}
   * @throws SystemCallException ENOENT if there is none
   */
  public static void delete(String name) {
    NamedNetns.delete(name);
  }

  /**
   * Runs code in this namespace, on a thread made for it, and waits for it. Equivalent to {@code ip
   * netns exec NAME}, but that {@code /sys} stays that of the caller. Threads that the code starts
   * are in this namespace too, and so are pools that it is the first to use.
   *
   * @param <T> what the code returns
   * @param code what to run
   * @return what it returned
   * @throws NetnsException if it threw a checked exception; an unchecked one comes as it is
   * @throws SystemCallException EPERM without CAP_SYS_ADMIN
   */
  public <T> T call(Callable<T> code) {
    Callable<T> traced = Tracing.carried(code);
    return NetnsThread.run(
        () -> {
          enter();
          return traced.call();
        });
  }

  /**
   * Runs a moment's work in this namespace, such as opening sockets, which stay there whoever uses
   * them, or writing a file under {@code /proc/sys/net}. It runs on one of a few threads that are
   * kept for that and go from one namespace to another, and so costs some microseconds where {@link
   * #call} makes a thread. The caller, which may be a virtual thread, stays where it is. Without
   * the right to enter namespaces it has to be in this one.
   *
   * @param <T> what the code returns
   * @param code what to run: it must not wait for anything, start threads, or leave the namespace
   * @return what it returned
   * @throws NetnsException if it threw a checked exception; an unchecked one comes as it is
   * @throws SystemCallException EPERM without CAP_SYS_ADMIN, unless the caller is there; EINVAL if
   *     this is no network namespace
   */
  public <T> T visit(Callable<T> code) {
    if (!isCurrent()) {
      return NetnsVisit.run(this, Tracing.carried(code));
    }
    try {
      return code.call();
    } catch (RuntimeException | Error unchecked) {
      throw unchecked;
    } catch (Exception checked) {
      throw new NetnsException(checked);
    }
  }

  /**
   * Makes a thread that enters this namespace before it runs its code. If it cannot enter, its
   * uncaught exception handler gets the reason.
   *
   * @param name the thread's name
   * @param code what to run
   * @return the thread, not started
   */
  public Thread newThread(String name, Runnable code) {
    return Thread.ofPlatform()
        .name(name)
        .unstarted(
            () -> {
              enter();
              code.run();
            });
  }

  /**
   * Whether the calling thread is in this namespace.
   *
   * @throws UncheckedIOException if the kernel does not say
   */
  public boolean isCurrent() {
    try {
      return Files.isSameFile(
          Path.of(OF_THIS_THREAD), Path.of("/proc/self/fd/" + descriptor.value()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The kernel's number of the calling thread's namespace, which no other has before this one ends,
   * such as {@code net:[4026532208]}.
   *
   * @return empty if the kernel does not tell
   */
  public static Optional<Path> currentNumber() {
    try {
      return Optional.of(Files.readSymbolicLink(LINK_OF_THIS_THREAD));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The open descriptor, as netlink's IFLA_NET_NS_FD takes it. */
  public int descriptor() {
    return descriptor.value();
  }

  /** Closes the descriptor; the namespace ends if nothing else uses it. */
  @Override
  public void close() {
    descriptor.close();
  }

  /** Whether it was not opened by a name, a path or a process's number. */
  public boolean isAnonymous() {
    return description.equals(CURRENT) || description.equals(PRIVATE);
  }

  /**
   * What to call it: the name, path or process that it was opened by; without one its number, such
   * as {@code net:[4026532208]}.
   *
   * @throws UncheckedIOException if the kernel does not tell the number
   */
  public String name() {
    return isAnonymous() ? number() : description;
  }

  private String number() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor.value())).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What tells it from all other namespaces since the machine was started: the kernel's cookie of
   * it, such as {@code cookie 3}, which no later one gets. Before Linux 5.14 its number, such as
   * {@code net:[4026532208]}, which one that is made after its end may get.
   *
   * @throws SystemCallException if the kernel does not tell
   */
  public String identity() {
    return visit(
        () -> {
          try (Arena arena = Arena.ofConfined();
              FileDescriptor socket =
                  FileDescriptor.check(
                      Sockets.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket", "AF_UNIX")) {
            MemorySegment cookie = arena.allocate(JAVA_LONG);
            MemorySegment length = arena.allocateFrom(JAVA_INT, (int) cookie.byteSize());
            int refused =
                Sockets.getsockopt(socket.value(), SOL_SOCKET, SO_NETNS_COOKIE, cookie, length);
            if (refused == -Errno.ENOPROTOOPT) {
              return number();
            }
            SystemCallException.check(refused, "getsockopt", "SO_NETNS_COOKIE");
            return "cookie " + Long.toUnsignedString(cookie.get(JAVA_LONG, 0));
          }
        });
  }

  @Override
  public String toString() {
    return "network namespace " + description;
  }

  /** Moves the calling thread to a new namespace, for good. */
  static void unshare() {
    requirePermission(Namespaces.unshare(CLONE_NEWNET), "unshare", "CLONE_NEWNET");
  }

  /**
   * Moves the calling thread into this namespace, for good: such a thread belongs to the namespace
   * and must not go back into a pool.
   *
   * @throws SystemCallException EPERM without CAP_SYS_ADMIN
   */
  public void enter() {
    requirePermission(Namespaces.setns(descriptor.value(), CLONE_NEWNET), "setns", description);
  }

  static void requirePermission(int result, String call, String argument) {
    if (result == -Errno.EPERM) {
      throw new SystemCallException(call, Errno.EPERM, argument + " (needs root or CAP_SYS_ADMIN)");
    }
    SystemCallException.check(result, call, argument);
  }

  private static Netns open(String path, String description) {
    FileDescriptor descriptor = FileDescriptor.check(FileIo.open(path, FLAGS, 0), "open", path);
    return new Netns(descriptor, description);
  }
}
