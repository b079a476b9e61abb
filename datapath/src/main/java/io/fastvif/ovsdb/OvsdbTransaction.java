package io.fastvif.ovsdb;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * A transaction's operations (RFC 7047 section 5.2), written down as they are added. Each method
 * that adds one returns its place, by which {@link TransactionOutcome} names an operation that
 * failed.
 */
public final class OvsdbTransaction {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
  private final JsonGenerator out;

  /** Rows that earlier operations fail without. */
  private final Set<UUID> expected = new HashSet<>();

  private int count;

  /**
   * An empty transaction.
   *
   * @param database the database's name, such as {@code Open_vSwitch}
   */
  public OvsdbTransaction(String database) {
    try {
      out = JsonReader.FACTORY.createGenerator(bytes);
      out.writeStartArray();
      out.writeString(database);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private interface Body {
    void write(JsonGenerator out) throws IOException;
  }

  private int operation(String name, String table, Body body) {
    try {
      out.writeStartObject();
      out.writeStringField("op", name);
      out.writeStringField("table", table);
      body.write(out);
      out.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // an array does not fail to be written
    }
    return count++;
  }

  private static void row(JsonGenerator out, Map<String, OvsdbValue> columns) throws IOException {
    out.writeStartObject();
    for (Map.Entry<String, OvsdbValue> column : columns.entrySet()) {
      out.writeFieldName(column.getKey());
      ValueCodec.write(out, column.getValue());
    }
    out.writeEndObject();
  }

  private static void whereRow(JsonGenerator out, UUID row) throws IOException {
    out.writeArrayFieldStart("where");
    condition(out, "_uuid", "==", OvsdbValue.of(row));
    out.writeEndArray();
  }

  private static void condition(JsonGenerator out, String column, String function, OvsdbValue value)
      throws IOException {
    out.writeStartArray();
    out.writeString(column);
    out.writeString(function);
    ValueCodec.write(out, value);
    out.writeEndArray();
  }

  /** How many operations there are. */
  public int size() {
    return count;
  }

  /**
   * Inserts a row.
   *
   * @param name by which the transaction's other operations refer to it, see {@link
   *     OvsdbValue#named}
   */
  public int insert(String table, String name, Map<String, OvsdbValue> columns) {
    return operation(
        "insert",
        table,
        json -> {
          json.writeStringField("uuid-name", name);
          json.writeFieldName("row");
          row(json, columns);
        });
  }

  /** Sets columns of a row; fails the transaction unless the row is there. */
  public int update(String table, UUID row, Map<String, OvsdbValue> columns) {
    expect(table, row);
    return operation(
        "update",
        table,
        json -> {
          whereRow(json, row);
          json.writeFieldName("row");
          row(json, columns);
        });
  }

  /**
   * Changes a column by what it holds; fails the transaction unless the row is there.
   *
   * @param mutator {@code +=}, {@code insert}, {@code delete} ...
   */
  public int mutate(String table, UUID row, String column, String mutator, OvsdbValue value) {
    expect(table, row);
    return operation(
        "mutate",
        table,
        json -> {
          whereRow(json, row);
          mutation(json, column, mutator, value);
        });
  }

  private static void mutation(JsonGenerator out, String column, String mutator, OvsdbValue value)
      throws IOException {
    out.writeArrayFieldStart("mutations");
    out.writeStartArray();
    out.writeString(column);
    out.writeString(mutator);
    ValueCodec.write(out, value);
    out.writeEndArray();
    out.writeEndArray();
  }

  /** Deletes a row; one that is gone already is no error. */
  public int delete(String table, UUID row) {
    return operation("delete", table, json -> whereRow(json, row));
  }

  /**
   * Where no row is found a change of it is no error to the database, and the rest of the
   * transaction would be done: it is expected to be there before it is changed for the first time.
   */
  private void expect(String table, UUID row) {
    if (!expected.contains(row)) {
      expect(table, row, "_uuid", OvsdbValue.of(row));
    }
  }

  /** Fails the transaction unless the row is there and its column has that value now. */
  public int expect(String table, UUID row, String column, OvsdbValue value) {
    expected.add(row);
    return operation(
        "wait",
        table,
        json -> {
          json.writeNumberField("timeout", 0);
          whereRow(json, row);
          json.writeArrayFieldStart("columns");
          json.writeString(column);
          json.writeEndArray();
          json.writeStringField("until", "==");
          json.writeArrayFieldStart("rows");
          row(json, Map.of(column, value));
          json.writeEndArray();
        });
  }

  /**
   * Fails the transaction unless the row is there and its set or map holds all of that value.
   *
   * @param value a row, a set or a map of what is to be held
   */
  public int expectAmong(String table, UUID row, String column, OvsdbValue value) {
    expected.add(row);
    return operation(
        "wait",
        table,
        json -> {
          json.writeNumberField("timeout", 0);
          json.writeArrayFieldStart("where");
          condition(json, "_uuid", "==", OvsdbValue.of(row));
          condition(json, column, "includes", value);
          json.writeEndArray();
          json.writeArrayFieldStart("columns");
          json.writeString("_uuid");
          json.writeEndArray();
          json.writeStringField("until", "==");
          json.writeArrayFieldStart("rows");
          row(json, Map.of("_uuid", OvsdbValue.of(row)));
          json.writeEndArray();
        });
  }

  /** Fails the transaction if there is a row whose column has that value. */
  public int expectNone(String table, String column, OvsdbValue value) {
    return operation(
        "wait",
        table,
        json -> {
          json.writeNumberField("timeout", 0);
          json.writeArrayFieldStart("where");
          condition(json, column, "==", value);
          json.writeEndArray();
          json.writeArrayFieldStart("columns");
          json.writeString(column);
          json.writeEndArray();
          json.writeStringField("until", "==");
          json.writeArrayFieldStart("rows");
          json.writeEndArray();
        });
  }

  /** The parameters of the transact request. Nothing can be added behind this. */
  byte[] parameters() {
    try {
      out.writeEndArray();
      out.close();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }
}
