package io.fastvif.ovsdb;

import java.util.HashMap;
import java.util.Map;

/** The tables and columns that a database has (RFC 7047 section 3.2). */
public final class OvsdbSchema {
  /** How the difference of a column's two values is written in an update. */
  enum Shape {
    /** At most one atom: the new value. */
    SINGLE,
    /** Any number of atoms: those that came or went. */
    SET,
    /** A map: the pairs that came, went or changed. */
    MAP
  }

  private final String version;
  private final Map<String, Map<String, Shape>> tables;

  private OvsdbSchema(String version, Map<String, Map<String, Shape>> tables) {
    this.version = version;
    this.tables = tables;
  }

  /** Reads the answer to get_schema. */
  static OvsdbSchema read(Object json) {
    Map<String, Map<String, Shape>> tables = new HashMap<>();
    Map<?, ?> schema = object(json, "schema");
    object(schema.get("tables"), "tables")
        .forEach(
            (name, table) -> {
              Map<String, Shape> columns = new HashMap<>();
              object(object(table, "table").get("columns"), "columns")
                  .forEach(
                      (column, definition) ->
                          columns.put(
                              (String) column, shape(object(definition, "column").get("type"))));
              tables.put((String) name, columns);
            });
    return new OvsdbSchema(String.valueOf(schema.get("version")), tables);
  }

  private static Shape shape(Object type) {
    if (!(type instanceof Map<?, ?> complex)) {
      return Shape.SINGLE;
    }
    if (complex.containsKey("value")) {
      return Shape.MAP;
    }
    Object max = complex.get("max");
    return max == null || max.equals(1L) ? Shape.SINGLE : Shape.SET;
  }

  private static Map<?, ?> object(Object json, String what) {
    if (json instanceof Map<?, ?> object) {
      return object;
    }
    throw new OvsdbProtocolException("the schema has no " + what);
  }

  /** The schema's version, such as {@code 8.3.1}. */
  public String version() {
    return version;
  }

  /** Whether the database has that table with that column. */
  public boolean hasColumn(String table, String column) {
    Map<String, Shape> columns = tables.get(table);
    return columns != null && columns.containsKey(column);
  }

  Shape shape(String table, String column) {
    Map<String, Shape> columns = tables.get(table);
    return columns == null ? Shape.SINGLE : columns.getOrDefault(column, Shape.SINGLE);
  }
}
