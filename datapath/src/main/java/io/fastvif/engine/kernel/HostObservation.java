package io.fastvif.engine.kernel;

import io.fastvif.engine.filter.FilterEvents;
import io.fastvif.plan.DeviceSnapshot;
import io.fastvif.plan.FilterSnapshot;
import io.fastvif.plan.HostChanges;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkEntries;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.MovedLinks;
import io.fastvif.plan.SriovSnapshot;
import java.util.Optional;

/**
 * What planning is told of the kernel's side of a host. It hears what the engine has changed, for
 * the kernel has no event for some of it.
 */
public interface HostObservation extends AutoCloseable {

  /** Reads the namespace's links, addresses and routes. From any thread. */
  HostSnapshot snapshot();

  /**
   * The same, if it is known without reading anything and without waiting for another thread. From
   * any thread.
   *
   * @return empty if something would have to be read
   */
  default Optional<HostSnapshot> known() {
    return Optional.empty();
  }

  /**
   * Whether it is known, without reading anything, that no link is a port of the link of that
   * index, or lies on it. From any thread.
   */
  default boolean isWithoutUsers(int index) {
    return false;
  }

  /** How often a monitor has read the whole host; 0 without one. */
  default long readings() {
    return 0;
  }

  /** Reads what hangs on the link of that index; nothing if it is gone. From any thread. */
  default LinkEntries entries(int index) {
    return LinkEntries.NONE;
  }

  /** The links of other namespaces that lie on the link of that index. From any thread. */
  default MovedLinks movedLinks(int index) {
    return MovedLinks.NONE;
  }

  /**
   * The PCI devices of the host, looked at when they are first asked for. From any thread.
   *
   * @param host whose SR-IOV functions they are
   */
  default DeviceSnapshot devices(HostSnapshot host) {
    return DeviceSnapshot.NONE;
  }

  /** The rules on what the host forwards, as they are now. From any thread. */
  default FilterSnapshot filters() {
    return FilterSnapshot.UNKNOWN;
  }

  /**
   * The same, if it is known without reading them again and without waiting for another thread.
   * From any thread.
   *
   * @return empty if they would have to be read
   */
  default Optional<FilterSnapshot> unchangedFilters() {
    return Optional.empty();
  }

  /** The functions of SR-IOV cards, as they are now. From any thread. */
  default SriovSnapshot functions() {
    return SriovSnapshot.NONE;
  }

  /**
   * Has somebody told from now on what changes on the host, by whomever, as soon as the kernel
   * tells. From any thread.
   *
   * @throws IllegalStateException if nothing is monitored here, or somebody is told already
   */
  default void watch(HostChanges changes) {
    throw new IllegalStateException("without a monitor, nobody hears of the host's changes");
  }

  /** Tells nobody any more. From any thread. */
  default void unwatch() {}

  /**
   * Subscribes to changes of the packet filter.
   *
   * @return null if the kernel has none, or does not let this process
   */
  default FilterEvents watchFilters(HostChanges changes) {
    return null;
  }

  /** The kernel has been through a round that changed these. On the engine's thread. */
  default void changed(RoundChanges changes) {}

  /** A plan that was made here is begun: the links of that VIF are made, changed or deleted. */
  default void begun(String vifId) {}

  /** It has ended. Both on the engine's thread. */
  default void ended(String vifId) {}

  /**
   * A local step was done. On the engine's thread.
   *
   * @param made the index of the step's link, if that was made for the same plan and is still down;
   *     0 if not, or not known
   */
  default void performed(LocalStep step, int made) {}

  /** All of a round is answered, of so many messages. On the engine's thread. */
  default void answered(int messages) {}

  /** Nothing is under way. On the engine's thread, any number of times. */
  default void idle() {}

  @Override
  void close();
}
