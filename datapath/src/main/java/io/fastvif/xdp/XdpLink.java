package io.fastvif.xdp;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.bindings.linux.sockaddr_xdp;
import io.fastvif.handover.HandOverException;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A link whose frames come to this process, from some or all of its queues. The host gets none of
 * these any more, until it is closed or the process has ended.
 */
public final class XdpLink implements AutoCloseable {
  private static final int BUSY_POLL_BUDGET = 64;
  private static final int MAX_QUEUES = 4096;

  /** The kernel frees a queue some time after its socket was closed: up to so often is waited. */
  private static final int MAX_WAITS = 1_000;

  private static final long WAIT_NANOS = 5_000_000;

  private final Arena arena = Arena.ofShared();
  private final List<XdpSocket> sockets = new ArrayList<>();
  private final String name;
  private final int index;
  private final XdpOptions options;
  private Umem umem;
  private RedirectProgram program;
  private XdpMode mode;

  private XdpLink(String name, int index, XdpOptions options) {
    this.name = name;
    this.index = index;
    this.options = options;
  }

  /**
   * Opens a link of the calling thread's network namespace.
   *
   * @param link the link's name; it need not be up
   * @param options how
   * @return the link, whose frames come here from now on
   * @throws XdpException if there is no such link or queue, another XDP program is attached, the
   *     driver has no native mode or no zero-copy and that was asked for, or memory is limited;
   *     nothing was changed then
   * @throws SystemCallException EPERM without CAP_NET_RAW, CAP_BPF and CAP_NET_ADMIN
   */
  public static XdpLink open(String link, XdpOptions options) {
    LinkFacts facts = LinkFacts.of(link);
    int queues = facts.queues(options.queues());
    facts.requireUsable();
    XdpLink opened = new XdpLink(link, facts.index(), options);
    try {
      opened.program = RedirectProgram.load(queues);
      opened.umem = new Umem(opened.arena, 2 * queues * options.ringSize());
      for (int i = 0; i < queues; i++) {
        opened.add(i);
      }
      opened.mode = opened.program.attach(facts.index(), link, options.mode());
      return opened;
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  /**
   * Takes a link over that another process has opened: its sockets, the memory for frames and the
   * program. One of both may use them: this one from {@link #restorePosition} on.
   */
  public static XdpLink restore(HandOverReader reader) {
    String name = reader.text();
    int index = reader.number();
    XdpOptions options =
        new XdpOptions(
            XdpMode.valueOf(reader.text()),
            XdpCopy.valueOf(reader.text()),
            reader.number(),
            reader.number(),
            reader.number());
    XdpLink taken = new XdpLink(name, index, options);
    try {
      taken.mode = XdpMode.valueOf(reader.text());
      taken.program = RedirectProgram.restore(reader);
      int queues = reader.count(MAX_QUEUES);
      FileDescriptor memory = taken.required(reader.takeDescriptor());
      taken.umem = new Umem(taken.arena, memory, 2 * queues * options.ringSize());
      for (int i = 0; i < queues; i++) {
        FileDescriptor socket = taken.required(reader.takeDescriptor());
        try {
          XskRings rings = new XskRings(taken.arena, socket.value(), options.ringSize());
          boolean busyPolls = options.busyPollMicros() > 0;
          taken.sockets.add(
              new XdpSocket(socket, rings, taken.umem, options.ringSize(), busyPolls));
        } catch (RuntimeException | Error e) {
          socket.close();
          throw e;
        }
      }
      return taken;
    } catch (RuntimeException | Error e) {
      taken.close();
      throw e;
    }
  }

  private FileDescriptor required(FileDescriptor descriptor) {
    if (descriptor == null) {
      throw new HandOverException("the link " + name + " without a descriptor");
    }
    return descriptor;
  }

  /** Writes what {@link #restore} takes; its sockets go on meanwhile. */
  public void save(HandOverWriter writer) {
    writer.text(name).number(index).text(options.mode().name()).text(options.copy().name());
    writer.number(options.queues()).number(options.ringSize()).number(options.busyPollMicros());
    writer.text(mode.name());
    program.save(writer);
    writer.number(sockets.size()).descriptor(umem.descriptor());
    sockets.forEach(socket -> writer.descriptor(socket.descriptor()));
  }

  /** Writes where the sockets are, which nobody uses now. */
  public void savePosition(HandOverWriter writer) {
    sockets.forEach(socket -> socket.savePosition(writer));
  }

  /** Goes on where another process has stopped. */
  public void restorePosition(HandOverReader reader) {
    sockets.forEach(socket -> socket.restorePosition(reader));
  }

  private void add(int queue) {
    FileDescriptor socket =
        FileDescriptor.check(
            Sockets.socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0), "socket", "AF_XDP");
    try {
      int fd = socket.value();
      if (queue == 0) {
        umem.register(arena, fd, name);
      }
      boolean busyPolls = options.busyPollMicros() > 0;
      if (busyPolls) {
        option(fd, SO_PREFER_BUSY_POLL, 1, "SO_PREFER_BUSY_POLL");
        option(fd, SO_BUSY_POLL, options.busyPollMicros(), "SO_BUSY_POLL");
        option(fd, SO_BUSY_POLL_BUDGET, BUSY_POLL_BUDGET, "SO_BUSY_POLL_BUDGET");
      }
      XskRings rings = XskRings.make(arena, fd, options.ringSize());
      bind(fd, queue);
      XdpSocket bound = new XdpSocket(socket, rings, umem, options.ringSize(), busyPolls);
      bound.begin(queue);
      program.put(queue, fd);
      sockets.add(bound);
    } catch (RuntimeException | Error e) {
      socket.close();
      throw e;
    }
  }

  private static void option(int socket, int option, int value, String optionName) {
    SystemCallException.check(
        Sockets.setsockopt(socket, SOL_SOCKET, option, value), "setsockopt", optionName, value);
  }

  private void bind(int socket, int queue) {
    MemorySegment address = sockaddr_xdp.allocate(arena);
    sockaddr_xdp.sxdp_family(address, (short) AF_XDP);
    sockaddr_xdp.sxdp_ifindex(address, index);
    sockaddr_xdp.sxdp_queue_id(address, queue);
    if (queue == 0) {
      sockaddr_xdp.sxdp_flags(address, (short) (XDP_USE_NEED_WAKEUP | options.copy().flags()));
    } else {
      sockaddr_xdp.sxdp_flags(address, (short) XDP_SHARED_UMEM);
      sockaddr_xdp.sxdp_shared_umem_fd(address, sockets.getFirst().descriptor());
    }
    int length = (int) address.byteSize();
    int result = Sockets.bind(socket, address, length);
    for (int i = 0; result == -Errno.EBUSY && i < MAX_WAITS; i++) {
      LockSupport.parkNanos(WAIT_NANOS);
      result = Sockets.bind(socket, address, length);
    }
    if (result < 0) {
      throw refused(queue, -result);
    }
  }

  private RuntimeException refused(int queue, int errno) {
    SystemCallException cause = new SystemCallException("bind", errno, name, "queue " + queue);
    String why =
        switch (errno) {
          case Errno.EBUSY -> "is another AF_XDP socket's: expected one that is free";
          case Errno.EINVAL -> "is not there: expected one that the link has";
          case Errno.EOPNOTSUPP ->
              "has no zero-copy, by its driver or beside others: expected copy auto or copy";
          default -> null;
        };
    if (why == null) {
      return cause;
    }
    return new XdpException(
        FailureKind.ofErrno(errno),
        "queue " + queue + " of the link " + name + " " + why + " (" + cause.getMessage() + ")",
        cause);
  }

  /** The link's name, as it was opened. */
  public String name() {
    return name;
  }

  /** The link's index. */
  public int index() {
    return index;
  }

  /** Where the program runs: {@link XdpMode#NATIVE} or {@link XdpMode#GENERIC}. */
  public XdpMode mode() {
    return mode;
  }

  /** One for each queue that was opened, in their order. */
  public List<XdpSocket> sockets() {
    return List.copyOf(sockets);
  }

  /** Gives the link's frames back to the host. Nobody uses a socket any more. */
  @Override
  public void close() {
    if (program != null) {
      program.close();
    }
    sockets.forEach(XdpSocket::close);
    if (umem != null) {
      umem.close();
    }
    arena.close();
  }
}
