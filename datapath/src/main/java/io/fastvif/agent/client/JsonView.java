package io.fastvif.agent.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A JSON value of an answer, to be read leniently: what an agent of another version does not say is
 * empty, 0 or false.
 */
public final class JsonView {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final JsonView NOTHING = new JsonView(null);

  /** A map, a list, a text, a number, a truth value, or null. */
  private final Object value;

  private JsonView(Object value) {
    this.value = value;
  }

  /**
   * Reads a document.
   *
   * @throws IOException if it is none
   */
  public static JsonView of(String document) throws IOException {
    try (JsonParser parser = FACTORY.createParser(document)) {
      parser.nextToken();
      JsonView root = new JsonView(value(parser));
      if (parser.nextToken() != null) {
        throw new IOException("the agent's answer is not one JSON document");
      }
      return root;
    } catch (JsonProcessingException wrong) {
      throw new IOException("the answer is not an agent's: it is no JSON document", wrong);
    }
  }

  /** Jackson bounds how deep a document is. */
  private static Object value(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw new IOException("the agent's answer ends within its JSON");
    }
    return switch (token) {
      case START_OBJECT -> {
        Map<String, Object> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          members.put(name, value(parser));
        }
        yield members;
      }
      case START_ARRAY -> {
        List<Object> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          elements.add(value(parser));
        }
        yield elements;
      }
      case VALUE_NUMBER_INT -> parser.getLongValue();
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> parser.getText();
    };
  }

  /** The member of that name, in the member of that name before it, and so on. */
  public JsonView at(String... names) {
    Object at = value;
    for (String name : names) {
      at = at instanceof Map<?, ?> members ? members.get(name) : null;
    }
    return at == null ? NOTHING : new JsonView(at);
  }

  /** Whether there is something, null excepted. */
  public boolean isThere() {
    return value != null;
  }

  /** The text; empty if it is none. */
  public String text() {
    return value instanceof String text ? text : "";
  }

  /** The number without its fraction; 0 if it is none. */
  public long number() {
    return value instanceof Number number ? number.longValue() : 0;
  }

  /** The number; 0 if it is none. */
  public double fraction() {
    return value instanceof Number number ? number.doubleValue() : 0;
  }

  /** Whether it is true. */
  public boolean isTrue() {
    return Boolean.TRUE.equals(value);
  }

  /** The elements of an array; none if it is no array. */
  public List<JsonView> elements() {
    return value instanceof List<?> list ? list.stream().map(JsonView::new).toList() : List.of();
  }

  /** The texts of an array. */
  public List<String> texts() {
    return elements().stream().map(JsonView::text).toList();
  }

  /** The members of an object, in their order. */
  public Map<String, JsonView> members() {
    Map<String, JsonView> views = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> members) {
      members.forEach((name, member) -> views.put((String) name, new JsonView(member)));
    }
    return views;
  }
}
