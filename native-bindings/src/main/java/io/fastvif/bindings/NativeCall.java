package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/**
 * Makes system calls through syscall(2), so that each yields its errno.
 *
 * <p>Linking a downcall of a new type takes about 5 ms, one of a known type a tenth of that. So all
 * calls share a few types, named by the arguments that are pointers, which are linked when first
 * used; a program that plugs one VIF links two or three. Numbers are passed as longs: the kernel
 * takes what it needs of each register.
 *
 * <p>Before the function's arguments, each handle takes the memory that errno is captured into. It
 * belongs to the calling thread: a shared one would mix up the errors of several threads.
 */
final class NativeCall {

  private static final StructLayout STATE_LAYOUT = Linker.Option.captureStateLayout();
  private static final long ERRNO =
      STATE_LAYOUT.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
  private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");

  /** An automatic arena: the memory lives as long as the thread refers to it. */
  private static final ThreadLocal<PerThread> PER_THREAD = ThreadLocal.withInitial(PerThread::new);

  static {
    NativeAccess.requireSupported();
  }

  private NativeCall() {}

  private static final class PerThread {
    final MemorySegment state = Arena.ofAuto().allocate(STATE_LAYOUT);
    final MemorySegment scratch = Arena.ofAuto().allocate(JAVA_INT);
    final MemorySegment scratchLength = Arena.ofAuto().allocate(JAVA_INT);
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
    MemorySegment state = state();
    try {
      return result((long) Call.HANDLE.invokeExact(state, number, a, b, c, d, e, f), state);
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  private static final class Call {
    static final MethodHandle HANDLE =
        linkSystemCall(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  }

  /** A call whose first argument is a string; for cold paths. */
  static long withPath(long number, String path, long b, long c) {
    try (Arena arena = Arena.ofConfined()) {
      return call(number, arena.allocateFrom(path).address(), b, c);
    }
  }

  /** A call whose first argument is a pointer. */
  static long pointerFirst(long number, MemorySegment a, long b, long c) {
    MemorySegment state = state();
    try {
      return result((long) PointerFirst.HANDLE.invokeExact(state, number, a, b, c), state);
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  private static final class PointerFirst {
    static final MethodHandle HANDLE = linkSystemCall(ADDRESS, JAVA_LONG, JAVA_LONG);
  }

  /** A call of three arguments, the second a pointer. */
  static long pointerSecond(long number, long a, MemorySegment b, long c) {
    return pointerSecond(number, a, b, c, 0, MemorySegment.NULL, 0);
  }

  /** A call whose second argument is a pointer, and perhaps the fifth. */
  static long pointerSecond(
      long number, long a, MemorySegment b, long c, long d, MemorySegment e, long f) {
    MemorySegment state = state();
    try {
      return result(
          (long) PointerSecond.HANDLE.invokeExact(state, number, a, b, c, d, e, f), state);
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  private static final class PointerSecond {
    static final MethodHandle HANDLE =
        linkSystemCall(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG);
  }

  /** A call whose second and third arguments are pointers. */
  static long pointersSecondThird(long number, long a, MemorySegment b, MemorySegment c, long d) {
    MemorySegment state = state();
    try {
      return result(
          (long) PointersSecondThird.HANDLE.invokeExact(state, number, a, b, c, d), state);
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  private static final class PointersSecondThird {
    static final MethodHandle HANDLE = linkSystemCall(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);
  }

  /** A call whose third argument is a pointer. */
  static long pointerThird(long number, long a, long b, MemorySegment c) {
    MemorySegment state = state();
    try {
      return result((long) PointerThird.HANDLE.invokeExact(state, number, a, b, c), state);
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  private static final class PointerThird {
    static final MethodHandle HANDLE = linkSystemCall(JAVA_LONG, JAVA_LONG, ADDRESS);
  }

  /** A call whose fourth argument is a pointer. */
  static long pointerFourth(long number, long a, long b, long c, MemorySegment d, long e) {
    MemorySegment state = state();
    try {
      return result((long) PointerFourth.HANDLE.invokeExact(state, number, a, b, c, d, e), state);
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  private static final class PointerFourth {
    static final MethodHandle HANDLE =
        linkSystemCall(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG);
  }

  /** A call whose fourth and fifth arguments are pointers. */
  static long pointersFourthFifth(
      long number, long a, long b, long c, MemorySegment d, MemorySegment e) {
    MemorySegment state = state();
    try {
      return result(
          (long) PointersFourthFifth.HANDLE.invokeExact(state, number, a, b, c, d, e), state);
    } catch (Throwable t) {
      throw rethrow(t);
    }
  }

  private static final class PointersFourthFifth {
    static final MethodHandle HANDLE =
        linkSystemCall(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS);
  }

  /** Links syscall(2), which is variadic from its second argument on, for one list of arguments. */
  private static MethodHandle linkSystemCall(MemoryLayout... arguments) {
    FunctionDescriptor descriptor =
        FunctionDescriptor.of(JAVA_LONG, JAVA_LONG).appendArgumentLayouts(arguments);
    return link("syscall", descriptor, CAPTURE_ERRNO, Linker.Option.firstVariadicArg(1));
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
