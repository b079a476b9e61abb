package io.fastvif.engine;

import io.fastvif.netlink.netfilter.NftExchange;
import io.fastvif.plan.DeviceSnapshot;
import io.fastvif.plan.FilterSnapshot;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkEntries;
import io.fastvif.plan.RouteState;
import io.fastvif.plan.SriovSnapshot;
import io.fastvif.plan.Step;
import java.io.IOException;
import java.util.Set;
import org.agrona.collections.IntArrayList;

/**
 * All that the engine asks of the kernel; a fake one serves the unit tests. Used by the engine's
 * thread alone, but for what says otherwise. Results below zero are negated error numbers.
 */
interface Transport extends MessageExchange {

  /** Opens a transport on the engine's thread. */
  interface Factory {
    Transport open();
  }

  /** Opens one more exchange with the same kernel, for a thread of its own. */
  MessageExchange openExchange();

  /**
   * Opens nf_tables of the same kernel, on the engine's thread.
   *
   * @param family such as NFPROTO_IPV4
   */
  NftExchange openFilters(int family);

  /**
   * Creates a tap that did not exist, with the marks of the VIF of that id (its alias, and the
   * group in which its links are made) before it could outlive this process; 0 or a negated error
   * number.
   */
  int createTap(Step.CreateTap tap, String vifId);

  /** Switches IPv6 off or on for a link; 0 or a negated error number, ENOENT if it has no IPv6. */
  int disableIpv6(String name, boolean disabled);

  /** Writes a link's setting; 0 or a negated error number, ENOENT if it has none such. */
  int setSysctl(Step.SetSysctl sysctl);

  /**
   * Does a step that may take long, and returns when it is done. From any thread.
   *
   * @return false if there was nothing to do
   * @throws IOException if it failed, and nothing of it is left; its message says what was expected
   * @throws io.fastvif.bindings.SystemCallException if the kernel refused it
   */
  boolean perform(Step.Slow step) throws IOException;

  /** The index of the link of that name, or a negated error number. */
  int linkIndex(String name);

  /** The alias of the link of that index; empty if it has none or is gone. */
  String alias(int index);

  /** Whose the link of that index is; {@link Ownership#GONE} if there is none. From any thread. */
  Ownership ownership(int index, String vifId);

  /**
   * In words, a link that lies on another, here or in another namespace, or is its port; null if
   * there is none.
   *
   * @param ignored the indexes of those that do not count
   */
  String linkOn(int link, Set<Integer> ignored);

  /** The name of a port of the bridge of that index; null if it has none. */
  String portOf(int bridge);

  /**
   * Whether the route leaves by the link of that index. A route to one destination excludes another
   * of the same metric by another link, so that EEXIST alone does not tell.
   */
  default boolean hasRoute(int link, RouteState route) {
    return true;
  }

  /** The kind of the link of that index; empty if it has none or is gone. From any thread. */
  String kind(int index);

  /** Whether a link is in one of so many interface groups from that one on. */
  boolean isGroupUsed(int first, int count);

  /** The indexes of the bridges with that alias. */
  IntArrayList bridges(String alias);

  /** Whether the kernel renames a link without waiting for a grace period. */
  boolean renamesAtOnce();

  /** Whether the kernel has IPv6, without which it refuses every IPv6 setting of a link. */
  boolean hasIpv6();

  /** Reads the namespace's links, addresses and routes. From any thread. */
  HostSnapshot snapshot();

  /** How often a monitor has read the whole host; 0 without one. */
  default long readings() {
    return 0;
  }

  /** Reads what hangs on the link of that index; nothing if it is gone. From any thread. */
  default LinkEntries entries(int index) {
    return LinkEntries.NONE;
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

  /** The functions of SR-IOV cards, as they are now. From any thread. */
  default SriovSnapshot functions() {
    return SriovSnapshot.NONE;
  }
}
