package io.fastvif.tuntap;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.InterfaceRequest;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.trace.Protocol;
import io.fastvif.trace.TracedCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A queue of a tap device, in the namespace of the thread that opened it. Each read takes one frame
 * that the host sent to the device, each write gives it one.
 *
 * @see <a href="https://docs.kernel.org/networking/tuntap.html">tuntap, linux/if_tun.h</a>
 */
public final class Tap implements AutoCloseable {
  private static final String CONTROL_DEVICE = "/dev/net/tun";

  private static final ValueLayout.OfShort FLAGS =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.nativeOrder());

  private final FileDescriptor queue;
  private final String name;

  private Tap(FileDescriptor queue, String name) {
    this.queue = queue;
    this.name = name;
  }

  /**
   * Makes a tap that lives until it is deleted. Equivalent to {@code ip tuntap add dev NAME mode
   * tap user OWNER group GROUP vnet_hdr multi_queue}.
   *
   * @param name of 1 to 15 bytes
   * @param options its options
   * @throws SystemCallException EBUSY if a link has that name; EPERM without CAP_NET_ADMIN
   */
  public static void createPersistent(String name, TapOptions options) {
    try (Tap tap = create(name, options)) {
      tap.persist();
    }
  }

  /**
   * Lets the device live until it is deleted, whoever has its queues.
   *
   * @throws SystemCallException EBADFD if the device was deleted meanwhile
   */
  public void persist() {
    set(TUNSETPERSIST, "TUNSETPERSIST", 1);
  }

  /**
   * Makes a tap that lives as long as this queue, and those attached later, are open.
   *
   * @param name of 1 to 15 bytes
   * @param options its options
   * @return its first queue
   * @throws SystemCallException EBUSY if a link has that name; EPERM without CAP_NET_ADMIN
   */
  public static Tap create(String name, TapOptions options) {
    Tap tap = open(name, options, IFF_TUN_EXCL);
    try {
      if (options.owner() >= 0) {
        tap.set(TUNSETOWNER, "TUNSETOWNER", options.owner());
      }
      if (options.group() >= 0) {
        tap.set(TUNSETGROUP, "TUNSETGROUP", options.group());
      }
      return tap;
    } catch (RuntimeException | Error e) {
      tap.close();
      throw e;
    }
  }

  /**
   * Attaches a queue to a tap that is there. The kernel makes the tap if it is not; callers that
   * mind ask netlink first.
   *
   * @param name the tap's name
   * @param options multi-queue and vnet-header must be as when it was made; owner and group are not
   *     set
   * @return the queue
   * @throws SystemCallException EBUSY if it has one queue and that is taken; EINVAL if the link is
   *     no tap, or made with other options
   */
  public static Tap attach(String name, TapOptions options) {
    return open(name, options, 0);
  }

  /**
   * Takes a queue over that another process has attached.
   *
   * @param name the tap's name
   * @param queue its descriptor; closed with this
   */
  public static Tap of(String name, FileDescriptor queue) {
    return new Tap(queue, name);
  }

  /**
   * Deletes a tap that was made persistent, once nothing is attached to it. Equivalent to {@code ip
   * tuntap del dev NAME mode tap}.
   *
   * @param name the tap's name
   * @param options multi-queue and vnet-header as when it was made
   * @throws SystemCallException EBUSY if a queue of it is attached
   */
  public static void delete(String name, TapOptions options) {
    try (Tap tap = attach(name, options)) {
      tap.set(TUNSETPERSIST, "TUNSETPERSIST", 0);
    }
  }

  /**
   * The device's name.
   *
   * @return of 1 to 15 bytes
   */
  public String name() {
    return name;
  }

  /** The queue's descriptor, for reading and writing frames. */
  public int descriptor() {
    return queue.value();
  }

  /** Detaches the queue; the last one takes a device with it that is not persistent. */
  @Override
  public void close() {
    queue.close();
  }

  private void set(long request, String requestName, int value) {
    TracedCall call = TracedCall.begin(Protocol.IOCTL);
    int result = FileIo.ioctl(queue.value(), request, (long) value);
    if (call != null) {
      call.ended(requestName + " " + name + " " + value, result);
    }
    SystemCallException.check(result, "ioctl", name, requestName, value);
  }

  private static Tap open(String name, TapOptions options, int extraFlags) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0
        || bytes.length >= InterfaceRequest.NAME_SIZE
        || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a link's name has 1 to 15 bytes: " + name);
    }
    if (name.indexOf('%') >= 0) {
      // The kernel would put a number in its place.
      throw new IllegalArgumentException("a tap's name has no % sign: " + name);
    }
    FileDescriptor queue =
        FileDescriptor.check(
            FileIo.open(CONTROL_DEVICE, O_RDWR | O_CLOEXEC, 0), "open", CONTROL_DEVICE);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(InterfaceRequest.SIZE, InterfaceRequest.ALIGNMENT);
      MemorySegment.copy(bytes, 0, request, ValueLayout.JAVA_BYTE, 0, bytes.length);
      int flags = options.flags() | extraFlags;
      request.set(FLAGS, InterfaceRequest.FLAGS_OFFSET, (short) flags);
      TracedCall call = TracedCall.begin(Protocol.IOCTL);
      int result = FileIo.ioctl(queue.value(), TUNSETIFF, request);
      if (call != null) {
        call.ended("TUNSETIFF " + name + " " + TapOptions.words(flags), result);
      }
      if (result == -Errno.EPERM) {
        throw new SystemCallException(
            "ioctl", Errno.EPERM, name, "TUNSETIFF (needs root or CAP_NET_ADMIN)");
      }
      SystemCallException.check(result, "ioctl", name, "TUNSETIFF");
      return new Tap(queue, name);
    } catch (RuntimeException | Error e) {
      queue.close();
      throw e;
    }
  }
}
