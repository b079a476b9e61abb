package io.fastvif.agent.keeper;

import io.fastvif.PluggedDevice;
import io.fastvif.PluggedVif;
import io.fastvif.VifHost;
import io.fastvif.VifOperation;
import io.fastvif.agent.AgentEvent;
import io.fastvif.agent.KeeperStatistics;
import io.fastvif.agent.KeptVif;
import io.fastvif.agent.VifKeeper;
import io.fastvif.agent.VifState;
import io.fastvif.bindings.FailureKind;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugFailure;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Keeps the VIFs of a {@link VifHost}, and what was declared in a folder. */
public final class HostKeeper implements VifKeeper {
  /** How old the number of orphans may be that figures tell. */
  private static final long ORPHANS_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final Duration CLOSE_BOUND = Duration.ofSeconds(10);

  private final Keeping keeping;
  private final KeptVifs vifs;
  private final UnchangedVifs unchanged;
  private final Instant opened = Instant.now();

  private long orphans;
  private long orphansCounted;

  private HostKeeper(Keeping keeping) {
    this.keeping = keeping;
    vifs = new KeptVifs(keeping);
    unchanged = new UnchangedVifs(keeping, vifs);
  }

  /**
   * Begins to keep VIFs: reads what was declared, and has all of it plugged, and what was being
   * unplugged gone on with. Does not wait for the host: {@link #unreadiness()} says when that is
   * done.
   *
   * @param host stays the caller's to close, after the keeper
   * @throws io.fastvif.bindings.HeldException if another agent has the state folder
   * @throws IOException if it cannot be made, locked or listed
   */
  public static HostKeeper open(VifHost host, KeeperOptions options) throws IOException {
    return open(host, options, StoreDisk.real());
  }

  static HostKeeper open(VifHost host, KeeperOptions options, StoreDisk disk) throws IOException {
    KeeperCounters counters = new KeeperCounters();
    VifStore store = VifStore.open(options.state(), disk, counters);
    HostKeeper keeper = new HostKeeper(new Keeping(host, options, store, counters));
    host.tell(new GuestEvents(keeper.keeping.events()));
    keeper.vifs.begin(store.takeStored());
    return keeper;
  }

  @Override
  public CompletableFuture<PlugResult> plug(PlugRequest request, Map<String, String> options) {
    keeping.host().configuration().plugins(options); // unknown ones are refused
    Declaration wanted = Declaration.of(request, options);
    return unchanged
        .find(wanted)
        .map(CompletableFuture::completedFuture)
        .orElseGet(() -> vifs.submit(wanted.id(), new PlugTurn(keeping, wanted)));
  }

  @Override
  public CompletableFuture<PlugResult> unplug(String vifId) {
    return unplug(VifOperation.unplug(vifId));
  }

  @Override
  public CompletableFuture<PlugResult> unplug(PlugRequest request, Map<String, String> options) {
    keeping.host().configuration().plugins(options);
    request.vif().id().require("id");
    return unplug(VifOperation.unplug(request).with(options));
  }

  private CompletableFuture<PlugResult> unplug(VifOperation ofUndeclared) {
    return vifs.submit(
        ofUndeclared.vifId(), new UnplugTurn(keeping, ofUndeclared, new CompletableFuture<>()));
  }

  @Override
  public List<KeptVif> list() {
    List<KeptVif> all = new ArrayList<>(vifs.declared());
    for (PluggedVif vif : keeping.host().plugged()) {
      if (!vifs.isDeclared(vif.id())) {
        all.add(orphan(vif));
      }
    }
    all.sort(Comparator.comparing(KeptVif::id));
    return all;
  }

  @Override
  public Optional<KeptVif> find(String vifId) {
    Optional<KeptVif> declared = vifs.find(vifId);
    return declared.isPresent()
        ? declared
        : keeping.host().plugged().stream()
            .filter(vif -> vif.id().equals(vifId))
            .findFirst()
            .map(this::orphan);
  }

  private KeptVif orphan(PluggedVif vif) {
    List<String> devices = vif.devices().stream().map(PluggedDevice::name).toList();
    String problem = vif.isMarked() ? "" : "nothing of it bears fastvif's mark";
    return new KeptVif(
        vif.id(), VifState.ORPHAN, opened, Optional::empty, Map.of(), devices, 0, problem);
  }

  @Override
  public KeeperStatistics statistics() {
    return keeping.counters().statistics(orphans());
  }

  /** To count them takes a look at each VIF, and whoever wants figures asks every second. */
  private synchronized long orphans() {
    long now = System.nanoTime();
    if (orphansCounted == 0 || now - orphansCounted > ORPHANS_NANOS) {
      orphans = keeping.host().plugged().stream().filter(vif -> !vifs.isDeclared(vif.id())).count();
      orphansCounted = now | 1; // 0 stands for never
    }
    return orphans;
  }

  /** Whether the devices of a VIF would be known again without their name or their mark. */
  boolean knowsDevicesOf(String vifId) {
    return vifs.entry(vifId).filter(vif -> !vif.known().isEmpty()).isPresent();
  }

  @Override
  public VifHost host() {
    return keeping.host();
  }

  @Override
  public Subscription subscribe(Consumer<AgentEvent> listener) {
    return keeping.events().subscribe(listener);
  }

  @Override
  public List<String> unreadiness() {
    List<String> reasons = new ArrayList<>(vifs.unreadiness());
    reasons.addAll(keeping.store().unreadable());
    String problem = keeping.store().problem();
    if (!problem.isEmpty()) {
      reasons.add(problem);
    }
    return reasons;
  }

  @Override
  public void close() {
    vifs.close(CLOSE_BOUND);
    keeping.host().unwatch();
    keeping.host().tell(null);
    keeping.store().close();
    keeping.thread().close();
  }

  /** What is answered when the keeper takes no more requests. */
  static PlugResult closed(String vifId) {
    PlugFailure failure =
        new PlugFailure(vifId, "not begun", 0, "the agent ends", List.of(), FailureKind.OTHER);
    return new PlugResult(null, Outcome.FAILED, failure, List.of());
  }
}
