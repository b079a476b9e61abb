package io.fastvif.agent.keeper;

import io.fastvif.agent.KeptVif;
import io.fastvif.agent.VifState;
import io.fastvif.engine.PlugResult;
import io.fastvif.trace.Log;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The VIFs that are declared, or that something is being done with, and the order of turns. */
final class KeptVifs {
  private static final int CROWD = 64;

  private final Keeping keeping;

  /** Changed by the keeper's thread alone. */
  private final ConcurrentHashMap<String, KeptEntry> entries = new ConcurrentHashMap<>();

  private final DeviceIndex index = new DeviceIndex();
  private final DriftWatch drift;
  private final OrphanSearch orphans;
  private final CountDownLatch ended = new CountDownLatch(1);

  /** How many turns were asked for, and how many of them have ended; the first is counted first. */
  private final AtomicLong asked = new AtomicLong();

  private final AtomicLong done = new AtomicLong();
  private final AtomicInteger starting = new AtomicInteger();
  private volatile boolean closing;

  KeptVifs(Keeping keeping) {
    this.keeping = keeping;
    drift = new DriftWatch(keeping, this);
    orphans = new OrphanSearch(keeping, this);
  }

  /** Has what was found on disk plugged and unplugged, and listens to the host's changes. */
  void begin(List<StoredVif> stored) {
    starting.set(stored.size());
    drift.begin();
    CompletableFuture<Set<String>> strays = drift.strays(stored);
    keeping
        .thread()
        .execute(
            () -> {
              stored.forEach(one -> begin(one, strays));
              if (stored.isEmpty()) {
                orphans.begin();
              }
            });
  }

  private void looked() {
    if (starting.decrementAndGet() == 0) {
      orphans.begin();
      drift.know(all());
    }
  }

  private void begin(StoredVif stored, CompletableFuture<Set<String>> strays) {
    KeptEntry vif = make(stored.declaration().id());
    vif.declare(stored.declaration(), stored.isToUnplug());
    vif.enter(stored.isToUnplug() ? VifState.UNPLUGGING : VifState.PLUGGING, "");
    if (keeping.options().repairs() || stored.isToUnplug()) {
      add(vif, new FirstTurn(strays));
    } else {
      looked();
      drift.check(vif);
    }
  }

  /**
   * Brings it back when it is known whose devices are strays; counts those still to be looked at.
   */
  private final class FirstTurn implements Turn {
    private final CompletableFuture<Set<String>> strays;

    FirstTurn(CompletableFuture<Set<String>> strays) {
      this.strays = strays;
    }

    @Override
    public CompletableFuture<PlugResult> begin(KeptEntry vif) {
      long since = System.nanoTime();
      return strays
          .thenCompose(found -> new RepairTurn(keeping, since, found.contains(vif.id())).begin(vif))
          .whenComplete((result, thrown) -> looked());
    }

    @Override
    public CompletableFuture<PlugResult> answer() {
      return null;
    }
  }

  private KeptEntry make(String id) {
    KeeperCounters counters = keeping.counters();
    return entries.computeIfAbsent(
        id, key -> new KeptEntry(key, new Pauses(keeping.options(), counters), counters, index));
  }

  /** The VIF of that id, if it is declared or something is being done with it. */
  Optional<KeptEntry> entry(String id) {
    return Optional.ofNullable(entries.get(id));
  }

  /** All of them. */
  Collection<KeptEntry> all() {
    return entries.values();
  }

  /** Whether something is being done with many of them; from any thread. */
  boolean isCrowded() {
    return asked.get() - done.get() > CROWD;
  }

  /**
   * How many turns were asked for so far, if all of them have ended: nothing is being done with any
   * VIF, and nothing was since an earlier call with the same result. From any thread.
   *
   * @return -1 if one has not ended, or no more are taken
   */
  long quietAfter() {
    long before = asked.get();
    return done.get() == before && !closing ? before : -1;
  }

  /** Finds them by names. */
  DeviceIndex index() {
    return index;
  }

  /** Has a VIF that has drifted repaired, at once unless it was before. */
  void repair(KeptEntry vif) {
    long now = System.nanoTime();
    Duration pause = vif.pauses().take(now);
    if (pause.isZero()) {
      add(vif, new RepairTurn(keeping, now));
    } else {
      retryAfter(vif, pause);
    }
  }

  /**
   * Tries a VIF again that has failed, soon: what it lacked, or what was in its way, has changed.
   */
  void retrySoon(KeptEntry vif) {
    if (!keeping.options().repairs() && !vif.isToUnplug()) {
      drift.check(vif);
      return;
    }
    long now = System.nanoTime();
    Duration pause = vif.pauses().leftAfterEvent(now);
    if (!pause.isPositive()) {
      vif.pauses().cancel();
      add(vif, new RepairTurn(keeping, now));
    } else if (!vif.pauses().endsWithin(pause, now)) {
      retryAfter(vif, pause);
    }
  }

