package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.fastvif.bindings.fault.SystemCallFaults;
import io.fastvif.bindings.linux.arch_h;
import io.fastvif.bindings.linux.linux_h;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.util.Objects;
import java.util.Optional;

/**
 * Makes system calls through syscall(2), so that each yields its errno.
 *
 * <p>The linker takes some 20 ms for its first downcall and 10 for each of another type, at every
 * start: what it makes is not kept in an AOT cache. So there is one type for all calls: the number
 * and six longs, pointers among them by their address. The kernel takes what it needs of each.
 *
 * <p>Behind these come two segments that the function never looks at: those whose addresses are
 * among the longs, or null pointers. They give pointers passed as numbers all that the linker does
 * for pointers: a heap segment, a closed one or one of another thread is refused, and none can be
 * closed while the call is under way.
 *
 * <p>Before the function's arguments, the handle takes the memory that errno is captured into. It
 * belongs to the calling thread: a shared one would mix up the errors of several threads.
 */
final class NativeCall {

  private static final StructLayout STATE_LAYOUT = Linker.Option.captureStateLayout();
  private static final long ERRNO = offset("errno");
  private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");

  /** An automatic arena: the memory lives as long as the thread refers to it. */
  private static final ThreadLocal<PerThread> PER_THREAD = ThreadLocal.withInitial(PerThread::new);

  private NativeCall() {}

  /** Where a value is in the state; by a path it would take the JDK's method handles for paths. */
  private static long offset(String name) {
    long offset = 0;
    for (MemoryLayout member : STATE_LAYOUT.memberLayouts()) {
      if (member.name().equals(Optional.of(name))) {
        return offset;
      }
      offset += member.byteSize();
    }
    throw new AssertionError("the JDK captures no " + name);
  }

  private static final class PerThread {
    private final Arena arena = Arena.ofAuto();
    final MemorySegment state = arena.allocate(STATE_LAYOUT);
    final MemorySegment scratch = arena.allocate(JAVA_INT);
    final MemorySegment scratchLength = arena.allocate(JAVA_INT);
    final MemorySegment scratchTime = arena.allocate(2 * Long.BYTES, Long.BYTES);
  }

  /** Has the handle linked. */
  static void prepare() {
    Objects.requireNonNull(SystemCall.HANDLE);
  }

  /** The calling thread's memory for errno: the first argument of every handle. */
  static MemorySegment state() {
    return PER_THREAD.get().state;
  }

  /** An int in the calling thread's memory, for a call that takes a pointer to one. */
  static MemorySegment scratch() {
    return PER_THREAD.get().scratch;
  }

  /** A second such int, for the length that goes with the first. */
  static MemorySegment scratchLength() {
    return PER_THREAD.get().scratchLength;
  }

  /** A {@code timespec} in the calling thread's memory. */
  static MemorySegment scratchTime() {
    return PER_THREAD.get().scratchTime;
  }

  /** A C string in {@code arena}, or a null pointer. */
  static MemorySegment string(Arena arena, String value) {
    return value == null ? MemorySegment.NULL : arena.allocateFrom(value);
  }

  /** A call of up to three numbers. */
  static long call(long number, long a, long b, long c) {
    return call(number, a, b, c, 0, 0, 0);
  }

  /** A call of numbers only. The kernel ignores those that the call does not have. */
  static long call(long number, long a, long b, long c, long d, long e, long f) {
    return call(number, a, b, c, d, e, f, MemorySegment.NULL, MemorySegment.NULL);
  }

  /**
   * A call with pointers.
   *
   * @param p a segment whose address is among the arguments, or a null pointer
   * @param q another one
   * @throws IllegalArgumentException if one of them is on the heap
   * @throws IllegalStateException if one of them is closed
   * @throws WrongThreadException if one of them belongs to another thread
   */
  private static long call(
      long number,
      long a,
      long b,
      long c,
      long d,
      long e,
      long f,
      MemorySegment p,
      MemorySegment q) {
    if (SystemCallFaults.ENABLED) {
      int errno = SystemCallFaults.errno(number, a, b);
      if (errno != 0 && number != arch_h.__NR_close) {
        return -errno;
      }
      long result = make(number, a, b, c, d, e, f, p, q);
      return errno == 0 ? result : -errno;
    }
    return make(number, a, b, c, d, e, f, p, q);
  }

