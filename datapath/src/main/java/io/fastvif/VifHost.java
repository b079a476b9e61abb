package io.fastvif;

import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.EngineStatistics;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.Planning;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugFailure;
import io.fastvif.engine.PlugResult;
import io.fastvif.engine.VhostUserPorts;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.ServedPort;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.json.PlugRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A host's VIFs: plugs and unplugs them, and says what there is. It owns an engine with a monitor
 * of one network namespace, and the plugins. All methods may be called from any thread; operations
 * on one VIF are carried out in the order in which they were submitted, each planned when the one
 * before it has ended, and those on different VIFs go together.
 *
 * <p>Whatever ends the process, what it was about is recognised by the next: plugging again
 * finishes it, and unplugging takes it away.
 */
public final class VifHost implements AutoCloseable {
  private static final long QUEUE_FULL_PAUSE_NANOS = 50_000;
  private static final int MAX_OPTION_SETS = 64;

  private final HostConfiguration configuration;
  private final VifPlugins plugins;
  private final Map<Map<String, String>, VifPlugins> withOptions = new ConcurrentHashMap<>();
  private final VhostUserPorts forwarder;
  private final Duration submitLimit;
  private final PlugEngine engine;

  /** Whether Open vSwitch is looked at although no VIF that is known here needs it. */
  private volatile boolean usesOvs;

  private VifHost(VifHostOptions options, PlugEngine engine) {
    configuration = options.configuration();
    plugins = configuration.plugins();
    forwarder = options.forwarder();
    submitLimit = options.submitLimit();
    usesOvs = configuration.namesOvs();
    this.engine = engine;
  }

  /** A host with default options, in this thread's network namespace. */
  public static VifHost open() {
    return open(VifHostOptions.byDefault());
  }

  /**
   * Begins to look after a host.
   *
   * @throws InvalidInputException if an option of the configuration has a value that it does not
   *     take
   * @throws io.fastvif.bindings.SystemCallException if the namespace cannot be entered or a socket
   *     not be opened
   */
  public static VifHost open(VifHostOptions options) {
    PlugEngine.Builder engine =
        PlugEngine.builder()
            .monitorHost()
            .leases(options.leases())
            .queueCapacity(options.queueCapacity())
            .ovs(options.configuration().ovs());
    if (options.namespace() != null) {
      engine.namespace(options.namespace());
    }
    if (options.forwarder() != null) {
      engine.vhostUser(options.forwarder());
    }
    if (options.errorHandler() != null) {
      engine.errorHandler(options.errorHandler());
    }
    VifHost host = new VifHost(options, engine.build());
    host.engine.start();
    return host;
  }

  /** Plugs a VIF; see {@link #submit}. One that is plugged as it should be is left so. */
  public CompletableFuture<PlugResult> plug(PlugRequest request) {
    return submit(VifOperation.plug(request));
  }

  /** Unplugs a VIF; see {@link #submit}. */
  public CompletableFuture<PlugResult> unplug(PlugRequest request) {
    return submit(VifOperation.unplug(request));
  }

  /**
   * Unplugs what the host has of the VIF of that id; see {@link #submit}. Nothing need be known of
   * it; one that the host does not know is unchanged.
   */
  public CompletableFuture<PlugResult> unplug(String vifId) {
    return submit(VifOperation.unplug(vifId));
  }

  /**
   * Submits an operation, and waits for room in the queue if it is full.
   *
   * @return completes with the result, and never exceptionally: what cannot be planned, and what
   *     there was no room for in time, has failed
   * @throws IllegalStateException if the host is closed
   */
  public CompletableFuture<PlugResult> submit(VifOperation operation) {
    long deadline = System.nanoTime() + submitLimit.toNanos();
    Optional<CompletableFuture<PlugResult>> submitted = offer(operation);
    while (submitted.isEmpty()) {
      if (System.nanoTime() - deadline > 0 || Thread.currentThread().isInterrupted()) {
        return CompletableFuture.completedFuture(noRoom(operation));
      }
      LockSupport.parkNanos(QUEUE_FULL_PAUSE_NANOS);
      submitted = offer(operation);
    }
    return submitted.get();
  }

  /**
   * Submits an operation without waiting.
   *
   * @return as {@link #submit}; empty if the queue is full: nothing was done, offer it again later
   * @throws IllegalStateException if the host is closed
   */
  public Optional<CompletableFuture<PlugResult>> offer(VifOperation operation) {
    Planning planning =
        (host, claims) -> operation.plan(pluginsFor(operation), seenBy(operation, host), claims);
    return engine.submit(operation.vifId(), planning).map(CompletionStage::toCompletableFuture);
  }

