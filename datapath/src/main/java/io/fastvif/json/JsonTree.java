package io.fastvif.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.fastvif.vif.InvalidInputException;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Reads a whole JSON document (RFC 8259) into a tree, within bounds of size, depth and count. */
final class JsonTree {
  /** Enough for ten thousand indented VIFs in one document. */
  static final int MAX_BYTES = 64 << 20;

  private static final int MAX_DEPTH = 64;
  private static final int MAX_STRING = 1 << 20;
  private static final int MAX_VALUES = 4_000_000;
  private static final int MAX_MESSAGE = 200;

  static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          // Interned names cost more than they save here, and a flood of them is an
          // IllegalStateException.
          .configure(JsonFactory.Feature.INTERN_FIELD_NAMES, false)
          .configure(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES, false)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(MAX_STRING)
                  .build())
          .build();

  /** Enough for a VIF with thousands of routes, and some ten megabytes as a tree. */
  private static final int MAX_ELEMENT_VALUES = 100_000;

  /** All elements were taken. */
  private static final int ALL = -1;

  private final JsonParser parser;
  private final int maxValues;
  private int values;

  private JsonTree(JsonParser parser, int maxValues) {
    this.parser = parser;
    this.maxValues = maxValues;
  }

  /**
   * Reads a document of one value, or of an array of values, one after the other: so that a long
   * one takes no more memory than what is made of it.
   *
   * @param utf8 the document
   * @param maxElements how many there may be
   * @param each takes each value, and whether it stands in an array
   * @throws InvalidInputException if it is no JSON, or too much; values before that were taken
   */
  static void elements(byte[] utf8, int maxElements, BiConsumer<JsonNode, Boolean> each) {
    if (utf8.length > MAX_BYTES) {
      throw tooLong();
    }
    String text = utf8.length > JsonScanner.MAX_CHARACTERS ? null : decoded(utf8);
    int taken = text == null ? 0 : scanElements(text, maxElements, each);
    if (taken != ALL) {
      parseElements(utf8, maxElements, taken, each);
    }
  }

  /** How many elements of a document were taken before one was not plainly right. */
  private static int scanElements(
      String text, int maxElements, BiConsumer<JsonNode, Boolean> each) {
    JsonScanner scanner = new JsonScanner(text, MAX_ELEMENT_VALUES);
    int taken = 0;
    try {
      if (!scanner.beginsArray()) {
        each.accept(scanner.document(), false);
        return ALL;
      }
      for (JsonNode element = scanner.nextElement(true);
          element != null;
          element = scanner.nextElement(false)) {
        if (taken == maxElements) {
          throw tooMany(maxElements);
        }
        each.accept(element, true);
        taken++;
      }
      return ALL;
    } catch (NotPlainException notPlain) {
      return taken;
    }
  }

  private static InvalidInputException tooMany(int maxElements) {
    return InvalidInputException.of(
        "", "there are more elements in the array", "at most " + maxElements);
  }

  /** As {@link #elements}, without the first so many, which were taken before. */
  private static void parseElements(
      byte[] utf8, int maxElements, int taken, BiConsumer<JsonNode, Boolean> each) {
    try (JsonParser parser = FACTORY.createParser(utf8)) {
      JsonTree tree = new JsonTree(parser, MAX_ELEMENT_VALUES);
      JsonToken first = parser.nextToken();
      if (first == JsonToken.START_ARRAY) {
        int count = 0;
        for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
          if (++count > maxElements) {
            throw tooMany(maxElements);
          }
          tree.values = 0;
          JsonNode element = tree.value(t);
          if (count > taken) {
            each.accept(element, true);
          }
        }
      } else {
        each.accept(tree.value(first), false);
      }
      if (parser.nextToken() != null) {
        throw tree.malformed("something follows the end of the value");
      }
    } catch (JsonProcessingException e) {
      throw malformed(e.getLocation(), withoutSource(e.getOriginalMessage()));
    } catch (CharConversionException e) {
      throw InvalidInputException.of("", "the input is not text", "UTF-8");
    } catch (IOException e) {
      throw new UncheckedIOException(e); // an array cannot fail to be read
    }
  }

  static JsonNode parse(InputStream in) throws IOException {
    return parse(in.readNBytes(MAX_BYTES + 1));
  }

  static JsonNode parse(byte[] utf8) {
    if (utf8.length > MAX_BYTES) {
      throw tooLong();
    }
    String text = decoded(utf8);
    if (text == null) {
      throw InvalidInputException.of("", "the input is not text", "UTF-8");
    }
    return parse(text);
  }

  /** Null if it is no UTF-8. */
  private static String decoded(byte[] utf8) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  static JsonNode parse(String text) {
    if (text.length() > MAX_BYTES) {
      throw tooLong();
    }
    try {
      if (text.length() <= JsonScanner.MAX_CHARACTERS) {
        return new JsonScanner(text, MAX_VALUES).document();
      }
    } catch (NotPlainException notPlain) {
      // jackson says what is wrong, if anything is
    }
    return parsed(text);
  }

  /** By jackson. */
  static JsonNode parsed(String text) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      JsonTree tree = new JsonTree(parser, MAX_VALUES);
      JsonNode root = tree.value(parser.nextToken());
      if (parser.nextToken() != null) {
        throw tree.malformed("something follows the end of the value");
      }
      return root;
    } catch (JsonProcessingException e) {
      throw malformed(e.getLocation(), withoutSource(e.getOriginalMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a string cannot fail to be read
    }
  }

  /** The value that starts with this token. Recursion is bounded by the parser's depth. */
  private JsonNode value(JsonToken token) throws IOException {
    if (token == null) {
      throw malformed("the input ends before the value does");
    }
    if (++values > maxValues) {
      throw malformed("there are more than " + maxValues + " values");
    }
    return switch (token) {
      case START_OBJECT -> object();
      case START_ARRAY -> array();
      case VALUE_STRING -> new JsonNode.JsonString(unicode(parser.getText()));
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new JsonNode.JsonNumber(parser.getText());
      case VALUE_TRUE -> new JsonNode.JsonBoolean(true);
      case VALUE_FALSE -> new JsonNode.JsonBoolean(false);
      case VALUE_NULL -> new JsonNode.JsonNull();
      default -> throw malformed("the value is missing");
    };
  }

  private JsonNode object() throws IOException {
    Map<String, JsonNode> members = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = unicode(parser.currentName());
      if (members.containsKey(key)) {
        throw InvalidInputException.ofValue(
            "", key, "is a key that comes twice" + at(parser.currentLocation()), "each key once");
      }
      members.put(key, value(parser.nextToken()));
    }
    return new JsonNode.JsonObject(members);
  }

  private JsonNode array() throws IOException {
    List<JsonNode> elements = new ArrayList<>();
    for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
      elements.add(value(t));
    }
    return new JsonNode.JsonArray(elements);
  }

  /** Half a surrogate pair, which an escape can smuggle in, could not be written again. */
  private String unicode(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
          throw malformed("a string holds half of a surrogate pair");
        }
        i++;
      }
    }
    return text;
  }

  /** Where an object or array began, without jackson's word that it does not show the source. */
  private static String withoutSource(String problem) {
    return problem.replaceAll("start marker at \\[Source: [^;]*; ([^\\]]*)\\]", "opened at $1");
  }

  private InvalidInputException malformed(String problem) {
    return malformed(parser.currentLocation(), problem);
  }

  private static InvalidInputException malformed(JsonLocation location, String problem) {
    StringBuilder text = new StringBuilder("the input is not valid").append(at(location));
    text.append(": ");
    problem
        .codePoints()
        .limit(MAX_MESSAGE)
        .map(c -> Character.isISOControl(c) ? ' ' : c)
        .forEach(text::appendCodePoint);
    return InvalidInputException.of("", text.toString(), "well-formed JSON");
  }

  private static String at(JsonLocation location) {
    return location == null
        ? ""
        : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
  }

  private static InvalidInputException tooLong() {
    return InvalidInputException.of("", "the input is too long", "at most " + MAX_BYTES + " bytes");
  }
}
