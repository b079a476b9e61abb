package io.fastvif;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifIOException;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.AwaitedOperations;
import io.fastvif.engine.EngineStatistics;
import io.fastvif.engine.GuestListener;
import io.fastvif.engine.Planning;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugEngineBuilder;
import io.fastvif.engine.PlugResult;
import io.fastvif.engine.UnchangedPlugs;
import io.fastvif.engine.VhostUserPorts;
import io.fastvif.json.PlugRequest;
import io.fastvif.plan.HostChanges;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.ServedPort;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.InvalidInputException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

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
  /** How long the making of a link may take before it counts as left by a killed process. */
  private static final Duration MAX_MAKING = Duration.ofSeconds(5);

  private volatile HostConfiguration configuration;
  private final VhostUserPorts forwarder;
  private final Path leases;
  private final PlugEngine engine;
  private final QueueRoom room;
  private final UnchangedPlugs unchangedPlugs;
  private final AwaitedOperations awaited;

  /** Whether Open vSwitch is looked at although no VIF that is known here needs it. */
  private volatile boolean usesOvs;

  private VifHost(VifHostOptions options, PlugEngine engine) {
    configuration = options.configuration();
    forwarder = options.forwarder();
    leases = options.leases();
    this.engine = engine;
    room = new QueueRoom(engine, options.submitLimit());
    unchangedPlugs = new UnchangedPlugs(engine);
    awaited = new AwaitedOperations(engine);
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
    PlugEngineBuilder engine =
        PlugEngine.builder()
            .monitorHost()
            .leases(options.leases())
            .tracer(options.tracer())
            .queueCapacity(options.queueCapacity())
            .keptBridges(options.keptBridges())
            .ovs(options.configuration().ovs());
    if (options.namespace() != null) {
      engine.namespace(options.namespace());
    }
    if (options.group() != null) {
      engine.group(options.group());
    }
    if (options.forwarder() != null) {
      engine.vhostUser(options.forwarder());
    }
    if (options.errorHandler() != null) {
      engine.errorHandler(options.errorHandler());
    }
    VifHost host = new VifHost(options, engine.build());
    host.engine.start();
    try {
      host.usesOvs = HostView.of(options).expectsOvs();
    } catch (RuntimeException | Error refused) {
      host.close();
      throw refused;
    }
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
   * it; one that the host does not know is unchanged. Ports of Open vSwitch are looked for as by
   * {@link #plugged()}.
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
    return room.untilTaken(() -> offer(operation))
        .orElseGet(() -> CompletableFuture.completedFuture(room.refused(operation.vifId())));
  }

  /**
   * Submits an operation and waits for its result; an interrupt does not end the wait. Where
   * nothing else is under way the calling thread carries it out itself, which spares waking the
   * engine's thread and this one again; a virtual thread does not, and one in another network
   * namespace makes no tap.
   *
   * @return as {@link #submit}
   * @throws IllegalStateException if the host is closed
   */
  public PlugResult submitAndWait(VifOperation operation) {
    String id = operation.vifId();
    return room.untilTaken(() -> awaited.carryOut(id, planning(operation)))
        .orElseGet(() -> room.refused(id));
  }

  /**
   * Carries out a plan that was made from {@link #snapshot()} for something else than a VIF, such
   * as a change of links ({@link io.fastvif.plugin.LinkChange}), of a card's virtual functions or
   * of its switch ({@link io.fastvif.switchdev.EswitchChange}), and waits for room in the queue if
   * it is full. Plans with the same id follow one another.
   *
   * @return as {@link #submit}
   * @throws IllegalStateException if the host is closed
   */
  public CompletableFuture<PlugResult> execute(PlugPlan plan) {
    return execute(List.of(plan)).getFirst();
  }

  /**
   * As {@link #execute(PlugPlan)}, of a plan that is made when its turn has come.
   *
   * @param id by which plans follow one another, and which the plan must have
   */
  public CompletableFuture<PlugResult> execute(String id, Planning planning) {
    return room.untilTaken(
            () -> engine.submit(id, planning).map(CompletionStage::toCompletableFuture))
        .orElseGet(() -> CompletableFuture.completedFuture(room.refused(id)));
  }

  /**
   * As {@link #execute(PlugPlan)}, of plans that begin together: links can exchange their names.
   *
   * @return as {@link #submit}, of each plan, in their order
   * @throws IllegalStateException if the host is closed
   */
  public List<CompletableFuture<PlugResult>> execute(List<PlugPlan> plans) {
    return room.untilTaken(() -> engine.submit(plans))
        .map(stages -> stages.stream().map(CompletionStage::toCompletableFuture).toList())
        .orElseGet(
            () ->
                plans.stream()
                    .map(plan -> CompletableFuture.completedFuture(room.refused(plan.vifId())))
                    .toList());
  }

  /**
   * Submits an operation without waiting.
   *
   * @return as {@link #submit}; empty if the queue is full: nothing was done, offer it again later
   * @throws IllegalStateException if the host is closed
   */
  public Optional<CompletableFuture<PlugResult>> offer(VifOperation operation) {
    return engine
        .submit(operation.vifId(), planning(operation))
        .map(CompletionStage::toCompletableFuture);
  }

  private Planning planning(VifOperation operation) {
    return Planning.ofArguments(
        (host, claims) ->
            operation.plan(
                configuration.plugins(operation.options()), seenBy(operation, host), claims));
  }

  /**
   * What an operation comes to that changes nothing, found out by this thread, which saves the ways
   * to the engine's and back. For a VIF that nothing else was submitted for that has not ended.
   *
   * @return empty if there is something to do, or that cannot be told without waiting, as while
   *     other operations are under way: then submit it
   * @throws IllegalStateException if the host is closed
   */
  public Optional<PlugResult> unchanged(VifOperation operation) {
    return unchangedPlugs.find(operation.vifId(), operation.needsOvs(), planning(operation));
  }

  /**
   * As {@link #unchanged(VifOperation)}, from what is known of the host without waiting for
   * anybody: for threads that must not be kept waiting. Of the rules on what a bridge forwards, the
   * kernel is only asked whether they were changed.
   *
   * @param condition whether the host is as the caller thinks; else there may be something to do
   * @return also empty if something would have to be read, such as those rules when they were
   * @throws IllegalStateException if the host is closed
   */
  public Optional<PlugResult> unchangedAsKnown(
      VifOperation operation, Predicate<HostSnapshot> condition) {
    return unchangedPlugs.findKnown(
        operation.vifId(), operation.needsOvs(), condition, planning(operation));
  }

  private HostSnapshot seenBy(VifOperation operation, HostSnapshot host) {
    HostSnapshot seen = withOvs(host, operation.needsOvs());
    if (operation.isOfIdAlone() && usesOvs && !seen.ovs().isKnown()) {
      FastvifIOException silent =
          new FastvifIOException(
              FailureKind.TIMED_OUT,
              "Open vSwitch's database does not answer: whether it has ports of the VIF is not"
                  + " known");
      throw new UncheckedIOException(silent.getMessage(), silent);
    }
    return seen;
  }

  /** Without a reason to think that it is there, Open vSwitch is not waited for. */
  private HostSnapshot withOvs(HostSnapshot host, boolean isNeeded) {
    usesOvs |= isNeeded;
    return usesOvs ? host : host.withOvs(() -> OvsSnapshot.UNKNOWN);
  }

  /**
   * The VIFs that the host has something of: links with fastvif's alias, leases of devices, rules
   * on what a bridge forwards, ports that the forwarder serves; and the ports of Open vSwitch that
   * fastvif marked or that have an iface-id, as os-vif's do, if an option says where its database
   * is, it was there by default when this host was opened, or a VIF for it was submitted here.
   * Ports of a database that does not answer are missing: {@link OvsSnapshot#isKnown()} of {@link
   * #snapshot()} tells.
   *
   * <p>Not among them are VIFs that leave nothing of their own on the host: those of {@code noop}
   * and {@code vhostuser} (a folder at most), of {@code ovs} without {@code create_port}, and of
   * {@code linux_bridge} without a device where the network filters by itself, of which there is
   * the bridge that all its VIFs share. To unplug such a VIF takes its fields, or is unchanged.
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
   * As {@link #snapshot()}, with the rows of Open vSwitch even if neither an option nor a VIF asked
   * for them so far; its database is waited for when they are first looked at. From now on they are
   * in all that the host plans and lists.
   */
  public HostSnapshot snapshotWithOvs() {
    return withOvs(engine.snapshot(), true);
  }

  /**
   * Brings the host to a desired set of VIFs: plugs those that are not plugged, or not as they
   * should be, and does with the others that it has as it is told. Waits until all is done. Done
   * again, it changes nothing, also of VIFs that leave nothing of their own on the host and so are
   * never {@link #plugged() listed}, nor orphans.
   *
   * <p>Where orphans are unplugged, so is a VIF that was plugged under another name, with another
   * device, to another bridge of Open vSwitch or by another plugin before, and is then plugged
   * again as desired; and what was refused because an orphan had its name is tried again. Two VIFs
   * that are to exchange their names are refused: unplug one of them before.
   *
   * <p>No device that a host of another network namespace plugged, or nobody knows which, and no
   * port of a switch in another namespace is unplugged as an orphan.
   *
   * @throws InvalidInputException if two VIFs have one id, or one has none; then nothing was done
   * @throws IllegalStateException if the host is closed
   */
  public SyncReport sync(Collection<PlugRequest> desired, Orphans orphans) {
    return sync(desired, orphans, MAX_MAKING);
  }

  /**
   * As {@link #sync(Collection, Orphans)}, with another time that the making of a link may take.
   */
  SyncReport sync(Collection<PlugRequest> desired, Orphans orphans, Duration maxMaking) {
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
    HostSnapshot host = snapshot();
    List<PluggedVif> present = PluggedVif.all(host, served());
    byId.values().forEach(request -> results.add(plug(request)));
    for (PluggedVif vif : present) {
      if (!byId.containsKey(vif.id())) {
        if (orphans == Orphans.UNPLUG && vif.mayBeOrphan()) {
          results.add(unplug(vif.id()));
        } else {
          kept.add(vif.id());
        }
      }
    }
    List<PlugResult> done = new ArrayList<>();
    results.forEach(result -> done.add(result.join()));
    if (orphans == Orphans.UNPLUG) {
      new PlugAgain(this).plug(List.copyOf(byId.values()), done);
      done.addAll(unplugLeftovers(maxMaking));
    }
    return new SyncReport(done, kept, !usesOvs || host.ovs().isKnown());
  }

  /**
   * Takes away what processes that were killed have left half made, for VIFs whose ids nobody
   * knows, as {@link #sync} does. Waits until it is done: where there is something, some seconds
   * pass in which a living process might go on with it.
   *
   * @return with the link's name for an id
   * @throws IllegalStateException if the host is closed
   */
  public List<PlugResult> unplugLeftovers() {
    return unplugLeftovers(MAX_MAKING);
  }

  private List<PlugResult> unplugLeftovers(Duration maxMaking) {
    VifPlugins plugins = configuration.plugins();
    return Leftovers.find(plugins, this::snapshot, maxMaking).stream()
        .map(left -> execute(left.link(), Leftovers.end(plugins, left)))
        .toList()
        .stream()
        .map(CompletableFuture::join)
        .toList();
  }

  /** Whether this process serves vhost-user ports: whether the host was opened with a forwarder. */
  public boolean servesVhostUser() {
    return forwarder != null;
  }

  /**
   * Whether Open vSwitch is part of this host: an option says where its database is, it was there
   * by default when the host was opened, or a VIF for it was submitted. {@link
   * EngineStatistics#ovsConnected} tells whether it is connected at present.
   */
  public boolean usesOvs() {
    return usesOvs;
  }

  /**
   * Whether the host still has devices of a VIF from before its name, device or plugin was changed,
   * which the VIF no longer uses.
   *
   * @param plugged the result of plugging it as it is now
   */
  public boolean hasOutdatedDevices(PlugResult plugged) {
    return new OutdatedDevices(snapshot()).existFor(plugged);
  }

  /**
   * Has somebody told from now on what changes on the host, whoever changes it: see {@link
   * PlugEngine#watch}.
   *
   * @param changes gets them, until {@link #unwatch()}, or the host is closed
   * @throws IllegalStateException if somebody is told already, or the host is closed
   */
  public void watch(HostChanges changes) {
    engine.watch(changes);
  }

  /** Tells nobody any more what changes; somebody else may be told from now on. */
  public void unwatch() {
    engine.unwatch();
  }

  /**
   * What operations would do if they were submitted together now, in their order; nothing of the
   * host is changed.
   *
   * @see HostView#plan(List, HostSnapshot)
   */
  public List<PlannedOperation> plan(List<VifOperation> operations) {
    boolean withOvs = operations.stream().anyMatch(VifOperation::needsOvs);
    return HostView.plan(configuration, operations, withOvs(engine.snapshot(), withOvs));
  }

  /**
   * Has somebody told of the guests that come and go on the ports that its forwarder serves.
   *
   * @param listener null for nobody any more
   */
  public void tell(GuestListener listener) {
    if (forwarder != null) {
      forwarder.tell(listener);
    }
  }

  /** The options of plugins and engine that it was opened with. */
  public HostConfiguration configuration() {
    return configuration;
  }

  /**
   * Takes other options of plugins, for what is planned from now on; VIFs that are plugged stay as
   * they are until they are plugged again. The engine's options stay ({@link
   * HostConfiguration#engineDifferences}).
   */
  public void configure(HostConfiguration other) {
    configuration = Objects.requireNonNull(other);
  }

  /** The folder with the leases of devices that it was opened with. */
  public Path leases() {
    return leases;
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
