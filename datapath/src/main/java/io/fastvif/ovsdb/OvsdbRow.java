package io.fastvif.ovsdb;

import java.util.Map;
import java.util.UUID;

/**
 * A monitored row.
 *
 * @param uuid its identifier
 * @param columns the monitored columns that the schema has
 */
public record OvsdbRow(UUID uuid, Map<String, OvsdbValue> columns) {

  /** A column's value; empty for one that the schema does not have. */
  public OvsdbValue get(String column) {
    OvsdbValue value = columns.get(column);
    return value == null ? OvsdbValue.empty() : value;
  }
}
