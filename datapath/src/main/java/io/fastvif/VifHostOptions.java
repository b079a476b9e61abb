package io.fastvif;

import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.EngineGroup;
import io.fastvif.engine.VhostUserPorts;
import io.fastvif.lease.DeviceLeases;
import io.fastvif.netns.Netns;
import io.fastvif.plan.BridgeKeeping;
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
 * @param keptBridges which bridges of unplugged VIFs are kept for the next, by default none: a host
 *     that is open for one operation would only wait for more of them when it is closed
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
    BridgeKeeping keptBridges,
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
    Objects.requireNonNull(keptBridges);
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
        BridgeKeeping.NONE,
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
        keptBridges,
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
        keptBridges,
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
        keptBridges,
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
        keptBridges,
        queueCapacity,
        submitLimit,
        errorHandler,
        tracer);
  }

  /**
   * The same that keeps the bridges of hybrid VIFs of Open vSwitch that were unplugged, for the
   * next that are plugged: deleting a bridge and making another takes the kernel 20 to 50 ms, in
   * which it lets nobody change links, and renaming it 0.3. Until it is used again or its time is
   * up a bridge is called {@code fvgone} and its index, has no port, is down, and says by its alias
   * which host keeps it. It is used again only if it is as a new one. {@link VifHost#close} deletes
   * all; those of a process that was killed are deleted by the next host of that namespace.
   */
  public VifHostOptions withKeptBridges(BridgeKeeping bridges) {
    return new VifHostOptions(
        configuration,
        namespace,
        group,
        leases,
        forwarder,
        bridges,
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
        configuration,
        namespace,
        group,
        leases,
        forwarder,
        keptBridges,
        capacity,
        limit,
        errorHandler,
        tracer);
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
        keptBridges,
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
        keptBridges,
        queueCapacity,
        submitLimit,
        errorHandler,
        told);
  }
}
