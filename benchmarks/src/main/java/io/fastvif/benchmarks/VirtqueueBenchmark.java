package io.fastvif.benchmarks;

import static io.fastvif.bindings.linux.linux_h.MFD_CLOEXEC;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Memory;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.vhostuser.memory.Backing;
import io.fastvif.vhostuser.memory.CurrentGuestMemory;
import io.fastvif.vhostuser.memory.GuestMemory;
import io.fastvif.vhostuser.memory.GuestMemoryView;
import io.fastvif.vhostuser.memory.MemoryRegion;
import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vhostuser.virtqueue.DeviceQueue;
import io.fastvif.vhostuser.virtqueue.DriverQueue;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import io.fastvif.vhostuser.virtqueue.RingSetup;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A frame through a virtqueue, in bursts of 32, with both ends on one thread: what the code costs,
 * without the way of cache lines from one processor to another.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(jvmArgsPrepend = ForkedJvm.NATIVE_ACCESS)
public class VirtqueueBenchmark {
  static final int BURST = 32;

  private static final int SIZE = 256;
  private static final int HEADER = 12;
  private static final int STRIDE = 2048;
  private static final long MEMORY = 4 << 20;
  private static final long GUEST = 0x10_0000;

  /** The layout of the ring. */
  @Param({"split", "packed"})
  public String ring;

  /** Bytes of a frame. */
  @Param({"64", "1500"})
  public int length;

  private Arena arena;
  private CurrentGuestMemory memory;
  private GuestMemoryView view;
  private DriverQueue driver;
  private DeviceQueue device;
  private BufferBurst burst;
  private long buffers;
  private long local;

  /** Made by JMH. */
  public VirtqueueBenchmark() {}

  /** Makes a guest's memory with a ring. */
  @Setup(Level.Trial)
  public void setUp() {
    arena = Arena.ofShared();
    memory = new CurrentGuestMemory();
    try (FileDescriptor file =
        FileDescriptor.check(Memory.memfdCreate("guest", MFD_CLOEXEC), "memfd_create")) {
      SystemCallException.check(FileIo.ftruncate(file.value(), MEMORY), "ftruncate");
      memory.replace(
          GuestMemory.map(
              List.of(new MemoryRegion(GUEST, MEMORY, GUEST, 0)),
              new int[] {file.value()},
              Backing.ANY_MEMORY));
    }
    view = new GuestMemoryView(memory);
    boolean packed = "packed".equals(ring);
    long features = VirtioFeatures.VERSION_1 | (packed ? VirtioFeatures.RING_PACKED : 0);
    long descriptors = GUEST;
    long driverArea = descriptors + RingSetup.descriptorBytes(SIZE);
    long deviceArea = driverArea + STRIDE;
    buffers = deviceArea + 2 * STRIDE;
    driver =
        DriverQueue.create(SIZE, features, host(descriptors), host(driverArea), host(deviceArea));
    driver.disableCalls();
    int base = packed ? 0x80008000 : 0;
    RingSetup setup =
        new RingSetup(SIZE, features, false, view, descriptors, driverArea, deviceArea, base);
    device = DeviceQueue.start(setup, 0);
    burst = new BufferBurst(BURST);
    local = arena.allocate((long) BURST * STRIDE, 64).address();
  }

  private long host(long guestAddress) {
    return view.translate(guestAddress, 1);
  }

  /** Lets the memory go. */
  @TearDown(Level.Trial)
  public void tearDown() {
    view.close();
    memory.close();
    arena.close();
  }

  /**
   * The guest makes a burst available, the device checks it, copies the frames out and gives the
   * buffers back, and the guest takes them.
   *
   * @return how many buffers came back
   */
  @Benchmark
  @OperationsPerInvocation(BURST)
  public int guestToDevice() {
    for (int i = 0; i < BURST; i++) {
      driver.add(buffers + (long) i * STRIDE, HEADER + length, false);
    }
    driver.publish();
    device.refresh();
    int n = device.peek(burst, BURST);
    for (int i = 0; i < n; i++) {
      int segment = burst.firstSegment(i);
      RawMemory.copy(
          burst.address(segment) + HEADER,
          local + (long) i * STRIDE,
          burst.length(segment) - HEADER);
    }
    device.complete(burst, n);
    int back = 0;
    while (driver.poll() >= 0) {
      back++;
    }
    return back;
  }
}