  private static long make(
      long number,
      long a,
      long b,
      long c,
      long d,
      long e,
      long f,
      MemorySegment p,
      MemorySegment q) {
    MemorySegment state = state();
    try {
      return result(
          (long) SystemCall.HANDLE.invokeExact(state, number, a, b, c, d, e, f, p, q), state);
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  private static final class SystemCall {
    /**
     * Not declared as variadic, which takes the linker 5 ms more: on Linux integers are passed the
     * same way, and the first seven are all that the function looks at. On x86-64 those beyond the
     * sixth lie on the stack (System V ABI, 3.2.3), on aarch64 those beyond the eighth (AAPCS64,
     * 6.8.2).
     */
    static final MethodHandle HANDLE =
        link(
            "syscall", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
            JAVA_LONG, ADDRESS, ADDRESS);
  }

  /**
   * A call on a path, from the working directory where it is relative; for cold paths. The kernel
   * has such calls on all architectures; those without a directory are not on aarch64.
   */
  static long atPath(long number, String path, long c, long d, long e) {
    try (Arena arena = Arena.ofConfined()) {
      return call(number, linux_h.AT_FDCWD, arena.allocateFrom(path).address(), c, d, e, 0);
    }
  }

  /** A call whose first argument is a string; for cold paths. */
  static long withPath(long number, String path, long b, long c) {
    try (Arena arena = Arena.ofConfined()) {
      return call(number, arena.allocateFrom(path).address(), b, c);
    }
  }

  /** A call whose first argument is a pointer. */
  static long pointerFirst(long number, MemorySegment a, long b, long c) {
    return call(number, a.address(), b, c, 0, 0, 0, a, MemorySegment.NULL);
  }

  /** A call whose first and third arguments are pointers. */
  static long pointersFirstThird(long number, MemorySegment a, long b, MemorySegment c) {
    return call(number, a.address(), b, c.address(), 0, 0, 0, a, c);
  }

  /** A call of three arguments, the second a pointer. */
  static long pointerSecond(long number, long a, MemorySegment b, long c) {
    return pointerSecond(number, a, b, c, 0, MemorySegment.NULL, 0);
  }

  /** A call whose second argument is a pointer, and perhaps the fifth. */
  static long pointerSecond(
      long number, long a, MemorySegment b, long c, long d, MemorySegment e, long f) {
    return call(number, a, b.address(), c, d, e.address(), f, b, e);
  }

  /** A call whose second and third arguments are pointers. */
  static long pointersSecondThird(long number, long a, MemorySegment b, MemorySegment c, long d) {
    return call(number, a, b.address(), c.address(), d, 0, 0, b, c);
  }

  /** A call whose third argument is a pointer. */
  static long pointerThird(long number, long a, long b, MemorySegment c) {
    return call(number, a, b, c.address(), 0, 0, 0, c, MemorySegment.NULL);
  }

  /** A call whose fourth argument is a pointer. */
  static long pointerFourth(long number, long a, long b, long c, MemorySegment d, long e) {
    return call(number, a, b, c, d.address(), e, 0, d, MemorySegment.NULL);
  }

  /** A call whose fourth and fifth arguments are pointers. */
  static long pointersFourthFifth(
      long number, long a, long b, long c, MemorySegment d, MemorySegment e) {
    return call(number, a, b, c, d.address(), e.address(), 0, d, e);
  }

  /** Links a function of the C library that sets errno. */
  static MethodHandle link(String name, MemoryLayout result, MemoryLayout... arguments) {
    return link(name, FunctionDescriptor.of(result, arguments), CAPTURE_ERRNO);
  }

  /** Links a function whose errno is of no interest. */
  static MethodHandle linkPlain(String name, MemoryLayout result, MemoryLayout... arguments) {
    return link(name, FunctionDescriptor.of(result, arguments));
  }

  private static MethodHandle link(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    MemorySegment address =
        linker
            .defaultLookup()
            .find(name)
            .orElseThrow(() -> new UnsatisfiedLinkError("the C library has no " + name));
    try {
      return linker.downcallHandle(address, descriptor, options);
    } catch (IllegalCallerException e) {
      throw NativeAccess.denied(e);
    }
  }

  /** Turns the C convention, -1 and errno, into the kernel's, the negated errno. */
  static int result(int result, MemorySegment state) {
    return result == -1 ? -state.get(JAVA_INT, ERRNO) : result;
  }

  /** Turns the C convention, -1 and errno, into the kernel's, the negated errno. */
  static long result(long result, MemorySegment state) {
    return result == -1 ? -state.get(JAVA_INT, ERRNO) : result;
  }

  /**
   * What a handle can throw is unchecked: a segment out of scope, or a class that failed to link.
   */
  static RuntimeException rethrow(Throwable t) {
    if (t instanceof RuntimeException e) {
      return e;
    }
    if (t instanceof Error e) {
      throw e;
    }
    throw new AssertionError("a downcall threw a checked exception", t);
  }
}
