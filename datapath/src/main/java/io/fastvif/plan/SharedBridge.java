package io.fastvif.plan;

import java.util.Objects;
import java.util.Set;

/**
 * The bridge whose making a plan shares with other VIFs. Two are equal if they are of the same
 * bridge and uplink.
 *
 * @param bridge the bridge's name
 * @param uplink the name of the link that joins it to the network, null for none
 * @param formerPorts the indexes of the ports that it had, and of the links that lay on it, when it
 *     was planned with: they came without what the plan does for all, and need none of it
 */
public record SharedBridge(String bridge, String uplink, Set<Integer> formerPorts) {

  /** Copies the set. */
  public SharedBridge {
    formerPorts = Set.copyOf(formerPorts);
  }

  /** A bridge without ports. */
  public SharedBridge(String bridge, String uplink) {
    this(bridge, uplink, Set.of());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SharedBridge shared
        && bridge.equals(shared.bridge)
        && Objects.equals(uplink, shared.uplink);
  }

  @Override
  public int hashCode() {
    return Objects.hash(bridge, uplink);
  }
}
