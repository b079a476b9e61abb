package io.fastvif.forward;

import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.vhostuser.memory.GuestMemoryView;
import io.fastvif.vhostuser.session.Completion;
import io.fastvif.vhostuser.session.RingControl;
import io.fastvif.vhostuser.session.RingSettings;
import io.fastvif.vhostuser.session.StopCompletion;
import io.fastvif.vhostuser.virtqueue.BrokenRingException;
import io.fastvif.vhostuser.virtqueue.DeviceQueue;
import io.fastvif.vhostuser.virtqueue.RingSetup;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A port's ring. The session's calls become commands of the loop; everything else is used by the
 * loop's thread only.
 */
abstract class GuestRing implements RingControl {
  /** Bytes of kicks that are read at once from a pipe. */
  private static final int MAX_KICKS_READ = 1024;

  /** Reads of one look: together a pipe of the largest size that needs no privilege, 1 MiB. */
  private static final int MAX_KICK_READS = 1024;

  private static final String NOT_WATCHED = "its kicks cannot be watched, it is polled: ";

  private final VhostUserPort port;
  private final QueuePair pair;
  private final int index;
  private RingSettings settings;
  private GuestMemoryView view;

  /** The queue, or null if it is not started or was broken from the start. */
  DeviceQueue queue;

  boolean enabled;
  long features;
  int headerLength;
  private volatile boolean running;

  /** The loop is not woken by its kicks. */
  private boolean unwatched;

  /** Its kicks come by a pipe or a socket, which fills up if nobody reads it. */
  private boolean kicksPile;

  private final MemorySegment kicks = Arena.ofAuto().allocate(MAX_KICKS_READ, Long.BYTES);

  /** Why the ring moves nothing; null as long as it is sound. Any thread reads it. */
  private volatile String problem;

  GuestRing(VhostUserPort port, QueuePair pair, int index) {
    this.port = port;
    this.pair = pair;
    this.index = index;
  }

  @Override
  public void start(RingSettings newSettings) {
    pair.execute(() -> attempt(() -> begin(newSettings)));
  }

  @Override
  public void change(RingSettings newSettings, Completion completion) {
    pair.execute(
        () -> {
          attempt(() -> modify(newSettings));
          completion.done();
        });
  }

  @Override
  public void stop(StopCompletion completion) {
    pair.execute(
        () -> {
          int[] base = new int[1];
          attempt(() -> base[0] = end());
          completion.stopped(base[0]);
        });
  }

  /**
   * An exception of a command becomes this ring's problem, and still completes the session's
   * request.
   */
  private void attempt(Runnable command) {
    try {
      command.run();
    } catch (RuntimeException | Error e) {
      tellFailure(e instanceof SystemCallException ? e.getMessage() : e.toString());
    }
  }

  final VhostUserPort port() {
    return port;
  }

  final QueuePair pair() {
    return pair;
  }

  final int index() {
    return index;
  }

  abstract boolean deviceWritable();

  private void begin(RingSettings newSettings) {
    view = new GuestMemoryView(newSettings.memory());
    settings = newSettings;
    problem = null;
    begins();
    features = newSettings.features();
    headerLength = VirtioNetHeader.length(features);
    long part =
        newSettings.inflight() == null || newSettings.inflight().ringSize() < newSettings.size()
            ? 0
            : newSettings.inflight().address(index, newSettings.isPacked());
    try {
      queue =
          DeviceQueue.start(
              new RingSetup(
                  newSettings.size(),
                  features,
                  deviceWritable(),
                  view,
                  newSettings.descriptors(),
                  newSettings.available(),
                  newSettings.used(),
                  newSettings.base()),
              part);
    } catch (BrokenRingException | IllegalArgumentException e) {
      queue = null;
      tellFailure(e.getMessage());
    }
    apply(newSettings, true);
    watch(newSettings.kick());
    RingEvent.report(port.name(), index, "started", null);
  }

  private void apply(RingSettings newSettings, boolean began) {
    boolean disabled = !newSettings.enabled() && (began || enabled);
    enabled = newSettings.enabled();
    boolean ran = running;
    running = enabled && queue != null;
    if (running && !ran) {
      pair.begins();
    }
    if (queue != null) {
      queue.log(newSettings.log(), newSettings.usedLogAddress());
      queue.callDescriptor(newSettings.call());
      if (disabled && queue.refresh()) {
        disabled(began);
      }
    }
  }

  /** The ring is about to be started. */
  abstract void begins();

  /**
   * The ring was disabled: the last access to it. A frontend that stops a device by
   * SET_VRING_ENABLE alone sends nothing more before the guest reuses that memory.
   *
   * @param began whether it was started in this state, and not used before
   */
  abstract void disabled(boolean began);

  /** Whether it is started and enabled; any thread. */
  final boolean isRunning() {
    return running;
  }

  /** Why the ring moves nothing, or null; any thread. */
  final String problem() {
    return problem;
  }

