package io.fastvif.cni;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON as maps, lists, strings, numbers, truth values and null. */
final class CniJson {
  private static final JsonFactory FACTORY =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private CniJson() {}

  /**
   * Reads an object.
   *
   * @param what it is, for the error
   * @throws CniException with the code of a decoding failure if it is none
   */
  static Map<String, Object> object(String what, String text) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw undecodable(what, "expected an object", null);
      }
      Map<String, Object> object = members(parser);
      if (parser.nextToken() != null) {
        throw undecodable(what, "something follows the object", null);
      }
      return object;
    } catch (IOException wrong) {
      String reason = wrong.getMessage().lines().findFirst().orElse("");
      throw undecodable(what, reason, wrong);
    }
  }

  private static CniException undecodable(String what, String reason, Throwable cause) {
    return new CniException(
        CniException.DECODING_FAILURE, what + " is not JSON that can be used", reason, cause);
  }

  private static Map<String, Object> members(JsonParser parser) throws IOException {
    Map<String, Object> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      members.put(name, value(parser));
    }
    return members;
  }

  /** Jackson bounds how deep a document is. */
  private static Object value(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> members(parser);
      case START_ARRAY -> {
        List<Object> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          elements.add(value(parser));
        }
        yield elements;
      }
      case VALUE_NUMBER_INT -> parser.getNumberValue();
      case VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> parser.getText();
    };
  }

  /** A value on one line. */
  static String write(Object value) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      write(out, value);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // a string does not fail to be written
    }
    return text.toString();
  }

  private static void write(JsonGenerator out, Object value) throws IOException {
    switch (value) {
      case null -> out.writeNull();
      case Map<?, ?> members -> {
        out.writeStartObject();
        for (Map.Entry<?, ?> member : members.entrySet()) {
          out.writeFieldName(member.getKey().toString());
          write(out, member.getValue());
        }
        out.writeEndObject();
      }
      case List<?> elements -> {
        out.writeStartArray();
        for (Object element : elements) {
          write(out, element);
        }
        out.writeEndArray();
      }
      case Boolean truth -> out.writeBoolean(truth);
      case Number number -> out.writeNumber(number.toString());
      default -> out.writeString(value.toString());
    }
  }
}
