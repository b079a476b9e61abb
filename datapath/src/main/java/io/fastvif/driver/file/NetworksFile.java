package io.fastvif.driver.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.fastvif.driver.EndpointId;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.NumberRange;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a file of networks says; the package's description has its form.
 *
 * @param options the plugins' options, by {@code PLUGIN.OPTION}
 * @param networks by name
 */
record NetworksFile(Map<String, String> options, Map<String, DescribedNetwork> networks) {
  private static final int MAX_BYTES = 16 << 20;
  private static final int MAX_DEPTH = 8;
  private static final int MAX_STRING = 4096;
  private static final int MAX_LONG_DIGITS = 18;
  private static final int MAX_MESSAGE = 200;
  private static final int DEFAULT_MTU = 1500;

  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          // a flood of names to intern is an IllegalStateException
          .configure(JsonFactory.Feature.INTERN_FIELD_NAMES, false)
          .configure(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES, false)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(MAX_STRING)
                  .build())
          .build();

  /** A value of a type that no member has, shown as it was spelled. */
  private record Unfit(String text) {
    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * Reads a file.
   *
   * @throws InvalidInputException if it cannot be read or is not such a file
   */
  static NetworksFile read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return parse(in.readNBytes(MAX_BYTES + 1));
    } catch (IOException failure) {
      throw InvalidInputException.of("", "cannot be read: " + failure, "a file of networks");
    }
  }

  /**
   * Reads a file's content.
   *
   * @throws InvalidInputException if it is not such a file
   */
  static NetworksFile parse(byte[] json) {
    if (json.length > MAX_BYTES) {
      throw InvalidInputException.of(
          "", "the input is too long", "at most " + MAX_BYTES + " bytes");
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
    } catch (CharacterCodingException e) {
      throw InvalidInputException.of("", "the input is not text", "UTF-8");
    }
    try (JsonParser parser = FACTORY.createParser(text)) {
      return file(parser);
    } catch (JsonProcessingException e) {
      throw malformed(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a string cannot fail to be read
    }
  }

  private static InvalidInputException malformed(JsonProcessingException e) {
    StringBuilder text = new StringBuilder("the input is not valid");
    if (e.getLocation() != null) {
      text.append(" at line ").append(e.getLocation().getLineNr());
      text.append(", column ").append(e.getLocation().getColumnNr());
    }
    text.append(", ");
    e.getOriginalMessage()
        .codePoints()
        .limit(MAX_MESSAGE)
        .map(c -> Character.isISOControl(c) ? ' ' : c)
        .forEach(text::appendCodePoint);
    return InvalidInputException.of("", text.toString(), "well-formed JSON");
  }

  private static NetworksFile file(JsonParser parser) throws IOException {
    Map<String, String> options = new TreeMap<>();
    Map<String, DescribedNetwork> networks = new TreeMap<>();
    boolean found = false;
    List<String> keys = new ArrayList<>();
    enter(parser.nextToken(), "");
    for (String key = nextKey(parser, "", keys); key != null; key = nextKey(parser, "", keys)) {
      switch (key) {
        case "options" -> options(parser, options);
        case "networks" -> {
          networks(parser, networks);
          found = true;
        }
        default ->
            throw InvalidInputException.ofValue(
                "", key, "is not a key known here", "networks or options");
      }
    }
    if (!found) {
      throw InvalidInputException.of("networks", "is missing", "an object of networks");
    }
    if (parser.nextToken() != null) {
      throw InvalidInputException.of("", "something follows the object", "the end of the file");
    }
    return new NetworksFile(options, networks);
  }

  private static void options(JsonParser parser, Map<String, String> options) throws IOException {
    members(parser, "options")
        .forEach(
            (key, value) -> {
              if (!(value instanceof String text)) {
                throw InvalidInputException.ofValue(
                    "options." + key, value.toString(), "is not text", "a string");
              }
              options.put(key, text);
            });
  }

  private static void networks(JsonParser parser, Map<String, DescribedNetwork> networks)
      throws IOException {
    enter(parser.nextToken(), "networks");
    List<String> names = new ArrayList<>();
    for (String name = nextKey(parser, "networks", names);
        name != null;
        name = nextKey(parser, "networks", names)) {
      EndpointId.checkNetwork(name);
      String path = "networks." + name;
      Members members = new Members(path, members(parser, path));
      networks.put(name, network(name, members));
      members.end();
    }
  }

  private static DescribedNetwork network(String name, Members members) {
    String kind = members.text("kind").orElseThrow(() -> members.missing("kind"));
    int mtu =
        members.number("mtu", NumberRange.MTU.min(), NumberRange.MTU.max()).orElse(DEFAULT_MTU);
    NetworkBasics basics = new NetworkBasics(name, mtu, members.flag("hot_plug", true));
    return switch (kind) {
      case BridgeNetwork.KIND -> BridgeNetwork.read(basics, members);
      case OvsNetwork.KIND -> OvsNetwork.read(basics, members);
      case PhysicalNetwork.KIND -> PhysicalNetwork.read(basics, members);
      case SriovNetwork.KIND -> SriovNetwork.read(basics, members);
      case VhostUserNetwork.KIND -> VhostUserNetwork.read(basics, members);
      default ->
          throw members.wrong(
              "kind", kind, "is not known here", "bridge, ovs, physical, sriov or vhost-user");
    };
  }

  private static void enter(JsonToken token, String path) {
    if (token != JsonToken.START_OBJECT) {
      throw InvalidInputException.of(
          path, (path.isEmpty() ? "the input " : "") + "is not an object", "an object in braces");
    }
  }

  /** The next key of the object that the parser is in, null at its end. */
  private static String nextKey(JsonParser parser, String path, List<String> before)
      throws IOException {
    if (parser.nextToken() != JsonToken.FIELD_NAME) {
      return null;
    }
    String key = parser.currentName();
    if (before.contains(key)) {
      throw InvalidInputException.ofValue(path, key, "is a key that comes twice", "each key once");
    }
    before.add(key);
    return key;
  }

  private static Map<String, Object> members(JsonParser parser, String path) throws IOException {
    enter(parser.nextToken(), path);
    Map<String, Object> members = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      if (members.containsKey(key)) {
        throw InvalidInputException.ofValue(
            path, key, "is a key that comes twice", "each key once");
      }
      String place = path + "." + key;
      if (parser.nextToken() == JsonToken.START_ARRAY) {
        List<Object> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          elements.add(scalar(parser, place + "[" + elements.size() + "]"));
        }
        members.put(key, elements);
      } else {
        members.put(key, scalar(parser, place));
      }
    }
    return members;
  }

  private static Object scalar(JsonParser parser, String place) throws IOException {
    String text = parser.getText();
    return switch (parser.currentToken()) {
      case VALUE_STRING -> {
        // Half a surrogate pair, which an escape can smuggle in, is no text.
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
          throw InvalidInputException.ofValue(place, text, "is not text", "whole characters");
        }
        yield text;
      }
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NUMBER_INT ->
          text.length() <= MAX_LONG_DIGITS ? (Object) Long.valueOf(text) : new Unfit(text);
      case VALUE_NUMBER_FLOAT, VALUE_NULL -> new Unfit(text);
      default ->
          throw InvalidInputException.of(
              place, "is an object or array", "a string, a number, true or false");
    };
  }
}
