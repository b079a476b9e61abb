package io.fastvif.ovsdb;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * What a server says of its databases in its database {@code _Server} (ovsdb-server(5)): whether
 * its answers are the database's. Of a cluster the leader alone is good enough, as for ovs-vsctl:
 * the others may lag behind. Used by the client's thread alone.
 */
final class ServerStatus {
  static final String DATABASE = "_Server";
  static final String TABLE = "Database";
  static final List<String> COLUMNS =
      List.of("name", "model", "connected", "leader", "cid", "index");

  private final String database;
  private final UUID cluster;
  private final Map<UUID, OvsdbRow> rows = new LinkedHashMap<>();
  private final MonitoredRows monitored;
  private boolean known;
  private boolean told;

  /** The cluster whose log was read last, and how far: a server that is behind that is stale. */
  private UUID lastCluster;

  private long lastIndex;

  /**
   * @param cluster that the database must belong to; null for any, or none
   */
  ServerStatus(String database, UUID cluster) {
    this.database = database;
    this.cluster = cluster;
    monitored =
        new MonitoredRows(
            new RowListener() {
              @Override
              public void cleared() {
                rows.clear();
              }

              @Override
              public void changed(String table, OvsdbRow before, OvsdbRow after) {
                if (after == null) {
                  rows.remove(before.uuid());
                } else {
                  rows.put(after.uuid(), after);
                }
              }
            });
  }

  /** Another server is asked. */
  void reset() {
    known = false;
    told = false;
    rows.clear();
  }

  /** The server is older than its database {@code _Server}: it has neither clusters nor relays. */
  void absent() {
    known = true;
  }

  /** Takes in {@code <table-updates>}. */
  void update(Object updates, boolean initial, OvsdbSchema schema) {
    if (initial) {
      monitored.clear(schema);
    }
    monitored.applyRows(updates);
    known = true;
    told = true;
    OvsdbRow row = row();
    if (row != null && problem() == null && row.get("index").number().isPresent()) {
      lastCluster = cluster(row);
      lastIndex = Math.max(lastIndex, row.get("index").number().getAsLong());
    }
  }

  /** Whether the server has said how it is. */
  boolean isKnown() {
    return known;
  }

  /** Why the server's answers are not the database's; null if they are. */
  String problem() {
    if (!told) {
      return null;
    }
    OvsdbRow row = row();
    if (row == null) {
      return "the server has no database "
          + database
          + (cluster == null ? "" : " of the cluster " + cluster);
    }
    boolean connected = isTrue(row, "connected");
    return switch (row.get("model").text()) {
      case "clustered" -> {
        if (!connected) {
          yield "the server is disconnected from its cluster";
        }
        if (!isTrue(row, "leader")) {
          yield "the server is not the leader of its cluster";
        }
        OptionalLong index = row.get("index").number();
        boolean stale =
            index.isPresent() && cluster(row).equals(lastCluster) && index.getAsLong() < lastIndex;
        yield stale ? "the server is behind what was read before" : null;
      }
      case "relay" -> connected ? null : "the relay is disconnected from its database";
      default -> null;
    };
  }

  private OvsdbRow row() {
    for (OvsdbRow row : rows.values()) {
      if (row.get("name").text().equals(database)
          && (cluster == null || cluster.equals(cluster(row)))) {
        return row;
      }
    }
    return null;
  }

  private static UUID cluster(OvsdbRow row) {
    Collection<UUID> ids = row.get("cid").rows();
    return ids.isEmpty() ? new UUID(0, 0) : ids.iterator().next();
  }

  private static boolean isTrue(OvsdbRow row, String column) {
    return row.get(column).text().equals("true");
  }
}
