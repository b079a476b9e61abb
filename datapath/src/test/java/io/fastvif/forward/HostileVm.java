package io.fastvif.forward;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Polling;
import io.fastvif.vhostuser.virtqueue.DriverQueue;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import io.fastvif.vhostuser.virtqueue.RingScribbler;
import io.fastvif.vhostuser.virtqueue.TestGuest;
import io.fastvif.vhostuser.virtqueue.TestRing;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/**
 * A guest with nonsense in its headers and frames, which change while they are used, and after a
 * while in its rings too.
 */
public final class HostileVm implements AutoCloseable {
  /** 10.0.0.66. */
  private static final int ADDRESS = 0x0a000042;

  private static final long ALL = 0xffff_ffff_ffffL;
  private static final long GROUP = 0x0100_5e00_0001L;
  private static final int[] SIZES = {1, 2, 8, 64, 256};
  private static final int[] TYPES = {0x0800, 0x0806, 0x86dd, 0x8100, 0x88a8, 0x88cc, 60};
  private static final int[] PROTOCOLS = {0, 1, 4, 6, 6, 6, 17, 17, 43, 44, 47, 58};

  /** VIRTIO_NET_HDR_GSO_UDP_L4, which older headers do not have. */
  private static final int GSO_UDP_L4 = 5;

  private static final int[] TCP_KINDS = {
    VIRTIO_NET_HDR_GSO_NONE,
    VIRTIO_NET_HDR_GSO_TCPV4,
    VIRTIO_NET_HDR_GSO_TCPV6,
    VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_ECN
  };
  private static final int[] UDP_KINDS = {
    VIRTIO_NET_HDR_GSO_NONE, VIRTIO_NET_HDR_GSO_UDP, GSO_UDP_L4
  };
  private static final long REGION = 1 << 18;
  private static final int BUFFERS = 100;
  private static final int BUFFER = 2048;
  private static final int HEADERS = 160;
  private static final int MAX_PIECES = 4;

  /** One time in so many its rings begin to be nonsense too. */
  private static final int SANE_ACTS = 30;

