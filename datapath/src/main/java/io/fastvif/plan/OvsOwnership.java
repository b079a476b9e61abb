package io.fastvif.plan;

import java.util.Optional;

/** Whether a port is the one that a change means, and not another's of the same name. */
public final class OvsOwnership {
  private static final String INTERFACE_ID = "iface-id";

  private OvsOwnership() {}

  /** Whether the port is on the change's bridge, and does not bear another VIF's iface-id. */
  public static boolean isOf(
      OvsChange.DeletePort delete,
      OvsSnapshot.Port port,
      Optional<OvsSnapshot.Interface> networkInterface) {
    String id = networkInterface.map(row -> row.externalIds().get(INTERFACE_ID)).orElse("");
    return port.bridge().equals(delete.bridge())
        && (id.isEmpty() || delete.interfaceId().isEmpty() || id.equals(delete.interfaceId()));
  }
}
