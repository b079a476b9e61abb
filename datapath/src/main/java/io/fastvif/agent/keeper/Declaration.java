package io.fastvif.agent.keeper;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.fastvif.VifOperation;
import io.fastvif.json.PlugRequest;
import io.fastvif.json.PlugRequests;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.OpenVSwitchProfile;
import io.fastvif.vif.PortProfileFpBridge;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifOpenVSwitch;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A VIF as it was declared. It keeps the text, which takes less memory than the VIF's fields, and
 * is what the log holds: two lines of JSON, what the agent adds and what it was given.
 *
 * <pre>
 * {"format":1,"id":"b6f…","declared":"2026-01-31T12:00:00Z","options":{"tap.…":"…"}}
 * {"vif":{"nova_object.name":"VIFGeneric",…},"instance":{…}}
 * </pre>
 *
 * <p>Beside the options stands {@code "changing":true} until the host has nothing any more of what
 * was declared for the VIF before.
 */
final class Declaration {
  /** Of what is written; a change that an older agent would misread gets a higher one. */
  static final int FORMAT = 1;

  private static final JsonFactory JSON = new JsonFactory();

  private final String id;
  private final Instant declared;
  private final Map<String, String> options;
  private final String text;
  private final String bridge;
  private final String plugin;
  private final boolean usesOvs;
  private final boolean changing;

  /** What the text says, as long as it is about to be used; otherwise null. */
  private volatile PlugRequest read;

  private Declaration(
      Vif vif,
      String id,
      Instant declared,
      Map<String, String> options,
      String text,
      boolean changing) {
    this.changing = changing;
    bridge = bridge(vif);
    plugin = vif.plugin().orElse("");
    usesOvs = plugin.equals("ovs") || vif.portProfile().orElse(null) instanceof OpenVSwitchProfile;
    this.id = id;
    this.declared = declared;
    this.options = Map.copyOf(options);
    this.text = text;
  }

  private Declaration(Declaration other, boolean changing) {
    this.changing = changing;
    bridge = other.bridge;
    plugin = other.plugin;
    usesOvs = other.usesOvs;
    id = other.id;
    declared = other.declared;
    options = other.options;
    text = other.text;
    read = other.read;
  }

  /**
   * Of a request, declared now.
   *
   * @throws InvalidInputException if it has no id, or a field that its version does not have
   */
  static Declaration of(PlugRequest request, Map<String, String> options) {
    String id = request.vif().id().require("id");
    StringBuilder text = new StringBuilder("{\"vif\":");
    text.append(VersionedObjectWriter.writeCanonical(request.vif()));
    request
        .instance()
        .ifPresent(
            instance ->
                text.append(",\"instance\":")
                    .append(VersionedObjectWriter.writeCanonical(instance)));
    Declaration made =
        new Declaration(
            request.vif(), id, Instant.now(), options, text.append('}').toString(), false);
    made.read = request;
    return made;
  }

  private static String bridge(Vif vif) {
    if (vif.portProfile().orElse(null) instanceof PortProfileFpBridge profile) {
      return profile.bridgeName().orElse("");
    }
    String ofNetwork = vif.network().hasValue() ? vif.network().get().bridge().orElse("") : "";
    return switch (vif) {
      case VifBridge bridged -> bridged.bridgeName().orElse(ofNetwork);
      case VifOpenVSwitch port -> port.bridgeName().orElse(ofNetwork);
      default -> ofNetwork;
    };
  }

