package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.*;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.vhostuser.memory.MemoryFile;
import io.fastvif.vhostuser.memory.MemoryRegion;
import io.fastvif.vhostuser.protocol.FrontendRequest;
import io.fastvif.vhostuser.protocol.InflightDescription;
import io.fastvif.vhostuser.protocol.Message;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.protocol.ProtocolFeature;
import io.fastvif.vhostuser.protocol.RingAddresses;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes sessions that are nearly right: in another order, with other bytes and descriptors. */
public final class RequestMutator {
  static final int MAX_MESSAGES = 60;

  /** The order of DPDK's and QEMU's frontends; a mutated session follows it most of the way. */
  private static final FrontendRequest[] ORDER = {
    FrontendRequest.SET_OWNER,
    FrontendRequest.GET_FEATURES,
    FrontendRequest.GET_PROTOCOL_FEATURES,
    FrontendRequest.SET_PROTOCOL_FEATURES,
    FrontendRequest.GET_QUEUE_NUM,
    FrontendRequest.SET_BACKEND_REQ_FD,
    FrontendRequest.SET_VRING_CALL,
    FrontendRequest.SET_VRING_ERR,
    FrontendRequest.SET_FEATURES,
    FrontendRequest.SET_STATUS,
    FrontendRequest.GET_STATUS,
    FrontendRequest.GET_INFLIGHT_FD,
    FrontendRequest.SET_MEM_TABLE,
    FrontendRequest.SET_VRING_NUM,
    FrontendRequest.SET_VRING_BASE,
    FrontendRequest.SET_VRING_ADDR,
    FrontendRequest.SET_VRING_KICK,
    FrontendRequest.SET_VRING_ENABLE,
    FrontendRequest.SET_LOG_BASE,
    FrontendRequest.SET_LOG_FD,
    FrontendRequest.ADD_MEM_REG,
    FrontendRequest.REM_MEM_REG,
    FrontendRequest.NET_SET_MTU,
    FrontendRequest.SEND_RARP,
    FrontendRequest.GET_VRING_BASE,
    FrontendRequest.RESET_DEVICE
  };

  private static final long GUEST = 0x4000_0000L;
  private static final long USER = 0x7f00_0000_0000L;
  private static final long SIZE = 1 << 20;

  private Random random = new Random(0);
  private final int memory;
  private final int event;
  private final long guest;
  private final long user;
  private final long size;
  private long messages;

  RequestMutator(int memory, int event, long guest, long user, long size) {
    this.memory = memory;
    this.event = event;
    this.guest = guest;
    this.user = user;
    this.size = size;
  }

  long messages() {
    return messages;
  }

  /**
   * Has one such session with a backend.
   *
   * @param path where the backend listens
   * @param memory 1 MiB
   * @param event an eventfd
   */
  public static void converse(String path, Random random, MemoryFile memory, int event) {
    FileDescriptor socket = UnixAddress.socket();
    try (MessageChannel channel = new MessageChannel(socket)) {
      SystemCallException.check(UnixAddress.connect(socket.value(), path), "connect", path);
      long[] seeds = random.longs(MAX_MESSAGES).toArray();
      new RequestMutator(memory.fd(), event, GUEST, USER, SIZE).converse(channel, seeds);
    }
  }

  /**
   * Sends a session's requests, until it ends or is long enough.
   *
   * @param seeds what each message is made of
   */
  void converse(MessageChannel channel, long[] seeds) {
    int position = 0;
    try {
      for (int i = 0; i < MAX_MESSAGES; i++) {
        random = new Random(seeds[i]);
        FrontendRequest[] all = FrontendRequest.values();
        boolean strays = random.nextInt(12) == 0;
        FrontendRequest request =
            strays ? all[random.nextInt(all.length)] : ORDER[position++ % ORDER.length];
        write(channel.sent(), request);
        int[] descriptors = descriptors(request);
        int length = channel.sent().length();
        if (random.nextInt(10) == 0) {
          int at = random.nextInt(length);
          channel.sent().segment().set(JAVA_BYTE, at, (byte) random.nextInt(256));
        }
        messages++;
        if (random.nextInt(40) == 0) {
          int cut = 1 + random.nextInt(length);
          Sockets.send(
              channel.descriptor(), channel.sent().segment(), cut, MSG_DONTWAIT | MSG_NOSIGNAL);
          if (random.nextBoolean()) {
            return;
          }
        } else {
          send(channel, descriptors);
        }
        if (channel.receive() == MessageChannel.END) {
          return;
        }
      }
    } catch (ProtocolException closed) {
      // as it should be
    }
  }

  /** What the header says may be longer than the room: then the room is sent. */
  static void send(MessageChannel channel, int[] descriptors) {
    int stated = channel.sent().size();
    if (stated < 0 || stated > Message.MAX_SIZE - Message.HEADER_SIZE) {
      Sockets.send(
          channel.descriptor(),
          channel.sent().segment(),
          Message.HEADER_SIZE,
          MSG_DONTWAIT | MSG_NOSIGNAL);
    } else {
      channel.send(descriptors);
    }
  }

  private int[] descriptors(FrontendRequest request) {
    int count = request.maxDescriptors();
    if (request == FrontendRequest.SET_MEM_TABLE) {
      count = 1;
    }
    if (random.nextInt(15) == 0) {
      count = random.nextInt(Message.MAX_DESCRIPTORS + 1);
    }
    boolean isMemory =
        switch (request) {
          case SET_MEM_TABLE, ADD_MEM_REG, SET_LOG_BASE, SET_INFLIGHT_FD -> true;
          default -> false;
        };
    int[] descriptors = new int[count];
    Arrays.fill(descriptors, isMemory != (random.nextInt(15) == 0) ? memory : event);
    return descriptors;
  }

  private void write(Message message, FrontendRequest request) {
    message.beginRequest(request.id(), random.nextInt(4) == 0);
    int ring = random.nextInt(8) == 0 ? random.nextInt() : random.nextInt(4);
    switch (request) {
      case SET_PROTOCOL_FEATURES ->
          message.putU64(
              ProtocolFeature.OFFERED & (random.nextInt(4) == 0 ? random.nextLong() : -1));
      case SET_FEATURES -> message.putU64(1L << VIRTIO_F_VERSION_1 | 1L << 30);
      case SET_VRING_NUM -> message.putRingState(ring, 1 << random.nextInt(17));
      case SET_VRING_BASE, GET_VRING_BASE -> message.putRingState(ring, random.nextInt(70_000));
      case SET_VRING_ENABLE -> message.putRingState(ring, random.nextInt(2));
      case SET_VRING_KICK, SET_VRING_CALL, SET_VRING_ERR -> message.putU64(random.nextInt(4));
      case SET_VRING_ADDR ->
          message.putRingAddresses(
              new RingAddresses(ring, random.nextInt(2), user, user + 8192, user + 4096, guest));
      case SET_MEM_TABLE -> message.putRegions(List.of(new MemoryRegion(guest, size, user, 0)));
      case ADD_MEM_REG, REM_MEM_REG ->
          message.putRegion(
              new MemoryRegion(
                  guest + random.nextInt(4) * size, size, user + random.nextInt(4) * size, 0));
      case SET_LOG_BASE -> message.putLog(4096, random.nextInt(4) * 4096L);
      case GET_INFLIGHT_FD, SET_INFLIGHT_FD ->
          message.putInflight(
              new InflightDescription(65_536, 0, random.nextInt(6), random.nextInt(512)));
      default -> {
        if (request.payload().minSize() == Long.BYTES) {
          message.putU64(random.nextInt(3000));
        }
      }
    }
  }
}
