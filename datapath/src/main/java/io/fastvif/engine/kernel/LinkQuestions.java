package io.fastvif.engine.kernel;

import io.fastvif.plan.RouteState;
import java.util.Set;
import java.util.function.Predicate;
import org.agrona.collections.IntArrayList;

/**
 * What is asked about links while plans are executed. Used by the engine's thread alone, but for
 * what says otherwise. Results below zero are negated error numbers.
 */
public interface LinkQuestions {

  /**
   * The index of the link of that name, or {@code -ENODEV} if there is none.
   *
   * @throws io.fastvif.bindings.SystemCallException if the kernel does not say
   */
  int linkIndex(String name);

  /** Whether the link of that name is up; true if the kernel does not say. */
  default boolean isUp(String name) {
    return true;
  }

  /** The alias of the link of that index; empty if it has none or is gone. */
  String alias(int index);

  /** Whose the link of that index is; {@link Ownership#GONE} if there is none. From any thread. */
  Ownership ownership(int index, String vifId);

  /**
   * In words, a link that lies on another, here or in another namespace, or is its port; null if
   * there is none.
   *
   * @param ignored the indexes of those that do not count
   * @throws io.fastvif.bindings.FastvifException if that is not known
   */
  String linkOn(int link, Set<Integer> ignored);

  /** As {@link #linkOn}, of this namespace only. */
  default String linkHereOn(int link, Set<Integer> ignored) {
    return linkOn(link, ignored);
  }

  /**
   * In words, who uses the link of that index, other than as a port of the switch that it belongs
   * to: a link on it, an address, a route; null for nobody.
   */
  default String userOf(int link) {
    return null;
  }

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

  /** The indexes of the bridges with such an alias. */
  IntArrayList bridges(Predicate<String> alias);

  /** What is asked about bridges that are kept. */
  default BridgeQuestions bridgeQuestions() {
    return BridgeQuestions.NONE;
  }

  /** Whether the kernel renames a link without waiting for a grace period. */
  boolean renamesAtOnce();

  /** Whether the kernel has IPv6, without which it refuses every IPv6 setting of a link. */
  boolean hasIpv6();
}
