package io.fastvif;

import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.EngineGroup;
import io.fastvif.engine.VhostUserPorts;
import io.fastvif.lease.DeviceLeases;
import io.fastvif.netns.Netns;
import io.fastvif.trace.Tracer;
import io.fastvif.trace.Tracing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * What a {@link VifHost} is made of. Never changes; each {@code with…} gives another.
 *
 * @param configuration the options of plugins and engine
 * @param namespace the network namespace to work in, which stays the caller's to close; null for
 *     the one of the thread that opens the host
 * @param group whose threads the host's engine runs on, which stays the caller's to close; null for
 *     a thread of its own
 * @param leases the folder with the leases of devices, which all of a machine should share
 * @param forwarder serves vhost-user ports, and stays the caller's to close, after the host; null
 *     for none: then plans that open a port fail and say so
 * @param queueCapacity how many operations may wait, rounded up to a power of two
 * @param submitLimit how long to wait for room in a full queue
 * @param errorHandler told of errors that are no operation's failure; null for a log ({@link
 *     System.Logger})
 * @param tracer told of all that is said to the kernel, to Open vSwitch and to vhost-user peers,
 *     with the answers; null for nobody
 */
public record VifHostOptions(
    HostConfiguration configuration,
    Netns namespace,
    EngineGroup group,
    Path leases,
    VhostUserPorts forwarder,
    int queueCapacity,
    Duration submitLimit,
    Consumer<Throwable> errorHandler,
    Tracer tracer) {
  private static final int QUEUE = 4096;
  private static final int QUEUE_IN_GROUP = 1024;
  private static final Duration SUBMIT_LIMIT = Duration.ofSeconds(30);

  /** Checks that what cannot be left out is there. */
  public VifHostOptions {
    Objects.requireNonNull(configuration);
    Objects.requireNonNull(leases);
    Objects.requireNonNull(submitLimit);
  }

  /** This thread's namespace, every option as by default, no forwarder. */
  public static VifHostOptions byDefault() {
    return of(HostConfiguration.byDefault());
  }

  /** This thread's namespace, those options, no forwarder. */
  public static VifHostOptions of(HostConfiguration configuration) {
    return new VifHostOptions(
        configuration,
        null,
        null,
        DeviceLeases.FOLDER,
        null,
        QUEUE,
        SUBMIT_LIMIT,
        null,
        Tracing.current());
  }

  /** The same in another network namespace. */
  public VifHostOptions withNamespace(Netns other) {
    return new VifHostOptions(
        configuration,
        other,
        group,
        leases,
        forwarder,
        queueCapacity,
        submitLimit,
        errorHandler,
        tracer);
  }

  /**
   * The same on the threads of a group, which serves any number of network namespaces with a few
   * threads. For less memory 1,024 operations may wait instead of 4,096, unless another number was
   * given.
   */
  public VifHostOptions withGroup(EngineGroup engines) {
    return new VifHostOptions(
        configuration,
        namespace,
        engines,
        leases,
        forwarder,
        queueCapacity == QUEUE ? QUEUE_IN_GROUP : queueCapacity,
        submitLimit,
        errorHandler,
        tracer);
  }

  /** The same with leases in another folder. */
  public VifHostOptions withLeases(Path folder) {
    return new VifHostOptions(
        configuration,
        namespace,
        group,
        folder,
        forwarder,
        queueCapacity,
        submitLimit,
        errorHandler,
        tracer);
  }

  /** The same with a forwarder, such as {@link io.fastvif.fastpath.ForwardingPorts}. */
  public VifHostOptions withForwarder(VhostUserPorts ports) {
    return new VifHostOptions(
        configuration,
        namespace,
        group,
        leases,
        ports,
        queueCapacity,
        submitLimit,
        errorHandler,
        tracer);
  }

  /**
   * The same with another queue.
   *
   * @param capacity how many operations may wait, 1 to 2^30, rounded up to a power of two
   * @param limit how long {@link VifHost#submit} waits for room in it
   */
  public VifHostOptions withQueue(int capacity, Duration limit) {
    return new VifHostOptions(
        configuration, namespace, group, leases, forwarder, capacity, limit, errorHandler, tracer);
  }

  /**
   * The same with another error handler.
   *
   * @param handler called by the host's threads, and must not block; null for a log
   */
  public VifHostOptions withErrorHandler(Consumer<Throwable> handler) {
    return new VifHostOptions(
        configuration,
        namespace,
        group,
        leases,
        forwarder,
        queueCapacity,
        submitLimit,
        handler,
        tracer);
  }

  /**
   * The same with a tracer, such as {@link io.fastvif.trace.TraceLines}. The forwarder's ports keep
   * the tracer of the thread that made them.
   */
  public VifHostOptions withTracer(Tracer told) {
    return new VifHostOptions(
        configuration,
        namespace,
        group,
        leases,
        forwarder,
        queueCapacity,
        submitLimit,
        errorHandler,
        told);
  }
}
