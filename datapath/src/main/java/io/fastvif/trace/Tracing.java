package io.fastvif.trace;

import java.util.concurrent.Callable;

/**
 * The tracer of a thread. Connections that the thread opens keep it; those that were open before
 * are not traced.
 *
 * <pre>{@code
 * try (Tracing.Scope scope = Tracing.begin(new TraceLines(System.err))) {
 *   ... // what is opened here is traced
 * }
 * }</pre>
 */
public final class Tracing {
  private static final ThreadLocal<Tracer> CURRENT = new ThreadLocal<>();

  /** A thread's namespace has a name also where nobody traces: events and logs name it. */
  private static final ThreadLocal<String> NAMESPACE = new ThreadLocal<>();

  private Tracing() {}

  /** Ends with {@link #close}, on the thread that began it. */
  public static final class Scope implements AutoCloseable {
    private static final Scope NOTHING_TO_END = new Scope(null, null, false);

    private final Tracer before;
    private final String namespaceBefore;
    private final boolean isSet;

    private Scope(Tracer before, String namespaceBefore, boolean isSet) {
      this.before = before;
      this.namespaceBefore = namespaceBefore;
      this.isSet = isSet;
    }

    /** Gives the thread the tracer back that it had before. */
    @Override
    public void close() {
      if (isSet) {
        set(before, namespaceBefore);
      }
    }
  }

  /** This thread's tracer; null for none. */
  public static Tracer current() {
    return CURRENT.get();
  }

  /**
   * Gives this thread a tracer.
   *
   * @param tracer null for none
   */
  public static Scope begin(Tracer tracer) {
    return begin(tracer, NAMESPACE.get());
  }

  private static Scope begin(Tracer tracer, String namespace) {
    Scope scope = new Scope(CURRENT.get(), NAMESPACE.get(), true);
    set(tracer, namespace);
    return scope;
  }

  /**
   * Says that this thread works in that network namespace.
   *
   * @param namespace its name or path; null for the process's own
   * @param tracer told of what is done there; null for none
   */
  public static Scope in(String namespace, Tracer tracer) {
    return begin(tracer == null ? null : tracer.in(namespace), namespace);
  }

  /** The name or path of this thread's network namespace; null if it was not said. */
  public static String namespace() {
    return NAMESPACE.get();
  }

  /** Says for a while that what this thread does is for that VIF, if it has a tracer. */
  public static Scope forVif(String vifId) {
    Tracer tracer = CURRENT.get();
    return tracer == null || vifId == null ? Scope.NOTHING_TO_END : begin(tracer.forVif(vifId));
  }

  /** The same for another thread: run there, it has the tracer that this thread has now. */
  @SuppressWarnings("try") // it ends with the block
  public static Runnable carried(Runnable work) {
    Tracer tracer = CURRENT.get();
    String namespace = NAMESPACE.get();
    if (tracer == null && namespace == null) {
      return work;
    }
    return () -> {
      try (Scope scope = begin(tracer, namespace)) {
        work.run();
      }
    };
  }

  /** The same for another thread: called there, it has the tracer that this thread has now. */
  @SuppressWarnings("try") // it ends with the block
  public static <T> Callable<T> carried(Callable<T> work) {
    Tracer tracer = CURRENT.get();
    String namespace = NAMESPACE.get();
    if (tracer == null && namespace == null) {
      return work;
    }
    return () -> {
      try (Scope scope = begin(tracer, namespace)) {
        return work.call();
      }
    };
  }

  private static void set(Tracer tracer, String namespace) {
    CURRENT.set(tracer);
    NAMESPACE.set(namespace);
  }
}
