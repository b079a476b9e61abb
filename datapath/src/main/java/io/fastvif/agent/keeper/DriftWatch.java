package io.fastvif.agent.keeper;

import io.fastvif.PlannedOperation;
import io.fastvif.VifHost;
import io.fastvif.VifOperation;
import io.fastvif.agent.AgentEvent;
import io.fastvif.agent.VifState;
import io.fastvif.plan.HostChanges;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.trace.Log;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * Holds the host against what was declared when something of it changes. The host tells of changes;
 * the VIFs that they may be about are planned as if they were to be plugged, on a thread of its
 * own, and those whose plans have steps have drifted. Its own operations change the host too: a VIF
 * that something is being done with is looked at when that has ended and some time has passed.
 */
final class DriftWatch {
  /** For what belongs together to come together. */
  private static final Duration LOOK_PAUSE = Duration.ofMillis(5);

  /** The same while so many operations are under way that most of it is theirs. */
  private static final Duration CROWDED_PAUSE = Duration.ofMillis(50);

  /** How long after an own operation the host may still tell of it. */
  private static final Duration OWN_ECHO = Duration.ofMillis(50);

  /** The same where what they tell is looked at later, and by a busy host. */
  private static final Duration CROWDED_ECHO = Duration.ofMillis(200);

  private static final Duration OWN_PAUSE = Duration.ofMillis(50);

  /** While many callers wait, what their own operations did is not looked at before that. */
  private static final Duration MAX_OWN_PAUSE = Duration.ofSeconds(5);

  private static final Duration FAILURE_PAUSE = Duration.ofSeconds(1);

  /** How long a link may be half made by another process before that counts as drift. */
  private static final Duration MAX_MAKING = Duration.ofSeconds(5);

  private static final int MAX_TOGETHER = 256;

  private final Keeping keeping;
  private final KeptVifs vifs;
  private final HostChanges changes = new HostChanges(this::wake);
  private final Set<KeptEntry> due = new LinkedHashSet<>();
  private final Set<KeptEntry> later = new LinkedHashSet<>();

  /** Those that are looked at for what they share with others of their bridge. */
  private final Set<KeptEntry> forRules = new HashSet<>();

  private final Map<KeptEntry, Long> unfinished = new HashMap<>();
  private Future<?> laterTimer;
  private long laterSince;
  private boolean isPlanning;

  DriftWatch(Keeping keeping, KeptVifs vifs) {
    this.keeping = keeping;
    this.vifs = vifs;
  }

  /** Begins to listen. */
  void begin() {
    keeping.host().watch(changes);
  }

  /** What many operations do together is looked at together. */
  private void wake() {
    keeping.thread().later(vifs.isCrowded() ? CROWDED_PAUSE : LOOK_PAUSE, this::look);
  }

  /**
   * The ids of those that have a device which may have lost its name while nobody looked.
   *
   * @return completes on the keeper's thread
   */
  CompletableFuture<Set<String>> strays(List<StoredVif> stored) {
    if (stored.isEmpty()) {
      return CompletableFuture.completedFuture(Set.of());
    }
    return CompletableFuture.supplyAsync(
            () ->
                DeviceRecovery.strays(
                    keeping.host().snapshot(),
                    stored.stream().map(StoredVif::declaration).toList()),
            keeping.thread().planner())
        .exceptionally(
            failed -> {
              Log.warning(DriftWatch.class, "the host cannot be looked at: " + failed.getMessage());
              return Set.of();
            })
        .thenApplyAsync(found -> found, keeping.thread());
  }

  /**
   * Looks at the devices of those that are plugged, to know them again whatever becomes of them.
   */
  void know(Collection<KeptEntry> entries) {
    Map<KeptEntry, List<String>> plugged = new HashMap<>();
    for (KeptEntry vif : entries) {
      if (vif.state() == VifState.PLUGGED) {
        plugged.put(vif, vif.devices());
      }
    }
    CompletableFuture.supplyAsync(
            () -> {
              HostSnapshot host = keeping.host().snapshot();
              Map<KeptEntry, List<KnownDevice>> known = new HashMap<>();
              plugged.forEach(
                  (vif, names) -> known.put(vif, KnownDevice.of(host, vif.id(), names)));
              return known;
            },
            keeping.thread().planner())
        .thenAcceptAsync(
            known ->
                known.forEach(
                    (vif, links) -> {
                      if (vif.devices().equals(plugged.get(vif))) {
                        vif.knows(links);
                      }
                    }),
            keeping.thread())
        .exceptionally(DriftWatch::report);
  }

