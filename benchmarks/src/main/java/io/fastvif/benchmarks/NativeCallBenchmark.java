package io.fastvif.benchmarks;

import static io.fastvif.bindings.linux.linux_h.EFD_CLOEXEC;
import static io.fastvif.bindings.linux.linux_h.EFD_NONBLOCK;
import static io.fastvif.bindings.linux.linux_h.EPOLLIN;
import static io.fastvif.bindings.linux.linux_h.EPOLL_CTL_ADD;
import static io.fastvif.bindings.linux.linux_h.POLLIN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.fastvif.bindings.EpollEvent;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Namespaces;
import io.fastvif.bindings.Polling;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** System calls that the kernel has next to nothing to do for: what remains is the way there. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsPrepend = ForkedJvm.NATIVE_ACCESS)
public class NativeCallBenchmark {
  private final Arena arena = Arena.ofShared();
  private final FileDescriptor counter =
      FileDescriptor.check(Polling.eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd", 1);
  private final FileDescriptor epoll = FileDescriptor.check(Polling.epollCreate1(0), "epoll", 0);
  private final MemorySegment events = arena.allocate(EpollEvent.SIZE, Long.BYTES);
  private final MemorySegment polled = arena.allocate(Polling.ENTRY_SIZE, Long.BYTES);
  private final MemorySegment number = arena.allocate(JAVA_LONG);

  /** Made by JMH. */
  public NativeCallBenchmark() {
    EpollEvent.put(events, 0, EPOLLIN, 7);
    int added = Polling.epollCtl(epoll.value(), EPOLL_CTL_ADD, counter.value(), events);
    if (added != 0) {
      throw new IllegalStateException("epoll_ctl: " + added);
    }
    polled.set(JAVA_INT, Polling.ENTRY_DESCRIPTOR_OFFSET, counter.value());
    polled.set(JAVA_SHORT, Polling.ENTRY_EVENTS_OFFSET, (short) POLLIN);
    number.set(JAVA_LONG, 0, 1);
  }

  /** Closes what was opened. */
  @TearDown
  public void close() {
    epoll.close();
    counter.close();
    arena.close();
  }

  /**
   * A call of numbers.
   *
   * @return the thread's number
   */
  @Benchmark
  public int gettid() {
    return Namespaces.gettid();
  }

  /**
   * A call with a pointer: adds one to a counter.
   *
   * @return the bytes written
   */
  @Benchmark
  public long writeCounter() {
    return FileIo.write(counter.value(), number, Long.BYTES);
  }

  /**
   * Asks for the events of a descriptor that has one.
   *
   * @return how many
   */
  @Benchmark
  public int epollWait() {
    return Polling.epollWait(epoll.value(), events, 1, 0);
  }

  /**
   * Asks a descriptor that has an event.
   *
   * @return how many have one
   */
  @Benchmark
  public int poll() {
    return Polling.poll(polled, 1, 0);
  }

  /** The data of the event that {@link #epollWait} found. */
  long eventData() {
    return EpollEvent.data(events, 0);
  }
}
