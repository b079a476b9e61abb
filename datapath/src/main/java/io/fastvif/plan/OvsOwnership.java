package io.fastvif.plan;

import java.util.List;
import java.util.Optional;

/** Whether a port is the one that a change means, and not another's of the same name. */
public final class OvsOwnership {
  private OvsOwnership() {}

  /**
   * Whether the port is on the change's bridge and not the row that is kept, and none of its
   * interfaces bears another VIF's iface-id or mark.
   */
  public static boolean isOf(
      OvsChange.DeletePort delete, OvsSnapshot.PortRow port, OvsSnapshot rows) {
    return port.bridge().equals(delete.bridge())
        && !port.uuid().equals(delete.kept())
        && (delete.interfaceId().isEmpty()
            || interfaceIds(port, rows).stream().allMatch(delete.interfaceId()::equals))
        && (delete.vifId().isEmpty() || otherVif(delete.vifId(), port, rows).isEmpty());
  }

  /** Whether all interfaces of the port bear the mark of that VIF. */
  public static boolean isMarked(String vifId, OvsSnapshot.PortRow port, OvsSnapshot rows) {
    List<OvsSnapshot.InterfaceRow> all = rows.interfacesOf(port);
    return !all.isEmpty()
        && all.stream().allMatch(row -> row.markedVifId().filter(vifId::equals).isPresent());
  }

  /** The VIF whose mark an interface of the port bears, if it is another one than that. */
  public static Optional<String> otherVif(
      String vifId, OvsSnapshot.PortRow port, OvsSnapshot rows) {
    return rows.interfacesOf(port).stream()
        .flatMap(row -> row.markedVifId().stream())
        .filter(id -> !id.equals(vifId))
        .findFirst();
  }

  /** The iface-ids that the port's interfaces bear. */
  public static List<String> interfaceIds(OvsSnapshot.PortRow port, OvsSnapshot rows) {
    return rows.interfacesOf(port).stream()
        .map(OvsSnapshot.InterfaceRow::interfaceId)
        .filter(id -> !id.isEmpty())
        .distinct()
        .toList();
  }
}
