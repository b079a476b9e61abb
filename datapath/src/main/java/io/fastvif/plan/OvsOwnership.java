package io.fastvif.plan;

import java.util.List;

/** Whether a port is the one that a change means, and not another's of the same name. */
public final class OvsOwnership {
  private OvsOwnership() {}

  /**
   * Whether the port is on the change's bridge, and none of its interfaces bears another VIF's
   * iface-id.
   */
  public static boolean isOf(OvsChange.DeletePort delete, OvsSnapshot.Port port, OvsSnapshot rows) {
    return port.bridge().equals(delete.bridge())
        && (delete.interfaceId().isEmpty()
            || interfaceIds(port, rows).stream().allMatch(delete.interfaceId()::equals));
  }

  /** The iface-ids that the port's interfaces bear. */
  public static List<String> interfaceIds(OvsSnapshot.Port port, OvsSnapshot rows) {
    return rows.interfacesOf(port).stream()
        .map(OvsSnapshot.Interface::interfaceId)
        .filter(id -> !id.isEmpty())
        .distinct()
        .toList();
  }
}