  /**
   * Reads what {@link #bytes} gave.
   *
   * @throws UnreadableDeclarationException if it is not whole, or not what an agent writes
   */
  static Declaration read(byte[] file) throws UnreadableDeclarationException {
    String whole;
    try {
      whole = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file)).toString();
    } catch (CharacterCodingException notText) {
      throw new UnreadableDeclarationException("it is not text in UTF-8");
    }
    int end = whole.indexOf('\n');
    if (end < 0 || whole.indexOf('\n', end + 1) != whole.length() - 1) {
      throw new UnreadableDeclarationException("it does not have two whole lines");
    }
    Header header = Header.read(whole.substring(0, end));
    String text = whole.substring(end + 1, whole.length() - 1);
    try {
      Vif vif = only(PlugRequests.read(text)).vif();
      String id = vif.id().require("id");
      if (!id.equals(header.id)) {
        throw new UnreadableDeclarationException("its VIF is not " + header.id + " but " + id);
      }
      return new Declaration(vif, id, header.declared, header.options, text, header.changing);
    } catch (InvalidInputException wrong) {
      throw new UnreadableDeclarationException(wrong.getMessage());
    }
  }

  private static PlugRequest only(List<PlugRequest> requests) {
    if (requests.size() != 1) {
      throw InvalidInputException.of("", "there are " + requests.size() + " VIFs", "one");
    }
    return requests.getFirst();
  }

  /** What the log holds of it. */
  byte[] bytes() {
    StringWriter line = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(line)) {
      out.writeStartObject();
      out.writeNumberField("format", FORMAT);
      out.writeStringField("id", id);
      out.writeStringField("declared", declared.toString());
      out.writeObjectFieldStart("options");
      for (Map.Entry<String, String> option : new TreeMap<>(options).entrySet()) {
        out.writeStringField(option.getKey(), option.getValue());
      }
      out.writeEndObject();
      if (changing) {
        out.writeBooleanField("changing", true);
      }
      out.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // a string cannot fail to be written
    }
    return (line + "\n" + text + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** The VIF's id. */
  String id() {
    return id;
  }

  /** When it was declared. */
  Instant declared() {
    return declared;
  }

  /** Its own options, by {@code PLUGIN.OPTION}. */
  Map<String, String> options() {
    return options;
  }

  /** The request; read anew unless it was just declared. */
  PlugRequest request() {
    PlugRequest known = read;
    return known == null ? PlugRequests.read(text).getFirst() : known;
  }

  /** Keeps the text alone: the request takes more memory, and is not soon asked for again. */
  void rest() {
    read = null;
  }

  /** The operation that plugs it. */
  VifOperation plug() {
    return VifOperation.plug(request()).with(options);
  }

  /** The operation that unplugs it. */
  VifOperation unplug() {
    return VifOperation.unplug(request()).with(options);
  }

  /** Whether the same was declared, at whatever time. */
  boolean isSameAs(Declaration other) {
    return other != null && text.equals(other.text) && options.equals(other.options);
  }

  /** The bridge that it is plugged to; empty for none. */
  String bridge() {
    return bridge;
  }

  /**
   * The same, in the place of another one that the host may still have something of.
   *
   * @param isSo whether it may
   */
  Declaration changing(boolean isSo) {
    return isSo == changing ? this : new Declaration(this, isSo);
  }

  /** Whether the host may have something of the declaration that was before it. */
  boolean isChanging() {
    return changing;
  }

  /** Whether a VIF that was plugged as that one has to be unplugged there first. */
  boolean isElsewhereThan(Declaration other) {
    return !plugin.equals(other.plugin) || !bridge.equals(other.bridge);
  }

  /** Whether it is a port of Open vSwitch. */
  boolean usesOvs() {
    return usesOvs;
  }

  /** Whether a field has that value, such as a link's name. */
  boolean mentions(String name) {
    return text.contains('"' + name + '"');
  }

  /** Whether a field has one of those values, such as a bridge's name. */
  boolean mentionsAny(Set<String> names) {
    int quote = text.indexOf('"');
    while (quote >= 0) {
      int next = text.indexOf('"', quote + 1);
      if (next >= 0 && names.contains(text.substring(quote + 1, next))) {
        return true;
      }
      quote = next;
    }
    return false;
  }

  /** The first line. */
  private static final class Header {
    private String id;
    private Instant declared;
    private final Map<String, String> options = new LinkedHashMap<>();
    private int format;
    private boolean changing;

    static Header read(String line) throws UnreadableDeclarationException {
      Header header = new Header();
      try (JsonParser parser = JSON.createParser(line)) {
        header.read(parser);
      } catch (JsonProcessingException malformed) {
        throw new UnreadableDeclarationException(
            "its first line is not well-formed JSON: " + malformed.getOriginalMessage());
      } catch (IOException | DateTimeException wrong) {
        throw new UnreadableDeclarationException("its first line: " + wrong.getMessage());
      }
      if (header.format > FORMAT) {
        throw UnreadableDeclarationException.newer(header.format, FORMAT);
      }
      if (header.format < 1 || header.id == null || header.declared == null) {
        throw new UnreadableDeclarationException("its first line lacks format, id or declared");
      }
      return header;
    }

    private void read(JsonParser parser) throws IOException {
      require(parser.nextToken() == JsonToken.START_OBJECT);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        parser.nextToken();
        switch (key) {
          case "format" -> format = parser.getIntValue();
          case "id" -> id = parser.getText();
          case "declared" -> declared = Instant.parse(parser.getText());
          case "options" -> readOptions(parser);
          case "changing" -> changing = parser.getBooleanValue();
          default -> parser.skipChildren(); // of an agent that says more in the same format
        }
      }
      require(parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null);
    }

    private void readOptions(JsonParser parser) throws IOException {
      require(parser.currentToken() == JsonToken.START_OBJECT);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        require(parser.nextToken() == JsonToken.VALUE_STRING);
        options.put(key, parser.getText());
      }
    }

    private static void require(boolean isSo) throws IOException {
      if (!isSo) {
        throw new IOException("it is not one object");
      }
    }
  }
}
