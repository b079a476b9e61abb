package io.fastvif.testing;

import static io.fastvif.bindings.linux.linux_h.AF_NETLINK;
import static io.fastvif.bindings.linux.linux_h.IFLA_PORT_INSTANCE_UUID;
import static io.fastvif.bindings.linux.linux_h.IFLA_PORT_RESPONSE;
import static io.fastvif.bindings.linux.linux_h.IFLA_VF_PORT;
import static io.fastvif.bindings.linux.linux_h.IFLA_VF_PORTS;
import static io.fastvif.bindings.linux.linux_h.MSG_DONTWAIT;
import static io.fastvif.bindings.linux.linux_h.NETLINK_ROUTE;
import static io.fastvif.bindings.linux.linux_h.NLMSG_DONE;
import static io.fastvif.bindings.linux.linux_h.NLMSG_ERROR;
import static io.fastvif.bindings.linux.linux_h.POLLIN;
import static io.fastvif.bindings.linux.linux_h.RTM_SETLINK;
import static io.fastvif.bindings.linux.linux_h.SOCK_CLOEXEC;
import static io.fastvif.bindings.linux.linux_h.SOCK_RAW;
import static io.fastvif.bindings.linux.linux_h.SOL_SOCKET;
import static io.fastvif.bindings.linux.linux_h.SO_RCVBUF;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.MessageHeader;
import io.fastvif.bindings.Polling;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.route.PortInfo;
import io.fastvif.plan.PortAssociation;
import io.fastvif.vif.MacAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * As much of lldpad as a test must hold in its hand: a netlink address, in the namespace of the
 * thread that opens it, where requests about VSIs are answered late, with a refusal, or never. For
 * all else there is the real one, {@link Lldpad}.
 */