  private HostSnapshot seenBy(VifOperation operation, HostSnapshot host) {
    HostSnapshot seen = withOvs(host, operation.needsOvs());
    if (operation.isOfIdAlone() && usesOvs && !seen.ovs().isKnown()) {
      throw new UncheckedIOException(
          new IOException(
              "Open vSwitch's database does not answer: whether it has ports of the VIF is not"
                  + " known"));
    }
    return seen;
  }

  private PlugResult noRoom(VifOperation operation) {
    String why =
        Thread.currentThread().isInterrupted()
            ? "interrupted while the queue was full"
            : "the queue was full for " + submitLimit.toMillis() + " ms";
    PlugFailure failure = new PlugFailure(operation.vifId(), "not begun", 0, why, List.of());
    return new PlugResult(null, Outcome.FAILED, failure, List.of());
  }

  private VifPlugins pluginsFor(VifOperation operation) {
    Map<String, String> options = operation.options();
    if (options.isEmpty()) {
      return plugins;
    }
    VifPlugins known = withOptions.get(options);
    if (known == null) {
      known = configuration.plugins(options);
      if (withOptions.size() < MAX_OPTION_SETS) {
        withOptions.put(options, known);
      }
    }
    return known;
  }

  /** Without a reason to think that it is there, Open vSwitch is not waited for. */
  private HostSnapshot withOvs(HostSnapshot host, boolean isNeeded) {
    usesOvs |= isNeeded;
    return usesOvs ? host : host.withOvs(() -> OvsSnapshot.UNKNOWN);
  }

  /**
   * The VIFs that the host has something of: links with fastvif's alias, leases of devices, ports
   * that the forwarder serves; and the ports of Open vSwitch with an iface-id, which may also be
   * os-vif's, if an option says where its database is or a VIF for it was submitted here.
   */
  public List<PluggedVif> plugged() {
    return PluggedVif.all(snapshot(), served());
  }

  private Collection<ServedPort> served() {
    return forwarder == null ? List.of() : forwarder.open();
  }

  /** What planning knows of the host now; what was completed before is in it. */
  public HostSnapshot snapshot() {
    return withOvs(engine.snapshot(), false);
  }

  /**
   * Brings the host to a desired set of VIFs: plugs those that are not plugged, or not as they
   * should be, and does with the others that it has as it is told. Waits until all is done.
   *
   * @throws InvalidInputException if two VIFs have one id, or one has none; then nothing was done
   * @throws IllegalStateException if the host is closed
   */
  public SyncReport sync(Collection<PlugRequest> desired, Orphans orphans) {
    Map<String, PlugRequest> byId = new LinkedHashMap<>();
    for (PlugRequest request : desired) {
      String id = request.vif().id().require("id");
      if (byId.putIfAbsent(id, request) != null) {
        throw InvalidInputException.ofValue(
            "id", id, "is the id of two desired VIFs", "an id of its own for each");
      }
    }
    desired.forEach(request -> usesOvs |= VifOperation.needsOvs(request.vif()));
    List<String> kept = new ArrayList<>();
    List<CompletableFuture<PlugResult>> results = new ArrayList<>();
    List<PluggedVif> present = plugged();
    byId.values().forEach(request -> results.add(plug(request)));
    for (PluggedVif vif : present) {
      if (!byId.containsKey(vif.id())) {
        if (orphans == Orphans.UNPLUG && vif.isMarked()) {
          results.add(unplug(vif.id()));
        } else {
          kept.add(vif.id());
        }
      }
    }
    return new SyncReport(results.stream().map(CompletableFuture::join).toList(), kept);
  }

  /** What was done since the host was opened. */
  public EngineStatistics statistics() {
    return engine.statistics();
  }

  /**
   * Takes no more operations and begins none; what was begun is finished, or undone where it fails.
   * Does not wait; {@link #close()} follows.
   */
  public void stopBeginning() {
    engine.stopBeginning();
  }

  /** Closes within ten seconds: what is in the queue is done, or fails if there is no time. */
  @Override
  public void close() {
    engine.close();
  }

  /**
   * Takes no more operations, begins what is in the queue for at most that long, and fails the
   * rest.
   *
   * @return whether all was done within the bound and half a second more
   */
  public boolean close(Duration bound) {
    return engine.close(bound);
  }
}