  /** Has a VIF looked at although nothing has changed. */
  void check(KeptEntry vif) {
    due.add(vif);
    plan();
  }

  private void look() {
    HostChanges.Seen seen = changes.take();
    for (String id : seen.vifs()) {
      vifs.entry(id).ifPresent(due::add);
    }
    for (String name : seen.names()) {
      KeptEntry vif = vifs.index().ofDevice(name);
      if (vif != null) {
        due.add(vif);
      }
      addOne(vifs.index().onBridge(name));
    }
    if (seen.filters()) {
      vifs.index().bridges().forEach(sharing -> forRules.addAll(addOne(sharing)));
    }
    if (seen.everything()) {
      due.addAll(vifs.all());
    } else if (seen.openVSwitch()) {
      vifs.all().stream().filter(KeptEntry::usesOvs).forEach(due::add);
    }
    retryFailed(seen);
    plan();
  }

  /** What many VIFs share is planned with each of them. */
  private List<KeptEntry> addOne(Iterable<KeptEntry> sharing) {
    for (KeptEntry vif : sharing) {
      if (vif.isIdle() && vif.state() == VifState.PLUGGED) {
        due.add(vif);
        return List.of(vif);
      }
    }
    return List.of();
  }

  /** What a VIF was missing may be there now, and what was in its way may be gone. */
  private void retryFailed(HostChanges.Seen seen) {
    Duration echo = echo();
    for (KeptEntry vif : vifs.all()) {
      if (vif.hasFailed()
          && vif.isIdle()
          && (seen.everything()
              || (seen.openVSwitch() && vif.usesOvs())
              || isAbout(vif, seen, echo))) {
        vifs.retrySoon(vif);
      }
    }
  }

  /** What bears its mark soon after an attempt was made by that, and undone. */
  private static boolean isAbout(KeptEntry vif, HostChanges.Seen seen, Duration echo) {
    if (seen.vifs().contains(vif.id())) {
      return vif.isIdleFor(echo);
    }
    return vif.mentionsAny(seen.names()) || vif.mentionsAny(seen.otherNames());
  }

  private Duration echo() {
    return vifs.isCrowded() ? CROWDED_ECHO : OWN_ECHO;
  }

  /** Plans those that are due, as many as go together, unless it is about it. */
  private void plan() {
    if (isPlanning) {
      return;
    }
    VifHost host = keeping.host();
    Duration echo = echo();
    List<Planned> together = new ArrayList<>();
    while (!due.isEmpty() && together.size() < MAX_TOGETHER) {
      KeptEntry vif = due.iterator().next();
      due.remove(vif);
      if (!vif.isToPlug() || vif.pauses().isTimed()) {
        unfinished.remove(vif);
        forRules.remove(vif);
        continue; // it is not to be there, or is going to be looked at
      }
      if (vif.isIdleFor(echo) || (vif.isIdle() && vif.state() != VifState.PLUGGED)) {
        together.add(new Planned(vif, vif.declared()));
      } else {
        lookLater(vif);
      }
    }
    if (together.isEmpty()) {
      return;
    }
    isPlanning = true;
    CompletableFuture.supplyAsync(() -> plans(host, together), keeping.thread().planner())
        .handleAsync(
            (plans, thrown) -> {
              isPlanning = false;
              if (thrown == null) {
                plans.forEach(this::judge);
              } else {
                failed(together, thrown);
              }
              plan();
              return (Void) null;
            },
            keeping.thread())
        .exceptionally(DriftWatch::report);
  }

  private static Void report(Throwable thrown) {
    Log.warning(DriftWatch.class, "an error of fastvif's own: " + thrown, thrown);
    return null;
  }

  /** Nothing could be read of the host: it is closed, or there are no descriptors left. */
  private void failed(List<Planned> together, Throwable thrown) {
    Log.warning(DriftWatch.class, "the host cannot be looked at: " + thrown.getMessage());
    together.forEach(one -> later.add(one.vif));
    if (laterTimer == null) {
      laterTimer = keeping.thread().after(FAILURE_PAUSE, this::lookAtLater);
    }
  }

  private record Planned(KeptEntry vif, Declaration declaration) {}

  private record Judged(
      Planned planned, PlannedOperation plan, boolean isUnfinished, List<KnownDevice> known) {}