  private final Random random;
  private final HostileDevice device;
  private final long mac;
  private final long[] targets;
  private final TestGuest guest = new TestGuest(REGION);
  private final FileDescriptor kick =
      FileDescriptor.check(Polling.eventfd(0, EFD_NONBLOCK), "eventfd");
  private final MemorySegment one = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_LONG, 1L);
  private final long[] buffers = new long[BUFFERS];
  private final RingScribbler scribbler;
  private final long[] addresses = new long[MAX_PIECES];
  private final int[] lengths = new int[MAX_PIECES];
  private TestRing[] rings;
  private int header;
  private boolean wild;

  /**
   * Makes a guest, whose rings are not started.
   *
   * @param device who serves its rings; closed with it
   * @param mac from which most of its frames come
   * @param targets MAC addresses to which it sends besides
   */
  public HostileVm(Random random, HostileDevice device, long mac, long... targets) {
    this.random = random;
    this.device = device;
    this.mac = mac;
    this.targets = targets;
    scribbler = new RingScribbler(random, guest, buffers);
  }

  /** Starts its rings anew, with some of the features that are offered. */
  public void restart() {
    device.stop();
    guest.freeAll();
    long left = random.nextLong();
    long features = device.features() & ~(left & random.nextLong());
    features |= random.nextInt(8) == 0 ? 0 : VirtioFeatures.VERSION_1;
    if (random.nextInt(3) > 0) {
      features &= ~VirtioFeatures.RING_PACKED;
    }
    header = VirtioNetHeader.length(features);
    for (int i = 0; i < BUFFERS; i++) {
      buffers[i] = guest.allocate(BUFFER, 64);
      fill(buffers[i]);
    }
    int size = SIZES[random.nextInt(SIZES.length)];
    TestRing[] made = {guest.ring(size, features, true), guest.ring(size, features, false)};
    int[] bases = new int[2];
    for (int i = 0; i < 2; i++) {
      bases[i] = random.nextInt(4) == 0 ? random.nextInt() : made[i].freshBase();
    }
    device.start(guest, made, bases, features, kick.value());
    rings = made;
    wild = false;
  }

  /** Whether its rings are nonsense: nothing much will pass them until they are started anew. */
  public boolean isWild() {
    return wild;
  }

  /** Changes some frames and gives the device buffers, or changes its rings, and kicks. */
  public void act() {
    for (int i = random.nextInt(BUFFERS); i >= 0; i--) {
      fill(buffers[random.nextInt(BUFFERS)]);
    }
    wild |= random.nextInt(SANE_ACTS) == 0;
    for (TestRing ring : rings) {
      if (wild) {
        scribbler.scribble(ring, null);
      } else {
        offer(ring);
      }
    }
    FileIo.write(kick.value(), one, Long.BYTES);
  }

  /** Gives buffers as a driver does. */
  private void offer(TestRing ring) {
    DriverQueue driver = ring.driver();
    while (driver.poll() >= 0) {
      // what comes back makes room
    }
    for (int i = random.nextInt(ring.size() + 1); i > 0; i--) {
      int pieces = 1 + random.nextInt(MAX_PIECES);
      for (int piece = 0; piece < pieces; piece++) {
        addresses[piece] = buffers[random.nextInt(BUFFERS)];
        lengths[piece] = 1 + random.nextInt(random.nextBoolean() ? 200 : BUFFER);
      }
      if (driver.add(addresses, lengths, pieces, ring.deviceWritable()) < 0) {
        break;
      }
    }
    driver.publish();
  }

  /** As its other processor does meanwhile: changes headers and what is behind the addresses. */
  public void interfere(Random own) {
    long at = guest.host(buffers[own.nextInt(BUFFERS)]);
    if (own.nextBoolean()) {
      RawMemory.putLong(at, own.nextLong());
    } else {
      RawMemory.putShort(at + header + 12 + own.nextInt(60), own.nextInt());
    }
  }

  private void fill(long buffer) {
    ByteBuffer frame = ByteBuffer.allocate(HEADERS);
    if (random.nextBoolean()) {
      frame.put((byte) random.nextInt(random.nextInt(4) > 0 ? 2 : 256));
      frame.put((byte) random.nextInt(random.nextInt(4) > 0 ? 8 : 256));
      frame.put(size()).put(size()).put(size()).put(size());
    }
    frame.position(header);
    mac(frame, to());
    mac(frame, random.nextInt(3) > 0 ? mac : 0x0200_0000_0000L | random.nextInt(1 << 12) << 12);
    int type = TYPES[random.nextInt(TYPES.length)];
    frame.putShort((short) type);
    if (type == 0x8100 || type == 0x88a8) {
      frame.putShort((short) random.nextInt()).putShort((short) TYPES[random.nextInt(3)]);
    }
    int protocol = PROTOCOLS[random.nextInt(PROTOCOLS.length)];
    boolean isIpv6 = random.nextBoolean();
    if (isIpv6) {
      frame.putInt(0x6000_0000).putShort((short) random.nextInt(1600));
      frame.put((byte) protocol).put((byte) 255);
    } else {
      frame.put((byte) (random.nextInt(4) == 0 ? random.nextInt() : 0x45)).put((byte) 0);
      frame.putShort((short) random.nextInt(1600)).putInt(random.nextInt(3) == 0 ? 0x2000 : 0);
      frame.put((byte) 64).put((byte) protocol).putShort((short) 0);
      frame.putInt(random.nextInt(4) == 0 ? random.nextInt() : ADDRESS);
    }
    int transport = frame.position() + (isIpv6 ? 32 : 4) - header;
    byte[] rest = new byte[frame.remaining()];
    random.nextBytes(rest);
    frame.put(rest);
    if (random.nextInt(3) == 0) {
      offload(frame, transport, protocol);
    }
    if (type == 0x0800 && !isIpv6 && random.nextBoolean()) {
      segmentable(frame, protocol == 17);
    }
    long at = guest.host(buffer);
    for (int i = 0; i < HEADERS; i++) {
      RawMemory.putByte(at + i, frame.get(i));
    }
  }

  /** Has the header say of TCP or UDP over IPv4 that it is to be segmented, and be mostly right. */
  private void segmentable(ByteBuffer frame, boolean udp) {
    int size = random.nextInt(4) == 0 ? random.nextInt() : 1 + random.nextInt(3000);
    frame.put(0, (byte) 1).put(1, (byte) (udp ? 5 : random.nextInt(4) == 0 ? 4 : 1));
    frame.put(4, (byte) size).put(5, (byte) (size >> 8)).put(6, (byte) 34).put(7, (byte) 0);
    frame.put(8, (byte) (udp ? 6 : 16)).put(9, (byte) 0);
    frame.put(header + 14, (byte) 0x45).putShort(header + 20, (short) 0);
    frame.put(header + 23, (byte) (udp ? 17 : 6));
    if (!udp) {
      frame.put(header + 46, (byte) (0x50 + 16 * random.nextInt(3)));
    }
  }

  /** Has the checksum completed, and mostly the frame segmented, as a guest with offloads does. */
  private void offload(ByteBuffer frame, int transport, int protocol) {
    boolean isUdp = protocol == 17;
    int[] kinds = isUdp ? UDP_KINDS : TCP_KINDS;
    frame.order(ByteOrder.LITTLE_ENDIAN);
    frame.put(0, (byte) 1).put(1, (byte) kinds[random.nextInt(kinds.length)]);
    frame.putShort(2, (short) (random.nextBoolean() ? transport + 20 : random.nextInt(200)));
    frame.putShort(4, (short) (1 + random.nextInt(random.nextBoolean() ? 100 : 2000)));
    frame.putShort(6, (short) transport).putShort(8, (short) (isUdp ? 6 : 16));
    frame.order(ByteOrder.BIG_ENDIAN);
    if (!isUdp && random.nextInt(4) > 0) {
      frame.put(header + transport + 12, (byte) 0x50);
    }
  }

  /** Two bytes of a virtio-net header: a length or place, mostly within a frame's headers. */
  private byte[] size() {
    int value = random.nextInt(4) == 0 ? random.nextInt() : 2 * random.nextInt(30);
    return new byte[] {(byte) value, (byte) (value >> 8)};
  }

  private long to() {
    return switch (random.nextInt(5)) {
      case 0 -> ALL;
      case 1 -> GROUP;
      case 2 -> 0x0200_0000_0000L | random.nextInt();
      default -> targets.length == 0 ? mac : targets[random.nextInt(targets.length)];
    };
  }

  private static void mac(ByteBuffer frame, long mac) {
    frame.putShort((short) (mac >>> 32)).putInt((int) mac);
  }

  @Override
  public void close() {
    device.close();
    guest.close();
    kick.close();
  }
}
