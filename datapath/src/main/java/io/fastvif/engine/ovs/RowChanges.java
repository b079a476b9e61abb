package io.fastvif.engine.ovs;

import io.fastvif.ovsdb.OvsdbRow;
import io.fastvif.plan.HostChanges;
import io.fastvif.plan.OvsMarks;
import io.fastvif.plan.OvsSnapshot;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Says which ports and bridges a change of a row is about. */
final class RowChanges {
  private RowChanges() {}

  /**
   * Tells of a row that is about to be taken into the rows.
   *
   * @param rows as they were before
   */
  static void tell(
      HostChanges changes, OvsRows rows, String table, OvsdbRow before, OvsdbRow after) {
    switch (table) {
      case "Bridge" -> bridge(changes, rows, before, after);
      case "Port" -> {
        port(changes, before);
        port(changes, after);
      }
      case "Interface" -> {
        networkInterface(changes, before);
        networkInterface(changes, after);
      }
      default -> {
        // of nobody's port
      }
    }
  }

  private static void port(HostChanges changes, OvsdbRow row) {
    if (row != null) {
      changes.port(name(row), "");
    }
  }

  private static void networkInterface(HostChanges changes, OvsdbRow row) {
    if (row != null) {
      Map<String, String> ids = row.get("external_ids").texts();
      changes.port(name(row), OvsMarks.vifId(ids).orElse(OvsSnapshot.interfaceId(ids)));
    }
  }

  /** A port that a bridge loses or gets need not change itself. */
  private static void bridge(HostChanges changes, OvsRows rows, OvsdbRow before, OvsdbRow after) {
    OvsdbRow known = after == null ? before : after;
    changes.bridge(name(known));
    Set<UUID> ports = new HashSet<>(ports(before));
    for (UUID port : ports(after)) {
      if (!ports.remove(port)) {
        rows.portName(port).ifPresent(name -> changes.port(name, ""));
      }
    }
    ports.forEach(port -> rows.portName(port).ifPresent(name -> changes.port(name, "")));
  }

  private static Set<UUID> ports(OvsdbRow bridge) {
    return bridge == null ? Set.of() : bridge.get("ports").rows();
  }

  private static String name(OvsdbRow row) {
    return row.get("name").text();
  }
}