  private void retryAfter(KeptEntry vif, Duration pause) {
    long since = System.nanoTime();
    vif.pauses()
        .timed(
            since + pause.toNanos(),
            keeping
                .thread()
                .after(
                    pause,
                    () -> {
                      vif.pauses().ended();
                      add(vif, new RepairTurn(keeping, since));
                    }));
  }

  /** A VIF is left alone now, unless it is not as it should be. */
  private void rest(KeptEntry vif) {
    boolean isWrong =
        !vif.isSaved()
            || vif.isToUnplug()
            || (vif.isToPlug() && vif.state() == VifState.FAILED && keeping.options().repairs());
    if (isWrong && !closing && !vif.pauses().isTimed()) {
      retryAfter(vif, vif.pauses().takeAfterFailure(System.nanoTime()));
    } else if (vif.declared() == null && vif.isSaved()) {
      vif.pauses().cancel();
      entries.remove(vif.id());
    }
  }

  /** Has something done with a VIF, from any thread. */
  CompletableFuture<PlugResult> submit(String id, Turn turn) {
    if (closing) {
      return CompletableFuture.completedFuture(HostKeeper.closed(id));
    }
    asked.incrementAndGet();
    keeping.thread().execute(() -> take(id, turn));
    return turn.answer();
  }

  private void take(String id, Turn turn) {
    if (closing) {
      done.incrementAndGet();
      turn.answer().complete(HostKeeper.closed(id));
      endIfQuiet();
    } else {
      join(make(id), turn);
    }
  }

  private void add(KeptEntry vif, Turn turn) {
    asked.incrementAndGet();
    join(vif, turn);
  }

  private void join(KeptEntry vif, Turn turn) {
    Turn first = vif.add(turn);
    if (first != null) {
      begin(vif, first);
    }
  }

  private void begin(KeptEntry vif, Turn turn) {
    CompletableFuture<PlugResult> result;
    try {
      result = turn.begin(vif);
    } catch (RuntimeException | Error thrown) {
      result = CompletableFuture.failedFuture(thrown);
    }
    result
        .whenComplete((done, thrown) -> end(vif, turn, done, thrown))
        .exceptionally(
            thrown -> {
              Log.warning(KeptVifs.class, "an error of fastvif's own: " + thrown, thrown);
              return null;
            });
  }

  private void end(KeptEntry vif, Turn turn, PlugResult result, Throwable thrown) {
    if (thrown != null) {
      Log.warning(KeptVifs.class, "an error of fastvif's own: VIF " + vif.id(), thrown);
    }
    done.incrementAndGet();
    Turn next = vif.next();
    if (next != null) {
      begin(vif, next);
    } else {
      rest(vif);
    }
    if (turn.answer() != null) {
      if (thrown == null) {
        turn.answer().complete(result);
      } else {
        turn.answer().completeExceptionally(thrown);
      }
    }
    endIfQuiet();
  }

  private void endIfQuiet() {
    if (closing && done.get() == asked.get()) {
      ended.countDown();
    }
  }

  /** Whether a VIF of that id is declared. */
  boolean isDeclared(String id) {
    KeptEntry vif = entries.get(id);
    return vif != null && vif.standing().declared() != null;
  }

  /** The declared VIF of that id. */
  Optional<KeptVif> find(String id) {
    KeptEntry vif = entries.get(id);
    if (vif == null) {
      return Optional.empty();
    }
    Standing standing = vif.standing();
    return standing.declared() == null
        ? Optional.empty()
        : Optional.of(standing.show(id, isOvsAway()));
  }

  private boolean isOvsAway() {
    return keeping.host().usesOvs() && !keeping.host().statistics().ovsConnected();
  }

  /** All declared VIFs. */
  List<KeptVif> declared() {
    boolean isOvsAway = isOvsAway();
    List<KeptVif> all = new ArrayList<>(entries.size());
    for (KeptEntry vif : entries.values()) {
      Standing standing = vif.standing();
      if (standing.declared() != null) {
        all.add(standing.show(vif.id(), isOvsAway));
      }
    }
    return all;
  }

  /** Why it is not ready; empty if it is. */
  List<String> unreadiness() {
    if (closing) {
      return List.of("the agent ends");
    }
    int left = starting.get();
    return left == 0
        ? List.of()
        : List.of("the agent has just started, and has not looked at " + left + " VIFs yet");
  }

  /** Takes no more, and waits for what was begun. */
  void close(Duration bound) {
    closing = true;
    keeping.thread().execute(this::endIfQuiet);
    try {
      ended.await(bound.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
