package io.fastvif.forward;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.handover.HandOverException;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * A tap of the host. Offloads are passed through: the kernel gets the guest's frames with their
 * virtio-net headers, and does not complete or segment frames that the guest accepts as they are.
 */
public final class TapPort extends Port {
  /** MAX_TAP_QUEUES of drivers/net/tun.c. */
  private static final int MAX_QUEUES = 256;

  private final List<Tap> taps;
  private final List<TapSource> sources = new ArrayList<>();
  private final List<FrameSink> sinks = new ArrayList<>();

  private TapPort(String name, List<Tap> taps, boolean whole) {
    this(name, taps, whole, -1);
  }

  private TapPort(String name, List<Tap> taps, boolean whole, long offloadsFor) {
    super(name, taps.size());
    this.taps = taps;
    for (Tap tap : taps) {
      sources.add(new TapSource(this, tap.descriptor(), offloadsFor));
      sinks.add(new DescriptorSink(this, tap.descriptor(), VirtioNetHeader.LONG, whole));
    }
  }

  /**
   * Returns the options with which a tap must be created so that {@link #attach} takes it.
   *
   * @param queues the port's queue pairs
   * @return with the virtio-net header, and for several queues if there are
   */
  public static TapOptions options(int queues) {
    return new TapOptions(queues > 1, true, -1, -1);
  }

  /**
   * Attaches to a tap in the calling thread's network namespace, creating it if necessary. A tap
   * that is not persistent is deleted when the port is closed.
   *
   * @param name its name
   * @param queues how many queue pairs
   * @return the port
   * @throws SystemCallException EBUSY if its queue is taken; EINVAL if it was made with other
   *     options than {@link #options}
   */
  public static TapPort attach(String name, int queues) {
    return attach(name, queues, false);
  }

  /**
   * Attaches to a tap that is read by packet sockets, as Open vSwitch's userspace datapath does,
   * which get frames without what is to be completed of them: a guest's frames are completed and
   * segmented before. Otherwise as {@link #attach(String, int)}.
   *
   * @param whole whether they are
   */
  public static TapPort attach(String name, int queues, boolean whole) {
    List<Tap> taps = new ArrayList<>();
    try {
      for (int i = 0; i < queues; i++) {
        Tap tap = Tap.attach(name, options(queues));
        taps.add(tap);
        prepare(tap);
      }
      return new TapPort(name, taps, whole);
    } catch (RuntimeException | Error e) {
      taps.forEach(Tap::close);
      throw e;
    }
  }

  /** Writes what it takes to serve the same queues in another process. */
  public void save(HandOverWriter writer) {
    writer.text(name()).number(taps.size());
    taps.forEach(tap -> writer.descriptor(tap.descriptor()));
  }

  /**
   * Takes the queues of a tap over that another process has attached; one of both may read them.
   *
   * @param whole as of {@link #attach(String, int, boolean)}
   * @return the port
   */
  public static TapPort restore(HandOverReader reader, boolean whole) {
    String name = reader.text();
    int queues = reader.count(MAX_QUEUES);
    List<Tap> taps = new ArrayList<>();
    try {
      for (int i = 0; i < queues; i++) {
        FileDescriptor queue = reader.takeDescriptor();
        if (queue == null) {
          throw new HandOverException("the tap " + name + " without its descriptor");
        }
        taps.add(Tap.of(name, queue));
      }
      return new TapPort(name, taps, whole);
    } catch (RuntimeException | Error e) {
      taps.forEach(Tap::close);
      throw e;
    }
  }

  /**
   * Makes a port of a datagram socket, for rehearsals: frames go through it as through a tap, each
   * behind a virtio-net header of 12 bytes.
   *
   * @param socket does not wait; owned from now on
   * @param features of the guest that it is connected to, for which a tap would set its offloads
   */
  public static TapPort rehearsed(String name, FileDescriptor socket, long features) {
    return new TapPort(name, List.of(Tap.of(name, socket)), false, features);
  }

  private static void prepare(Tap tap) {
    int descriptor = tap.descriptor();
    SystemCallException.check(
        FileIo.fcntl(descriptor, F_SETFL, O_RDWR | O_NONBLOCK), "fcntl", tap.name(), "F_SETFL");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocate(ValueLayout.JAVA_INT);
      size.set(ValueLayout.JAVA_INT, 0, VirtioNetHeader.LONG);
      SystemCallException.check(
          FileIo.ioctl(descriptor, TUNSETVNETHDRSZ, size), "ioctl", tap.name(), "TUNSETVNETHDRSZ");
    }
    SystemCallException.check(
        FileIo.ioctl(descriptor, TUNSETOFFLOAD, 0L), "ioctl", tap.name(), "TUNSETOFFLOAD");
  }

  @Override
  FrameSink sink(int queue) {
    return sinks.get(queue % queues());
  }

  @Override
  Flow flow(int queue, Port other) {
    return PullFlow.to(flowName(other), queue, sources.get(queue % queues()), other);
  }

  @Override
  void watch(ForwardingLoop loop, int queue) {
    loop.watch(taps.get(queue).descriptor());
  }

  @Override
  void unwatch(ForwardingLoop loop, int queue) {
    loop.unwatch(taps.get(queue).descriptor());
  }

  @Override
  void check(int queue) {
    sources.get(queue).check();
  }

  /** Detaches from the tap, which is deleted if it is not persistent. */
  @Override
  void release() {
    taps.forEach(Tap::close);
  }
}
