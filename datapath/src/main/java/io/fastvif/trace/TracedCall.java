package io.fastvif.trace;

import io.fastvif.bindings.Errno;

/**
 * A call to the kernel that is no message, made by a thread that has a tracer.
 *
 * <pre>{@code
 * TracedCall call = TracedCall.begin(Protocol.IOCTL);
 * int result = FileIo.ioctl(fd, TUNSETIFF, request);
 * if (call != null) {
 *   call.ended("TUNSETIFF " + name, result);
 * }
 * }</pre>
 */
public final class TracedCall {
  private final Tracer tracer;
  private final Protocol protocol;
  private final long start = System.nanoTime();

  private TracedCall(Tracer tracer, Protocol protocol) {
    this.tracer = tracer;
    this.protocol = protocol;
  }

  /** Begins one; null if this thread has no tracer. */
  public static TracedCall begin(Protocol protocol) {
    Tracer tracer = Tracing.current();
    return tracer == null ? null : new TracedCall(tracer, protocol);
  }

  /**
   * It has returned.
   *
   * @param request in words
   * @param result the negated error number if it is negative; 0 is told as done
   */
  public void ended(String request, long result) {
    String answer = result == 0 ? "done" : Long.toString(result);
    ended(request, result < 0 ? Errno.describe((int) -result) : answer, result < 0);
  }

  /**
   * It has returned.
   *
   * @param request in words
   * @param answer in words
   */
  public void ended(String request, String answer, boolean failed) {
    long nanos = System.nanoTime() - start;
    tracer.traced(
        new TracedExchange(protocol, start, nanos, 1, null, null, request, answer, failed));
  }
}
