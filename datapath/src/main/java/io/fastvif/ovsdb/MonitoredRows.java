package io.fastvif.ovsdb;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The monitored rows, kept up to date by the server's notifications: both the whole rows of RFC
 * 7047 section 4.1.6 and the differences of {@code update2} and {@code update3} (ovsdb-server(7)).
 */
final class MonitoredRows {
  private final Map<String, Map<UUID, OvsdbRow>> tables = new HashMap<>();
  private final RowListener listener;
  private OvsdbSchema schema;

  MonitoredRows(RowListener listener) {
    this.listener = listener;
  }

  /** Forgets all rows. */
  void clear(OvsdbSchema newSchema) {
    schema = newSchema;
    tables.clear();
    listener.cleared();
  }

  /** They are those of the server. */
  void current() {
    listener.current();
  }

  /** Takes another schema without forgetting the rows. */
  void schema(OvsdbSchema newSchema) {
    schema = newSchema;
  }

  /** Applies {@code <table-updates>}: old and new rows. */
  void applyRows(Object updates) {
    each(
        updates,
        (table, uuid, update) -> {
          Object after = update.get("new");
          put(table, uuid, after == null ? null : columns(after, new HashMap<>()));
        });
  }

  /** Applies {@code <table-updates2>}: new rows and differences. */
  void applyDifferences(Object updates) {
    each(
        updates,
        (table, uuid, update) -> {
          Object row = update.containsKey("initial") ? update.get("initial") : update.get("insert");
          if (row != null) {
            put(table, uuid, columns(row, new HashMap<>()));
          } else if (update.get("modify") != null) {
            OvsdbRow before = tables.getOrDefault(table, Map.of()).get(uuid);
            if (before == null) {
              throw new OvsdbProtocolException("a change of an unknown row of " + table);
            }
            put(table, uuid, changed(table, before, update.get("modify")));
          } else {
            put(table, uuid, null);
          }
        });
  }

  private interface RowUpdate {
    void apply(String table, UUID uuid, Map<?, ?> update);
  }

  private static void each(Object updates, RowUpdate consumer) {
    for (Map.Entry<?, ?> table : object(updates).entrySet()) {
      for (Map.Entry<?, ?> row : object(table.getValue()).entrySet()) {
        UUID uuid;
        try {
          uuid = UUID.fromString((String) row.getKey());
        } catch (IllegalArgumentException malformed) {
          throw new OvsdbProtocolException("not a row's UUID: " + row.getKey(), malformed);
        }
        consumer.apply((String) table.getKey(), uuid, object(row.getValue()));
      }
    }
  }

  private static Map<?, ?> object(Object json) {
    if (json instanceof Map<?, ?> object) {
      return object;
    }
    throw new OvsdbProtocolException("an update that is not an object: " + json);
  }

  private static Map<String, OvsdbValue> columns(Object row, Map<String, OvsdbValue> into) {
    object(row).forEach((name, value) -> into.put((String) name, ValueCodec.read(value)));
    return into;
  }

  private Map<String, OvsdbValue> changed(String table, OvsdbRow before, Object difference) {
    Map<String, OvsdbValue> columns = new HashMap<>(before.columns());
    columns(difference, new HashMap<>())
        .forEach(
            (name, change) ->
                columns.put(
                    name,
                    switch (schema.shape(table, name)) {
                      case SINGLE -> change;
                      case SET -> changedSet(before.get(name), change);
                      case MAP -> changedMap(before.get(name), change);
                    }));
    return columns;
  }

  private static OvsdbValue changedSet(OvsdbValue before, OvsdbValue change) {
    Set<Object> atoms = new LinkedHashSet<>();
    if (before instanceof OvsdbValue.Atoms set) {
      atoms.addAll(set.atoms());
    }
    if (change instanceof OvsdbValue.Atoms set) {
      for (Object atom : set.atoms()) {
        if (!atoms.remove(atom)) {
          atoms.add(atom);
        }
      }
    }
    return new OvsdbValue.Atoms(atoms);
  }

  private static OvsdbValue changedMap(OvsdbValue before, OvsdbValue change) {
    Map<Object, Object> pairs = new HashMap<>();
    if (before instanceof OvsdbValue.Pairs map) {
      pairs.putAll(map.pairs());
    }
    if (change instanceof OvsdbValue.Pairs map) {
      map.pairs()
          .forEach(
              (key, value) -> {
                if (value.equals(pairs.get(key))) {
                  pairs.remove(key);
                } else {
                  pairs.put(key, value);
                }
              });
    }
    return new OvsdbValue.Pairs(pairs);
  }

  private void put(String table, UUID uuid, Map<String, OvsdbValue> columns) {
    Map<UUID, OvsdbRow> rows = tables.computeIfAbsent(table, name -> new HashMap<>());
    OvsdbRow after = columns == null ? null : new OvsdbRow(uuid, columns);
    OvsdbRow before = after == null ? rows.remove(uuid) : rows.put(uuid, after);
    if (before != null || after != null) {
      listener.changed(table, before, after);
    }
  }
}
