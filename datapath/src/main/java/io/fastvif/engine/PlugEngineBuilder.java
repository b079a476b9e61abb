package io.fastvif.engine;

import io.fastvif.bindings.FastvifException;
import io.fastvif.engine.kernel.NullTransport;
import io.fastvif.engine.kernel.Transport;
import io.fastvif.engine.ovs.OvsTransport;
import io.fastvif.lease.DeviceLeases;
import io.fastvif.netns.Netns;
import io.fastvif.observe.HostMonitor;
import io.fastvif.plan.BridgeKeeping;
import io.fastvif.trace.Log;
import io.fastvif.trace.Tracer;
import io.fastvif.trace.Tracing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;

/** What a {@link PlugEngine} is made of. */
public final class PlugEngineBuilder {
  private static final int MAX_CAPACITY = 1 << 30;
  private static final int BATCH = 2048;

  /** A round of that many messages keeps the other engines of a group waiting for some 40 ms. */
  private static final int BATCH_IN_GROUP = 128;

  Transport.Factory transports;
  Netns namespace;
  Path leases = DeviceLeases.FOLDER;
  boolean monitored;
  Function<Runnable, OvsTransport> ovsTransports =
      wake -> OvsTransport.none("the engine was not told where Open vSwitch's database is");
  VhostUserPorts ports = new NoVhostUserPorts();
  Executor callbacks = CallbackThreads.executor();
  EngineGroup group;
  Tracer tracer = Tracing.current();
  BridgeKeeping keeping = BridgeKeeping.NONE;
  int queueCapacity = 4096;
  private int batchLimit;
  Consumer<Throwable> errorHandler = PlugEngineBuilder::log;

  PlugEngineBuilder() {}

  /** What the kernel or a file refused needs no stack trace. */
  private static void log(Throwable thrown) {
    boolean isExpected =
        thrown instanceof FastvifException
            || thrown instanceof IOException
            || thrown instanceof UncheckedIOException
            || thrown instanceof IllegalStateException;
    if (isExpected && thrown.getMessage() != null) {
      Log.warning(PlugEngine.class, thrown.getMessage());
    } else {
      Log.warning(PlugEngine.class, "an error of fastvif's own: " + thrown, thrown);
    }
  }

  /**
   * The namespace to work in; by default the one of the engine's thread. May be closed once the
   * engine is started.
   */
  public PlugEngineBuilder namespace(Netns other) {
    namespace = Objects.requireNonNull(other);
    return this;
  }

  /**
   * Runs the engine on the threads of a group, which serves any number of namespaces. Without a
   * {@link #namespace} it works in that of the thread that starts it. At most 128 operations are
   * under way at once then, unless {@link #batchLimit} says otherwise, for the group's other
   * engines to have their turn soon.
   */
  public PlugEngineBuilder group(EngineGroup engines) {
    group = Objects.requireNonNull(engines);
    return this;
  }

  /**
   * Where the leases of devices are kept; {@link DeviceLeases#FOLDER} by default, which all engines
   * of a host should share.
   */
  public PlugEngineBuilder leases(Path folder) {
    leases = Objects.requireNonNull(folder);
    return this;
  }

  /**
   * No namespace and no kernel, to measure the engine itself: everything is done but the system
   * calls, every message counts as carried out at once, and nothing is plugged. Its results say
   * nothing of any host; its snapshots are empty.
   */
  public PlugEngineBuilder withoutKernel() {
    return transport(NullTransport::new);
  }

  /**
   * Where Open vSwitch is. The connection is opened when it is first needed, in the engine's
   * namespace.
   */
  public PlugEngineBuilder ovs(OvsSettings settings) {
    Objects.requireNonNull(settings);
    return ovs(settings::open);
  }

  PlugEngineBuilder ovs(Function<Runnable, OvsTransport> factory) {
    ovsTransports = factory;
    return this;
  }

  /**
   * The forwarder that serves vhost-user ports; the caller's to close, after the engine. Without
   * one, plans that open a port fail and say so.
   */
  public PlugEngineBuilder vhostUser(VhostUserPorts forwarder) {
    ports = Objects.requireNonNull(forwarder);
    return this;
  }

  PlugEngineBuilder transport(Transport.Factory factory) {
    transports = factory;
    return this;
  }

  /**
   * Keeps {@link PlugEngine#snapshot()} current from the kernel's events instead of reading
   * everything each time: for an agent that plans often. Not worth it for a few snapshots. See
   * {@link HostMonitor} for the changes by other programs that have no event.
   */
  public PlugEngineBuilder monitorHost() {
    monitored = true;
    return this;
  }

  /**
   * What completes the stages that {@link PlugEngine#submit} returns, and so runs what depends on
   * them; by default a few threads that all engines of the process share, in the process's own
   * network namespace. A callback may wait for other operations there. A stage that nothing depends
   * on when it is answered is completed by the thread that waits for it. An executor that runs
   * callbacks at once ({@code Runnable::run}) has them run on the engine's thread, where they must
   * not block. Stages of different operations may complete in any order.
   */
  public PlugEngineBuilder callbacks(Executor executor) {
    callbacks = Objects.requireNonNull(executor);
    return this;
  }

  /**
   * Keeps the bridges of VIFs that were unplugged for a while, for the next that is plugged and has
   * a bridge for itself; by default none. They are deleted when their time is up and when the
   * engine is closed.
   */
  public PlugEngineBuilder keptBridges(BridgeKeeping bridges) {
    keeping = Objects.requireNonNull(bridges);
    return this;
  }

  /** How many requests may wait, 1 to 2^30, rounded up to a power of two; 4,096 by default. */
  public PlugEngineBuilder queueCapacity(int requests) {
    if (requests < 1 || requests > MAX_CAPACITY) {
      throw new IllegalArgumentException(
          "queueCapacity: " + requests + ": expected 1 to " + MAX_CAPACITY);
    }
    queueCapacity = requests;
    return this;
  }

  /** How many requests are under way at once at most; 2,048 by default, 128 in a group. */
  public PlugEngineBuilder batchLimit(int requests) {
    if (requests < 1) {
      throw new IllegalArgumentException("batchLimit: " + requests + ": expected at least 1");
    }
    batchLimit = requests;
    return this;
  }

  /** Where the caller has set none, one for as many engines as share a thread. */
  int batchLimit() {
    if (batchLimit != 0) {
      return batchLimit;
    }
    return group == null ? BATCH : BATCH_IN_GROUP;
  }

  /**
   * Told what is thrown where it is no operation's failure: by a {@link PlugOperation#completed},
   * by the engine itself, or when it closes its parts. From any of the engine's threads; by default
   * a warning is logged.
   */
  public PlugEngineBuilder errorHandler(Consumer<Throwable> handler) {
    errorHandler = Objects.requireNonNull(handler);
    return this;
  }

  /**
   * Told of all that the engine says to the kernel, to Open vSwitch and to vhost-user peers, and
   * what they answer; by default the tracer of the thread that makes this builder, if it has one
   * ({@link Tracing}).
   */
  public PlugEngineBuilder tracer(Tracer told) {
    tracer = told;
    return this;
  }

  /** The engine, not started yet. */
  public PlugEngine build() {
    return new PlugEngine(this);
  }
}