  /** On the planner's thread. */
  private static List<Judged> plans(VifHost host, List<Planned> together) {
    boolean isOvsKnown = isOvsKnown(host);
    List<VifOperation> operations = new ArrayList<>(together.size());
    List<Planned> planned = new ArrayList<>(together.size());
    for (Planned one : together) {
      if (isOvsKnown || !one.declaration.usesOvs()) { // else it is looked at when that is known
        planned.add(one);
        operations.add(one.declaration.plug());
      }
    }
    HostSnapshot before = host.snapshot();
    List<PlannedOperation> plans = host.plan(operations);
    boolean isStillKnown = isOvsKnown(host);
    HostSnapshot after = host.snapshot();
    List<Judged> judged = new ArrayList<>(plans.size());
    for (int i = 0; i < plans.size(); i++) {
      Planned one = planned.get(i);
      if (isStillKnown || !one.declaration.usesOvs()) {
        String id = one.vif.id(); // what was planned from lies between the two
        boolean isUnfinished = isUnfinished(before, id) || isUnfinished(after, id);
        PlugPlan plan = plans.get(i).plan();
        List<String> devices = plan == null ? List.of() : plan.devices();
        judged.add(new Judged(one, plans.get(i), isUnfinished, KnownDevice.of(after, id, devices)));
      }
    }
    return judged;
  }

  private static boolean isUnfinished(HostSnapshot host, String vifId) {
    return host.linksOf(vifId).stream().anyMatch(LinkState::isUnfinished);
  }

  private static boolean isOvsKnown(VifHost host) {
    return host.usesOvs() && host.snapshot().ovs().isKnown();
  }

  private void judge(Judged judged) {
    KeptEntry vif = judged.planned.vif;
    if (!vif.isIdle() || vif.declared() != judged.planned.declaration) {
      lookLater(vif);
      return;
    }
    String difference = difference(judged.plan);
    if (forRules.remove(vif) && !difference.isEmpty()) {
      due.addAll(vifs.index().onBridge(vif.declared().bridge())); // they have marks among the rules
    }
    if (difference.isEmpty()) {
      unfinished.remove(vif);
      isAsDeclared(vif, judged.plan.plan().devices());
      vif.knows(judged.known);
    } else if (judged.isUnfinished && isBeingMade(vif)) {
      lookLater(vif);
    } else {
      unfinished.remove(vif);
      hasDrifted(vif, difference);
    }
  }

  /** Another process may be about it. */
  private boolean isBeingMade(KeptEntry vif) {
    long now = System.nanoTime();
    long since = unfinished.computeIfAbsent(vif, key -> now);
    return now - since < MAX_MAKING.toNanos();
  }

  /** What would have to be done, in words; empty for nothing. */
  private static String difference(PlannedOperation planned) {
    if (planned.problem() != null) {
      return planned.problem().getMessage();
    }
    List<PlannedStep> steps =
        planned.plan().steps().stream().filter(step -> !step.keeping()).toList();
    if (steps.isEmpty()) {
      return "";
    }
    String first = "lacks: " + steps.getFirst().step();
    return steps.size() == 1 ? first : first + ", and " + (steps.size() - 1) + " steps more";
  }

  private void isAsDeclared(KeptEntry vif, List<String> devices) {
    if (vif.state() == VifState.PLUGGED && vif.devices().equals(devices)) {
      return;
    }
    boolean wasWrong = vif.state() == VifState.DRIFTED || vif.state() == VifState.FAILED;
    vif.plugged(devices);
    if (wasWrong) {
      keeping.events().publish(AgentEvent.Kind.REPAIRED, vif.id(), "by somebody else");
    }
  }

  private void hasDrifted(KeptEntry vif, String difference) {
    boolean isNew = vif.state() != VifState.DRIFTED && vif.state() != VifState.FAILED;
    if (isNew || !vif.standing().problem().equals(difference)) {
      vif.enter(VifState.DRIFTED, difference);
    }
    if (isNew) {
      keeping.counters().drifts.increment();
      keeping.events().publish(AgentEvent.Kind.DRIFTED, vif.id(), difference);
    }
    if (keeping.options().repairs()) {
      vifs.repair(vif);
    }
  }

  private void lookLater(KeptEntry vif) {
    if (later.isEmpty()) {
      laterSince = System.nanoTime();
    }
    later.add(vif);
    if (laterTimer == null) {
      laterTimer = keeping.thread().after(OWN_PAUSE, this::lookAtLater);
    }
  }

  private void lookAtLater() {
    laterTimer = null;
    long now = System.nanoTime();
    if (vifs.isCrowded() && now - laterSince < MAX_OWN_PAUSE.toNanos()) {
      laterTimer = keeping.thread().after(OWN_PAUSE, this::lookAtLater);
      return;
    }
    due.addAll(later);
    later.clear();
    plan();
  }
}