  /** Takes the kicks that have come, and tells whether there were some. */
  final boolean takeKicks() {
    int kick = settings == null ? RingSettings.NONE : settings.kick();
    if (kick < 0) {
      return false;
    }
    if (!kicksPile) {
      return FileIo.read(kick, kicks, Long.BYTES) == Long.BYTES;
    }
    boolean any = false;
    long count = MAX_KICKS_READ;
    for (int i = 0; i < MAX_KICK_READS && count == MAX_KICKS_READ; i++) {
      count = FileIo.read(kick, kicks, MAX_KICKS_READ);
      any |= count > 0;
    }
    return any;
  }

  /**
   * Empties a pipe or socket of kicks; to be called now and then, and before each sleep. Those of a
   * transmit queue that is not enabled stay, as {@link GuestTransmitQueue} looks for them.
   */
  final void drainKicks() {
    if (kicksPile && (enabled || deviceWritable())) {
      takeKicks();
    }
  }

  private void modify(RingSettings newSettings) {
    if (settings == null) {
      return;
    }
    RingSettings former = settings;
    if (needsRestart(former, newSettings)) {
      int base = end();
      begin(withBase(newSettings, base));
      return;
    }
    settings = newSettings;
    if (former.kick() != newSettings.kick()) {
      pair.unwatch(former.kick());
      watch(newSettings.kick());
    }
    apply(newSettings, false);
    if (former.enabled() != newSettings.enabled()) {
      RingEvent.report(port.name(), index, enabled ? "enabled" : "disabled", null);
    }
  }

  private static boolean needsRestart(RingSettings a, RingSettings b) {
    return (a.features() & ~VirtioFeatures.LOG_ALL) != (b.features() & ~VirtioFeatures.LOG_ALL)
        || a.size() != b.size()
        || a.descriptors() != b.descriptors()
        || a.available() != b.available()
        || a.used() != b.used()
        || a.memory() != b.memory()
        || !Objects.equals(a.inflight(), b.inflight());
  }

  private static RingSettings withBase(RingSettings s, int base) {
    return new RingSettings(
        s.index(),
        s.features(),
        s.size(),
        base,
        s.descriptors(),
        s.available(),
        s.used(),
        s.usedLogAddress(),
        s.enabled(),
        s.kick(),
        s.call(),
        s.error(),
        s.memory(),
        s.log(),
        s.inflight());
  }

  /** Stops the ring, if it is started; where it may go on. */
  private int end() {
    if (settings == null) {
      return 0;
    }
    int base = settings.base();
    GuestMemoryView used = view;
    try {
      base = queue == null ? base : queue.stop();
    } finally {
      pair.unwatch(settings.kick());
      queue = null;
      enabled = false;
      running = false;
      unwatched = false;
      settings = null;
      problem = null;
      view = null;
      used.close();
    }
    RingEvent.report(port.name(), index, "stopped", null);
    return base;
  }

  /** Switches to the new memory; a fault is reported at the next use. */
  final void memoryChanged() {
    if (queue != null) {
      if (!queue.refresh()) {
        checkFailure();
      }
    } else if (view != null) {
      view.refresh();
    }
  }

  /** Whether frames may pass through the ring now. */
  final boolean isOpen() {
    return queue != null && enabled && queue.refresh();
  }

  /** Tells the session that the ring is broken, once. */
  final void checkFailure() {
    if (queue != null && queue.failure() != null) {
      tellFailure(queue.failure());
    }
  }

  private void tellFailure(String reason) {
    if (problem == null) {
      problem = reason;
      RingEvent.report(port.name(), index, "failed", reason);
      port.ringFailed(index, reason);
    }
  }

  /** After a fault in the guest's memory: takes it away if it is not what was promised. */
  final boolean revokeDamagedMemory() {
    if (view == null || view.memory().isIntact()) {
      return false;
    }
    view.memory().revoke();
    return true;
  }

  /** Whether something that is used with the ring is gone, so that zeros are in its place. */
  final boolean hasFaulted() {
    return settings != null
        && (view.memory().hasFaulted()
            || (settings.log() != null && settings.log().mapping().hasFaulted())
            || (settings.inflight() != null && settings.inflight().mapping().hasFaulted()));
  }

  /** Watches its kick descriptor in a new loop. */
  final void watch() {
    if (settings != null) {
      watch(settings.kick());
    }
  }

  /** A ring whose kicks cannot be watched is polled, and says so. */
  private void watch(int kick) {
    boolean wasUnwatched = unwatched;
    unwatched = false;
    kicksPile = kick >= 0 && FileIo.isPipeOrSocket(kick);
    try {
      pair.watch(kick);
      if (wasUnwatched && problem != null && problem.startsWith(NOT_WATCHED)) {
        problem = null;
      }
    } catch (SystemCallException refused) {
      unwatched = true;
      tellFailure(NOT_WATCHED + refused.getMessage());
    }
  }

  /** Leaves a loop. */
  final void unwatch() {
    if (settings != null) {
      pair.unwatch(settings.kick());
    }
  }

  /** Whether the driver cannot kick, so that the ring has to be looked at. */
  final boolean isPolled() {
    return isUsed() && (unwatched || settings.kick() < 0);
  }

  /** Whether the ring's memory may be accessed now. */
  private boolean isUsed() {
    return queue != null && enabled && queue.failure() == null;
  }

  boolean beforeSleep() {
    return !isUsed() || !queue.enableKicks();
  }

  void afterSleep() {
    if (isUsed()) {
      queue.disableKicks();
    }
  }
}
