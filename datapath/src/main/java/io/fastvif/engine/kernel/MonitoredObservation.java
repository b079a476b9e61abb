package io.fastvif.engine.kernel;

import io.fastvif.engine.filter.FilterEvents;
import io.fastvif.observe.EventWatch;
import io.fastvif.observe.HostMonitor;
import io.fastvif.plan.DeviceSnapshot;
import io.fastvif.plan.FilterSnapshot;
import io.fastvif.plan.HostChanges;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkEntries;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.MovedLinks;
import io.fastvif.plan.SriovSnapshot;
import java.util.List;
import java.util.Optional;

/**
 * An observation whose snapshots a {@link HostMonitor} keeps current. It tells the monitor which
 * links the engine sets, because the kernel has no event for some settings; and has it take in
 * events when nothing else is to be done, or after so many messages that theirs could overrun the
 * buffer.
 */
public final class MonitoredObservation implements HostObservation, RoundChanges.Receiver {
  /** Far below what the monitor's buffer holds, whatever the next round adds. */
  private static final int MAX_UNHEARD = 64;

  private final HostObservation others;
  private final LinkQuestions links;
  private final HostMonitor monitor;

  /** Null until somebody wants to know. */
  private EventWatch watch;

  private FilterEvents filterEvents;
  private boolean closed;

  /** How many messages and steps have had events that may not have been taken in. */
  private int unheard;

  private MonitoredObservation(HostObservation others, LinkQuestions links, HostMonitor monitor) {
    this.others = others;
    this.links = links;
    this.monitor = monitor;
  }

  /**
   * Opens the monitor in the namespace of the calling thread.
   *
   * @param transport answers what the monitor does not; not closed with this
   */
  public static MonitoredObservation open(Transport transport) {
    return new MonitoredObservation(transport, transport, HostMonitor.open());
  }

  @Override
  public void changed(RoundChanges changes) {
    changes.tell(this);
  }

  @Override
  public void begun(String vifId) {
    monitor.workBegun(vifId);
  }

  @Override
  public void ended(String vifId) {
    monitor.workEnded(vifId);
  }

  @Override
  public void linkSet(int index) {
    monitor.linkSet(index);
  }

  @Override
  public void addressesChanged(int index) {
    monitor.addressesChanged(index);
  }

  @Override
  public void performed(LocalStep step, int made) {
    unheard++;
    try {
      mark(step, made);
    } catch (RuntimeException | Error failed) {
      // The step is done, and would count as refused. The next snapshot reads everything.
      monitor.refresh();
    }
  }

  private void mark(LocalStep step, int made) {
    if (!(step instanceof LocalStep.CreateTap)) {
      written(step.name(), made);
      return;
    }
    int index = made > 0 ? made : links.linkIndex(step.name());
    if (index > 0) {
      monitor.linkSet(index); // the alias has no event
    }
  }

  private void written(String name, int made) {
    if (made > 0) {
      monitor.linkSet(made); // when it comes up, an event tells of that, and of all else
    } else {
      written(name);
    }
  }

  private void written(String name) {
    int index = links.linkIndex(name);
    if (index > 0 && links.isUp(name)) {
      monitor.settingsWritten(index);
    } else if (index > 0) {
      monitor.linkSet(index); // if it comes up, an event tells of that, and of all else
    }
  }

  @Override
  public void answered(int messages) {
    unheard += messages;
    if (unheard >= MAX_UNHEARD) {
      takeIn();
    }
  }

  @Override
  public void idle() {
    if (unheard > 0) {
      takeIn();
    }
  }

  private void takeIn() {
    unheard = 0;
    try {
      monitor.poll();
    } catch (RuntimeException | Error failed) {
      // What was sent is done and answered. The next snapshot reads everything, or says why not.
      monitor.refresh();
    }
  }

  @Override
  public HostSnapshot snapshot() {
    return monitor.snapshot();
  }

  @Override
  public Optional<HostSnapshot> known() {
    return monitor.known();
  }

  @Override
  public boolean isWithoutUsers(int index) {
    return monitor.isWithoutUsers(index);
  }

  @Override
  public long readings() {
    return monitor.readings();
  }

  @Override
  public LinkEntries entries(int index) {
    return others.entries(index);
  }

  @Override
  public MovedLinks movedLinks(int index) {
    return others.movedLinks(index);
  }

  @Override
  public DeviceSnapshot devices(HostSnapshot host) {
    return others.devices(host);
  }

  @Override
  public FilterSnapshot filters() {
    return others.filters();
  }

  @Override
  public Optional<FilterSnapshot> unchangedFilters() {
    return others.unchangedFilters();
  }

  @Override
  public SriovSnapshot functions() {
    return others.functions();
  }

  @Override
  public synchronized void watch(HostChanges changes) {
    if (closed || watch != null) {
      throw new IllegalStateException(
          closed ? "the engine is closed" : "somebody is told of the host's changes already");
    }
    monitor.tell(changes);
    filterEvents = others.watchFilters(changes);
    watch =
        new EventWatch(filterEvents == null ? List.of(monitor) : List.of(monitor, filterEvents));
  }

  @Override
  public synchronized void unwatch() {
    if (watch != null) {
      watch.close();
      watch = null;
      monitor.tell(null);
    }
    if (filterEvents != null) {
      filterEvents.close();
      filterEvents = null;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    unwatch();
    monitor.close();
  }
}
