package io.fastvif.testing;

import static io.fastvif.bindings.linux.linux_h.IFF_NO_PI;
import static io.fastvif.bindings.linux.linux_h.IFF_TAP;
import static io.fastvif.bindings.linux.linux_h.O_CLOEXEC;
import static io.fastvif.bindings.linux.linux_h.O_RDWR;
import static io.fastvif.bindings.linux.linux_h.POLLIN;
import static io.fastvif.bindings.linux.linux_h.TUNSETIFF;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.InterfaceRequest;
import io.fastvif.bindings.Polling;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.route.AddressRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import io.fastvif.vif.MacAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * A guest behind a macvtap's device file, as a hypervisor makes one: a namespace with a tap, and a
 * thread that carries frames between the tap and the file.
 */
public final class MacvtapGuest implements AutoCloseable {
  private static final int FRAME = 65536;
  private static final int WAIT_MILLIS = 20;
  private static final String TAP = "eth0";

  /** Of a pollfd: revents. */
  private static final int RETURNED_OFFSET = 6;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.nativeOrder());
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.nativeOrder());

  private final Netns namespace = Netns.createPrivate();
  private final FileDescriptor file;
  private final Tap tap;
  private final Thread carrier;
  private volatile boolean closed;

  /**
   * Starts it.
   *
   * @param node the macvtap's device file
   * @param mac the guest's address, that of the macvtap
   * @param address its IPv4 address, in a network of 24 bits
   */
  public MacvtapGuest(Path node, MacAddress mac, byte[] address) {
    file =
        FileDescriptor.check(
            FileIo.open(node.toString(), O_RDWR | O_CLOEXEC, 0), "open", node.toString());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(InterfaceRequest.SIZE, InterfaceRequest.ALIGNMENT);
      // Without a virtio header before each frame, which a macvtap has by default.
      request.set(SHORT, InterfaceRequest.FLAGS_OFFSET, (short) (IFF_TAP | IFF_NO_PI));
      SystemCallException.check(FileIo.ioctl(file.value(), TUNSETIFF, request), "TUNSETIFF");
    }
    tap = namespace.call(() -> tap(mac, address));
    carrier = Thread.ofPlatform().name("guest").start(this::carry);
  }

  private static Tap tap(MacAddress mac, byte[] ip) {
    Tap tap = Tap.create(TAP, TapOptions.plain());
    try (RouteSocket socket = RouteSocket.open()) {
      int index = socket.indexOf(TAP);
      socket.execute(socket.link().set(index).address(mac.value()));
      AddressRequest address = socket.address().add(index, ip, 24);
      socket.execute(address);
      socket.execute(socket.link().set(index).up());
    }
    return tap;
  }

  /** The guest's namespace. */
  public Netns namespace() {
    return namespace;
  }

  private void carry() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment frame = arena.allocate(FRAME);
      MemorySegment polled = arena.allocate(2L * Polling.ENTRY_SIZE, Integer.BYTES);
      int[] ends = {file.value(), tap.descriptor()};
      while (!closed) {
        for (int i = 0; i < 2; i++) {
          long entry = (long) i * Polling.ENTRY_SIZE;
          polled.set(INT, entry + Polling.ENTRY_DESCRIPTOR_OFFSET, ends[i]);
          polled.set(SHORT, entry + Polling.ENTRY_EVENTS_OFFSET, (short) POLLIN);
          polled.set(SHORT, entry + RETURNED_OFFSET, (short) 0);
        }
        Polling.poll(polled, 2, WAIT_MILLIS);
        for (int i = 0; i < 2; i++) {
          long returned = (long) i * Polling.ENTRY_SIZE + RETURNED_OFFSET;
          if ((polled.get(SHORT, returned) & POLLIN) != 0) {
            long length = FileIo.read(ends[i], frame, FRAME);
            if (length > 0) {
              FileIo.write(ends[1 - i], frame, length);
            }
          }
        }
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    while (carrier.isAlive()) {
      try {
        carrier.join(); // it looks every 20 ms
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    tap.close();
    file.close();
    namespace.close();
  }
}
