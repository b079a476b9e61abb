package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/**
 * Links C functions so that each call yields its errno.
 *
 * <p>Every handle takes, before the function's arguments, the memory that errno is captured into.
 * It belongs to the calling thread ({@link #state}): a shared one would mix up the errors of calls
 * on several threads. A handle sits in a holder class of its own, so that a program links only what
 * it calls.
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

  /** Links a function that takes as many arguments as its prototype says. */
  static MethodHandle link(String name, MemoryLayout result, MemoryLayout... arguments) {
    return link(name, FunctionDescriptor.of(result, arguments), CAPTURE_ERRNO);
  }

  /**
   * Links a variadic function for one list of arguments, of which {@code fixed} are in the
   * prototype.
   */
  static MethodHandle linkVariadic(
      String name, int fixed, MemoryLayout result, MemoryLayout... arguments) {
    return link(
        name,
        FunctionDescriptor.of(result, arguments),
        CAPTURE_ERRNO,
        Linker.Option.firstVariadicArg(fixed));
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
