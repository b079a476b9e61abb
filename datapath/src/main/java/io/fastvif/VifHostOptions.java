package io.fastvif;

import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.VhostUserPorts;
import io.fastvif.netns.Netns;
import io.fastvif.switchdev.pool.DeviceLeases;
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
 * @param leases the folder with the leases of devices, which all of a machine should share
 * @param forwarder serves vhost-user ports, and stays the caller's to close, after the host; null
 *     for none: then plans that open a port fail and say so
 * @param queueCapacity how many operations may wait, rounded up to a power of two
 * @param submitLimit how long to wait for room in a full queue
 * @param errorHandler told of errors that are no operation's failure; null for the thread's
 *     uncaught-exception handler
 */
public record VifHostOptions(
    HostConfiguration configuration,
    Netns namespace,
    Path leases,
    VhostUserPorts forwarder,
    int queueCapacity,
    Duration submitLimit,
    Consumer<Throwable> errorHandler) {
  private static final int QUEUE = 4096;
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
        configuration, null, DeviceLeases.FOLDER, null, QUEUE, SUBMIT_LIMIT, null);
  }

  /** The same in another network namespace. */
  public VifHostOptions withNamespace(Netns other) {
    return new VifHostOptions(
        configuration, other, leases, forwarder, queueCapacity, submitLimit, errorHandler);
  }

  /** The same with leases in another folder. */
  public VifHostOptions withLeases(Path folder) {
    return new VifHostOptions(
        configuration, namespace, folder, forwarder, queueCapacity, submitLimit, errorHandler);
  }

  /** The same with a forwarder, such as {@link io.fastvif.fastpath.ForwardingPorts}. */
  public VifHostOptions withForwarder(VhostUserPorts ports) {
    return new VifHostOptions(
        configuration, namespace, leases, ports, queueCapacity, submitLimit, errorHandler);
  }

  /** The same with another queue. */
  public VifHostOptions withQueue(int capacity, Duration limit) {
    return new VifHostOptions(
        configuration, namespace, leases, forwarder, capacity, limit, errorHandler);
  }

  /** The same with another error handler. */
  public VifHostOptions withErrorHandler(Consumer<Throwable> handler) {
    return new VifHostOptions(
        configuration, namespace, leases, forwarder, queueCapacity, submitLimit, handler);
  }
}
