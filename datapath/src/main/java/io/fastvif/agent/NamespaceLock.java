package io.fastvif.agent;

import static io.fastvif.bindings.linux.linux_h.AF_UNIX;
import static io.fastvif.bindings.linux.linux_h.SOCK_CLOEXEC;
import static io.fastvif.bindings.linux.linux_h.SOCK_DGRAM;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.HeldException;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.bindings.UnixSocketAddress;
import io.fastvif.files.BoundSocket;
import io.fastvif.files.FileHolder;
import io.fastvif.netns.Netns;
import io.fastvif.netns.NetnsException;
import io.fastvif.trace.Log;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps a network namespace to one agent: two with a state folder each would take for drift what
 * the other does. An abstract unix socket of a fixed name is the lock. The kernel keeps those names
 * by network namespace, whatever files the processes see, and takes them back when the process
 * ends, however it does.
 *
 * <p>Any user may take such a name. One that neither root nor the agent's user has taken keeps no
 * agent from starting; a line of the log names who has it.
 */
final class NamespaceLock implements AutoCloseable {
  static final String NAME = "fastvif/agent";
  private static final String SHOWN_NAME = "@" + NAME;
  private static final long ROOT = 0;

  /** Whoever had it may end between two looks. */
  private static final int ATTEMPTS = 3;

  private final FileDescriptor socket;

  private NamespaceLock(FileDescriptor socket) {
    this.socket = socket;
  }

  /**
   * Takes it.
   *
   * @param namespace null for that of the calling thread
   * @throws HeldException if another agent has it; names its process
   * @throws SystemCallException if the kernel gives no socket
   * @throws IOException if it cannot be read who has it
   */
  static NamespaceLock take(Netns namespace) throws IOException {
    try {
      return namespace == null ? take() : namespace.visit(NamespaceLock::take);
    } catch (NetnsException failed) {
      if (failed.getCause() instanceof IOException checked) {
        throw checked;
      }
      throw failed;
    }
  }

  private static NamespaceLock take() throws IOException {
    NamespaceLock lock =
        new NamespaceLock(
            FileDescriptor.check(
                Sockets.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket", "AF_UNIX"));
    try {
      for (int i = 0; i < ATTEMPTS; i++) {
        int refused = lock.bind();
        if (refused != -Errno.EADDRINUSE) {
          SystemCallException.check(refused, "bind", SHOWN_NAME);
          return lock;
        }
        if (isForeign()) {
          return lock;
        }
      }
      throw held("a process that is not seen from here");
    } catch (IOException | RuntimeException | Error failed) {
      lock.close();
      throw failed;
    }
  }

  private int bind() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = UnixSocketAddress.ofAbstract(arena, NAME);
      return Sockets.bind(socket.value(), address, (int) address.byteSize());
    }
  }

  /**
   * Whether some other user has the name; false if it is not found any more who has it.
   *
   * @throws HeldException if an agent has it
   */
  private static boolean isForeign() throws IOException {
    Optional<FileHolder> foreign = Optional.empty();
    for (BoundSocket socket : BoundSocket.of(BoundSocket.OF_THREAD, Set.of(SHOWN_NAME))) {
      Optional<FileHolder> holder = socket.holder();
      if (holder.isPresent() && isAgent(holder.get())) {
        throw held(holder.get().toString());
      }
      foreign = foreign.or(() -> holder);
    }
    foreign.ifPresent(
        holder ->
            Log.warning(
                NamespaceLock.class,
                "another user's "
                    + holder
                    + " has the name "
                    + SHOWN_NAME
                    + ": a second agent would not be refused"));
    return foreign.isPresent();
  }

  private static boolean isAgent(FileHolder holder) throws IOException {
    return holder.isOf(ROOT) || holder.isOf(FileHolder.ownUserId());
  }

  private static HeldException held(String holder) {
    return new HeldException(
        "another agent keeps the VIFs of this network namespace: "
            + holder
            + ": end that one, or start this one in another namespace");
  }

  @Override
  public void close() {
    socket.close();
  }
}
