package io.fastvif.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The members of a JSON object, taken by key and type. A member that is null counts as missing.
 * Each error, an {@link InvalidInputException}, has the member's path.
 */
public final class JsonMembers {
  private static final JsonCodec<List<String>> TEXTS = new ListCodec<>(Codecs.STRING);

  private final String path;
  private final Map<String, JsonNode> members;
  private final Set<String> taken = new HashSet<>();

  private JsonMembers(String path, Map<String, JsonNode> members) {
    this.path = path;
    this.members = members;
  }

  /**
   * Reads a document.
   *
   * @param utf8 the document
   * @throws InvalidInputException if it is no object
   */
  public static JsonMembers of(byte[] utf8) {
    List<JsonMembers> documents = new ArrayList<>();
    JsonTree.elements(
        utf8,
        1,
        (node, isElement) -> {
          if (isElement) {
            throw InvalidInputException.of("", "is an array", "an object");
          }
          documents.add(of("", node));
        });
    if (documents.isEmpty()) {
      throw InvalidInputException.of("", "is an array", "an object");
    }
    return documents.getFirst();
  }

  private static JsonMembers of(String path, JsonNode node) {
    if (node instanceof JsonNode.JsonObject object) {
      return new JsonMembers(path, object.members());
    }
    throw node.isNot("an object").under(path);
  }

  private Optional<JsonNode> take(String key) {
    taken.add(key);
    JsonNode node = members.get(key);
    return node instanceof JsonNode.JsonNull ? Optional.empty() : Optional.ofNullable(node);
  }

  private InvalidInputException placed(String key, InvalidInputException wrong) {
    InvalidInputException member = wrong.under(key);
    return path.isEmpty() ? member : member.under(path);
  }

  private <T> Optional<T> value(String key, JsonCodec<T> codec) {
    try {
      return take(key).map(codec::read);
    } catch (InvalidInputException wrong) {
      throw placed(key, wrong);
    }
  }

  /** Whether there is such a member. */
  public boolean has(String key) {
    return members.containsKey(key);
  }

  /** A string. */
  public Optional<String> text(String key) {
    return value(key, Codecs.STRING);
  }

  /** A string that must be there. */
  public String requireText(String key) {
    return text(key).orElseThrow(() -> missing(key, "a string"));
  }

  /** What to throw for a member that is not there. */
  public InvalidInputException missing(String key, String expected) {
    return placed(key, InvalidInputException.of("", "is missing", expected));
  }

  /** Strings. */
  public Optional<List<String>> texts(String key) {
    return value(key, TEXTS);
  }

  /** True or false; false if it is missing. */
  public boolean flag(String key) {
    return value(key, Codecs.BOOLEAN).orElse(false);
  }

  /** A whole number. */
  public OptionalInt number(String key) {
    return value(key, Codecs.INTEGER).map(OptionalInt::of).orElse(OptionalInt.empty());
  }

  /** An object whose members are strings; empty if it is missing. */
  public Map<String, String> textMap(String key) {
    try {
      return take(key).map(AgentRequests::texts).orElse(Map.of());
    } catch (InvalidInputException wrong) {
      throw placed(key, wrong);
    }
  }

  /** An object. */
  public Optional<JsonMembers> object(String key) {
    return take(key).map(node -> of(path.isEmpty() ? key : path + "." + key, node));
  }

  /** The text of a member of any type. */
  public Optional<String> json(String key) {
    return take(key).map(JsonMembers::written);
  }

  /** What to throw for a member with a value that is not right. */
  public InvalidInputException wrong(String key, InvalidInputException wrong) {
    return placed(key, wrong);
  }

  /**
   * Refuses what was not asked for.
   *
   * @throws InvalidInputException if there is a member that nobody has taken
   */
  public void requireNoOthers() {
    for (String key : members.keySet()) {
      if (!taken.contains(key)) {
        throw InvalidInputException.ofValue(
            path,
            key,
            "is not a key known here",
            String.join(", ", taken.stream().sorted().toList()));
      }
    }
  }

  private static String written(JsonNode node) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JsonTree.FACTORY.createGenerator(text)) {
      write(out, node);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a string cannot fail to be written
    }
    return text.toString();
  }

  /** Recursion is bounded by the reader's depth. */
  private static void write(JsonGenerator out, JsonNode node) throws IOException {
    switch (node) {
      case JsonNode.JsonObject object -> {
        out.writeStartObject();
        for (Map.Entry<String, JsonNode> member : object.members().entrySet()) {
          out.writeFieldName(member.getKey());
          write(out, member.getValue());
        }
        out.writeEndObject();
      }
      case JsonNode.JsonArray array -> {
        out.writeStartArray();
        for (JsonNode element : array.elements()) {
          write(out, element);
        }
        out.writeEndArray();
      }
      case JsonNode.JsonString string -> out.writeString(string.text());
      case JsonNode.JsonNumber number -> out.writeNumber(number.text());
      case JsonNode.JsonBoolean flag -> out.writeBoolean(flag.value());
      case JsonNode.JsonNull nothing -> out.writeNull();
    }
  }
}
