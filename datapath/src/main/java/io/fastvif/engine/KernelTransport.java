package io.fastvif.engine;

import static io.fastvif.bindings.linux.linux_h.NETLINK_ROUTE;
import static io.fastvif.bindings.linux.linux_h.O_CLOEXEC;
import static io.fastvif.bindings.linux.linux_h.O_WRONLY;
import static io.fastvif.bindings.linux.linux_h.SIOCGIFINDEX;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.InterfaceRequest;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.MessageHandler;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.NetlinkSocket;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.Step;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * The kernel of one network namespace. Two sockets: one for the engine's batches, one for what is
 * asked now and then, by other threads too.
 */
final class KernelTransport implements Transport, MessageHandler {
  private static final int SEND_BYTES = 512 * 1024;
  private static final int ANSWER_MILLIS = 60_000;
  private static final ValueLayout.OfInt INDEX =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.nativeOrder());

  private final Arena arena = Arena.ofShared();
  private final MemorySegment interfaceRequest =
      arena.allocate(InterfaceRequest.SIZE, InterfaceRequest.ALIGNMENT);
  private final MemorySegment digit = arena.allocate(1);
  private final NetlinkSocket socket;
  private final RouteSocket queries;
  private final MessageEncoder encoder;
  private final boolean ipv6 = Files.exists(Path.of("/proc/sys/net/ipv6"));
  private AckHandler acks;
  private int awaited;

  private KernelTransport() {
    socket = NetlinkSocket.open(NETLINK_ROUTE);
    queries = RouteSocket.open();
    encoder = new MessageEncoder(arena.allocate(Math.min(SEND_BYTES, socket.maxBytesPerSend())));
  }

  /** Opens it in a namespace; null is the one of the thread that opens it. */
  static Factory factory(Netns namespace) {
    return () -> {
      if (namespace != null) {
        namespace.enter();
      }
      return new KernelTransport();
    };
  }

  @Override
  public MessageEncoder encoder() {
    return encoder;
  }

  @Override
  public int messageLimit() {
    return socket.maxMessagesPerSend();
  }

  @Override
  public boolean hasIpv6() {
    return ipv6;
  }

  @Override
  public void exchange(AckHandler handler) {
    acks = handler;
    awaited = encoder.messageCount();
    socket.send(encoder);
    try {
      while (awaited > 0) {
        if (socket.receive(this, ANSWER_MILLIS) == 0) {
          throw new IllegalStateException(
              "the kernel did not answer " + awaited + " messages in " + ANSWER_MILLIS + " ms");
        }
      }
    } catch (RuntimeException broken) {
      socket.discard(); // or the next exchange would take what is left of this one's answers
      throw broken;
    }
  }

  @Override
  public void onAck(int sequence, int errno, String message, int attributeOffset) {
    awaited--;
    acks.acknowledged(sequence, errno, message);
  }

  @Override
  public void onMessage(MessageDecoder message) {
    // An echo or event that was not asked for.
  }

  @Override
  public int createTap(Step.CreateTap tap) {
    try {
      Tap.createPersistent(
          tap.name(),
          new TapOptions(
              tap.multiQueue(), tap.vnetHeader(), tap.owner().orElse(-1), tap.group().orElse(-1)));
      return 0;
    } catch (SystemCallException refused) {
      return -refused.errno();
    }
  }

  @Override
  public int disableIpv6(String name, boolean disabled) {
    // Netlink shows this setting but does not take it.
    String path = "/proc/sys/net/ipv6/conf/" + name + "/disable_ipv6";
    int fd = FileIo.open(path, O_WRONLY | O_CLOEXEC, 0);
    if (fd < 0) {
      return fd;
    }
    try (FileDescriptor file = FileDescriptor.of(fd)) {
      digit.set(ValueLayout.JAVA_BYTE, 0, (byte) (disabled ? '1' : '0'));
      return (int) Math.min(0, FileIo.write(file.value(), digit, 1));
    }
  }

  @Override
  public int linkIndex(String name) {
    interfaceRequest.fill((byte) 0);
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= InterfaceRequest.NAME_SIZE) {
      return -Errno.ENODEV;
    }
    MemorySegment.copy(bytes, 0, interfaceRequest, ValueLayout.JAVA_BYTE, 0, bytes.length);
    int result = FileIo.ioctl(socket.descriptor(), SIOCGIFINDEX, interfaceRequest);
    return result < 0 ? result : interfaceRequest.get(INDEX, InterfaceRequest.INDEX_OFFSET);
  }

  @Override
  public String alias(int index) {
    LinkMessage link = new LinkMessage();
    String[] alias = {""};
    synchronized (queries) {
      try {
        queries.query(
            queries.link().get(index),
            message -> alias[0] = link.wrap(message).alias() == null ? "" : link.alias());
      } catch (NetlinkException gone) {
        return "";
      }
    }
    return alias[0];
  }

  @Override
  public boolean hasOtherPorts(int master, int port) {
    boolean[] found = {false};
    links(
        queries.link().dump(false).master(master),
        // A kernel without strict checking does not filter.
        link -> found[0] |= link.master() == master && link.index() != port);
    return found[0];
  }

  @Override
  public boolean isGroupUsed(int group) {
    boolean[] found = {false};
    links(queries.link().dump(false), link -> found[0] |= link.group() == group);
    return found[0];
  }

  private void links(LinkRequest request, Consumer<LinkMessage> consumer) {
    LinkMessage link = new LinkMessage();
    synchronized (queries) {
      queries.dump(request, message -> consumer.accept(link.wrap(message)));
    }
  }

  @Override
  public HostSnapshot snapshot() {
    synchronized (queries) {
      return HostReader.read(queries);
    }
  }

  @Override
  public void close() {
    socket.close();
    synchronized (queries) {
      queries.close();
    }
    arena.close();
  }
}