public final class FakeLldpad implements AutoCloseable {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.nativeOrder());
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.nativeOrder());
  private static final int ADDRESS_SIZE = 12;
  private static final int PORT_ID_OFFSET = 4;
  private static final int LINK_HEADER = 16;
  private static final int REQUEST_OF_DISASSOCIATION = 3;
  private static final int ROOM = 4096;

  /** As lldpad's: a handful of requests. */
  private static final int RECEIVE_BUFFER = 4096;

  private final Arena arena = Arena.ofAuto();
  private final FileDescriptor descriptor;
  private final MemorySegment address = arena.allocate(ADDRESS_SIZE, Integer.BYTES);
  private final MemorySegment buffer = arena.allocate(ROOM, Long.BYTES);
  private final MemorySegment vector =
      arena.allocate(MessageHeader.VECTOR_SIZE, MessageHeader.ALIGNMENT);
  private final MemorySegment header = arena.allocate(MessageHeader.SIZE, MessageHeader.ALIGNMENT);
  private final MemorySegment poll = arena.allocate(Polling.ENTRY_SIZE, Integer.BYTES);
  private final MessageEncoder encoder = new MessageEncoder(arena.allocate(ROOM, Long.BYTES));
  private final Path pidFile;
  private final Map<UUID, Integer> known = new LinkedHashMap<>();
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final Thread server;
  private volatile boolean silent;
  private volatile boolean closing;
  private volatile boolean chatters;
  private volatile int response = PortInfo.NO_RESPONSE;
  private final AtomicInteger questions = new AtomicInteger();

  /** Begins to answer; the file with its address goes into that folder. */
  public FakeLldpad(Path folder) throws IOException {
    descriptor =
        FileDescriptor.check(
            Sockets.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE),
            "socket",
            "AF_NETLINK");
    int fd = descriptor.value();
    address.set(SHORT, 0, (short) AF_NETLINK);
    SystemCallException.check(Sockets.bind(fd, address, ADDRESS_SIZE), "bind", "AF_NETLINK");
    SystemCallException.check(
        Sockets.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER), "setsockopt", "SO_RCVBUF");
    MemorySegment length = arena.allocate(INT);
    length.set(INT, 0, ADDRESS_SIZE);
    SystemCallException.check(Sockets.getsockname(fd, address, length), "getsockname");
    pidFile = folder.resolve("lldpad.pid");
    Files.writeString(pidFile, Integer.toUnsignedString(address.get(INT, PORT_ID_OFFSET)) + "\n");
    poll.set(INT, Polling.ENTRY_DESCRIPTOR_OFFSET, fd);
    poll.set(SHORT, Polling.ENTRY_EVENTS_OFFSET, (short) POLLIN);
    server = Thread.ofPlatform().daemon().name("lldpad").start(this::serve);
  }

  /** A VSI of that number, which it is to be told of. */
  public PortAssociation.Vsi vsi(int number) {
    return new PortAssociation.Vsi(
        "lo",
        1,
        11,
        0x345678,
        2,
        new UUID(1, number),
        new MacAddress(0x020000000000L + number),
        7,
        pidFile.toString());
  }

  /** Leaves requests where they are from now on, or answers those that have gathered. */
  public void silent(boolean reads) {
    silent = reads;
  }

  /** Says something else before each answer from now on: the answer before, and its own news. */
  public void chatter() {
    chatters = true;
  }

  /** What the switch says of VSIs that are associated from now on, and of those that wait. */
  public void answer(int switchResponse) {
    synchronized (known) {
      response = switchResponse;
      known.replaceAll((vsi, before) -> switchResponse);
    }
  }

  /** What it was asked to do: {@code associate UUID}, {@code disassociate UUID}. */
  public List<String> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  /** How often it was asked about VSIs, and has answered. */
  public int questions() {
    return questions.get();
  }

  private void serve() {
    while (!closing) {
      int ready = Polling.poll(poll, 1, 20);
      while (ready > 0 && !silent && !closing && receive()) {
        MessageDecoder request = new MessageDecoder();
        request.wrap(buffer, 0, buffer.get(INT, 0));
        request.next();
        if (chatters) {
          consent(NLMSG_DONE, request.sequence() - 1);
          consent(RTM_SETLINK, request.sequence());
        }
        encoder.reset();
        if (request.type() == RTM_SETLINK) {
          set(request);
        } else {
          get(request);
        }
        encoder.end();
        send();
        if (request.type() != RTM_SETLINK) {
          questions.incrementAndGet();
        }
      }
    }
  }

  private boolean receive() {
    MessageHeader.putName(header, 0, address);
    MessageHeader.putVector(vector, 0, buffer, ROOM);
    MessageHeader.putOneVector(header, 0, vector);
    return Sockets.recvmsg(descriptor.value(), header, MSG_DONTWAIT) > 0;
  }

  private void send() {
    MessageHeader.putName(header, 0, address);
    MessageHeader.putVector(vector, 0, encoder.segment(), encoder.length());
    MessageHeader.putOneVector(header, 0, vector);
    Sockets.sendmsg(descriptor.value(), header, MSG_DONTWAIT); // who asked may have gone
  }

  private void set(MessageDecoder request) {
    PortInfo port = new PortInfo();
    port.findVf(request, -1);
    UUID instance = port.instance();
    if (port.request() == REQUEST_OF_DISASSOCIATION) {
      requests.add("disassociate " + instance);
      synchronized (known) {
        known.remove(instance);
      }
    } else {
      requests.add("associate " + instance);
      synchronized (known) {
        known.put(instance, response);
      }
    }
    encoder.begin(NLMSG_ERROR, 0, request.sequence());
    encoder.putHeader(LINK_HEADER + Integer.BYTES);
  }

  /** As lldpad does, tells of a VSI that the switch has refused only once. */
  private void get(MessageDecoder request) {
    encoder.begin(NLMSG_DONE, 0, request.sequence());
    encoder.putHeader(LINK_HEADER);
    encoder.beginNested(IFLA_VF_PORTS);
    synchronized (known) {
      known.forEach(this::putPort);
      known.values().removeIf(said -> said > 0);
    }
    encoder.endNested();
  }

  /** Says that the switch has consented to all. */
  private void consent(int type, int sequence) {
    encoder.reset();
    encoder.begin(type, 0, sequence);
    encoder.putHeader(LINK_HEADER);
    encoder.beginNested(IFLA_VF_PORTS);
    synchronized (known) {
      known.keySet().forEach(instance -> putPort(instance, 0));
    }
    encoder.endNested();
    encoder.end();
    send();
  }

  private void putPort(UUID instance, int said) {
    encoder.beginNested(IFLA_VF_PORT);
    ByteBuffer bytes = ByteBuffer.allocate(16);
    bytes.putLong(instance.getMostSignificantBits()).putLong(instance.getLeastSignificantBits());
    encoder.putBytes(IFLA_PORT_INSTANCE_UUID, bytes.array());
    if (said != PortInfo.NO_RESPONSE) {
      encoder.putShort(IFLA_PORT_RESPONSE, said);
    }
    encoder.endNested();
  }

  @Override
  public void close() {
    closing = true;
    boolean interrupted = false;
    while (server.isAlive()) {
      try {
        server.join();
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    descriptor.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
