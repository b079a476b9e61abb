package io.fastvif.netns;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Namespaces;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.files.HostPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  private final FileDescriptor descriptor;
  private final String description;

  private Netns(FileDescriptor descriptor, String description) {
    this.descriptor = descriptor;
    this.description = description;
  }

  /**
   * The namespace of this thread.
   *
   * @return it
   */
  public static Netns current() {
    return open(OF_THIS_THREAD, "current");
  }

  /**
   * The namespace of a name, as {@code ip netns} shows it.
   *
   * @param name a file name in {@code /run/netns}
   * @return it
   * @throws SystemCallException ENOENT if there is none
   */
  public static Netns named(String name) {
    return open(NamedNetns.path(name), name);
  }

  /**
   * The namespace that a path leads to.
   *
   * @param path such as {@code /proc/1/ns/net}
   * @return it
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
   * @return it
   * @throws SystemCallException ENOENT if there is no such process
   */
  public static Netns ofProcess(long pid) {
    return open("/proc/" + pid + "/ns/net", "process " + pid);
  }

  /**
   * Makes a namespace without a name, which ends when this and all else in it is closed.
   *
   * @return it
   * @throws SystemCallException EPERM without CAP_SYS_ADMIN
   */
  public static Netns createPrivate() {
    return NetnsThread.run(
        () -> {
          unshare();
          return open(OF_THIS_THREAD, "private");
        });
  }

  /**
   * Makes a namespace with a name. Equivalent to {@code ip netns add NAME}.
   *
   * @param name a file name for {@code /run/netns}
   * @return it
   * @throws SystemCallException EEXIST if the name is taken; EPERM without CAP_SYS_ADMIN
   */
  public static Netns create(String name) {
    NamedNetns.create(name);
    return named(name);
  }

  /**
   * Takes a namespace's name away; it ends with the last of what is in it. Equivalent to {@code ip
   * netns delete NAME}.
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
    return NetnsThread.run(
        () -> {
          enter();
          return code.call();
        });
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
   * @return whether it is
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
   * The open descriptor, as netlink's IFLA_NET_NS_FD takes it.
   *
   * @return the number
   */
  public int descriptor() {
    return descriptor.value();
  }

  /** Lets go of the namespace. */
  @Override
  public void close() {
    descriptor.close();
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
    FileDescriptor descriptor =
        FileDescriptor.check(FileIo.open(path, O_RDONLY | O_CLOEXEC, 0), "open", path);
    return new Netns(descriptor, description);
  }
}
