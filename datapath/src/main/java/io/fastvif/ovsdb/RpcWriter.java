package io.fastvif.ovsdb;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Writes JSON-RPC 1.0 messages, as RFC 7047 section 4 uses it. */
final class RpcWriter {
  private RpcWriter() {}

  private interface Body {
    void write(JsonGenerator out) throws IOException;
  }

  private static ByteBuffer message(Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator out = JsonReader.FACTORY.createGenerator(bytes)) {
      out.writeStartObject();
      body.write(out);
      out.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // an array does not fail to be written
    }
    return ByteBuffer.wrap(bytes.toByteArray());
  }

  /** A request with parameters that are JSON already. */
  static ByteBuffer request(String method, byte[] parameters, long id) {
    return message(
        out -> {
          out.writeStringField("method", method);
          out.writeFieldName("params");
          out.writeRawValue(new String(parameters, StandardCharsets.UTF_8));
          out.writeNumberField("id", id);
        });
  }

  /** The request for a database's schema. */
  static ByteBuffer getSchema(String database, long id) {
    return message(
        out -> {
          out.writeStringField("method", "get_schema");
          out.writeArrayFieldStart("params");
          out.writeString(database);
          out.writeEndArray();
          out.writeNumberField("id", id);
        });
  }

  /**
   * The request to monitor columns of tables.
   *
   * @param lastTransaction for {@code monitor_cond_since}, otherwise null
   */
  static ByteBuffer monitor(
      String method,
      String database,
      String monitor,
      Map<String, List<String>> columns,
      String lastTransaction,
      long id) {
    return message(
        out -> {
          out.writeStringField("method", method);
          out.writeArrayFieldStart("params");
          out.writeString(database);
          out.writeString(monitor);
          out.writeStartObject();
          for (Map.Entry<String, List<String>> table : columns.entrySet()) {
            out.writeArrayFieldStart(table.getKey());
            out.writeStartObject();
            out.writeArrayFieldStart("columns");
            for (String column : table.getValue()) {
              out.writeString(column);
            }
            out.writeEndArray();
            out.writeEndObject();
            out.writeEndArray();
          }
          out.writeEndObject();
          if (lastTransaction != null) {
            out.writeString(lastTransaction);
          }
          out.writeEndArray();
          out.writeNumberField("id", id);
        });
  }

  /** A request to answer, by which a connection that is idle shows that it lives. */
  static ByteBuffer echo(long id) {
    return message(
        out -> {
          out.writeStringField("method", "echo");
          out.writeArrayFieldStart("params");
          out.writeEndArray();
          out.writeNumberField("id", id);
        });
  }

  /** The answer to the server's echo. */
  static ByteBuffer echoAnswer(Map<?, ?> request) {
    return message(
        out -> {
          out.writeFieldName("result");
          write(out, request.get("params"));
          out.writeNullField("error");
          out.writeFieldName("id");
          write(out, request.get("id"));
        });
  }

  private static void write(JsonGenerator out, Object json) throws IOException {
    switch (json) {
      case null -> out.writeNull();
      case String text -> out.writeString(text);
      case Long number -> out.writeNumber(number);
      case Double number -> out.writeNumber(number);
      case Boolean flag -> out.writeBoolean(flag);
      case List<?> array -> {
        out.writeStartArray();
        for (Object element : array) {
          write(out, element);
        }
        out.writeEndArray();
      }
      case Map<?, ?> object -> {
        out.writeStartObject();
        for (Map.Entry<?, ?> member : object.entrySet()) {
          out.writeFieldName(member.getKey().toString());
          write(out, member.getValue());
        }
        out.writeEndObject();
      }
      default -> throw new IllegalArgumentException("not JSON: " + json.getClass());
    }
  }
}
