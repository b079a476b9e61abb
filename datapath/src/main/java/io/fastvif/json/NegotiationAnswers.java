package io.fastvif.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.fastvif.host.NegotiationAnswer;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Version;
import io.fastvif.vif.Vif;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The JSON of a {@link NegotiationAnswer}. Either the VIF, as os-vif writes it:
 *
 * <pre>{"vif": {"versioned_object.name": "VIFBridge", ...}}</pre>
 *
 * or an error with a code and a message for people; with {@code unsupported_version} the greatest
 * version understood of each class of a HostInfo, with {@code nothing_suits} the reasons:
 *
 * <pre>{"error": {"code": "unsupported_version", "message": "...",
 *            "supported": {"HostInfo": "1.0", "HostPluginInfo": "1.0", "HostVIFInfo": "1.0",
 *                          "HostPortProfileInfo": "1.0"}}}
 * {"error": {"code": "nothing_suits", "message": "...", "reasons": ["...", "..."]}}
 * {"error": {"code": "malformed_request", "message": "..."}}</pre>
 */
public final class NegotiationAnswers {
  private static final String VIF = "vif";
  private static final String ERROR = "error";
  private static final String CODE = "code";
  private static final String MESSAGE = "message";
  private static final String SUPPORTED = "supported";
  private static final String REASONS = "reasons";

  private static final String UNSUPPORTED_VERSION = "unsupported_version";
  private static final String NOTHING_SUITS = "nothing_suits";
  private static final String MALFORMED_REQUEST = "malformed_request";

  private static final int MAX_MESSAGE = 1_000;
  private static final int MAX_ENTRIES = 100;
  private static final JsonCodec<List<String>> TEXTS = new ListCodec<>(Codecs.STRING);

  private NegotiationAnswers() {}

  /**
   * Reads an answer. Its texts are shortened, and cleared of control characters.
   *
   * @throws InvalidInputException if the text is not an answer
   */
  public static NegotiationAnswer read(String json) {
    Map<String, JsonNode> members = members(JsonTree.parse(json), "a VIF or an error");
    if (members.size() != 1) {
      throw InvalidInputException.of(
          "", "has " + members.size() + " keys", "one key, vif or error");
    }
    String key = members.keySet().iterator().next();
    try {
      return switch (key) {
        case VIF -> {
          Vif vif = VersionedObjectReader.as(Vif.class, PrimitiveForm.read(members.get(VIF)));
          yield new NegotiationAnswer.Chosen(vif);
        }
        case ERROR -> error(members(members.get(ERROR), "an error with code and message"));
        default ->
            throw InvalidInputException.ofValue("", key, "is not a key known here", "vif or error");
      };
    } catch (InvalidInputException e) {
      throw key.equals(VIF) || key.equals(ERROR) ? e.under(key) : e;
    }
  }

  private static NegotiationAnswer error(Map<String, JsonNode> members) {
    String code = text(members, CODE);
    String message = clean(text(members, MESSAGE));
    return switch (code) {
      case UNSUPPORTED_VERSION -> {
        checkKeys(members, SUPPORTED);
        yield new NegotiationAnswer.TooNew(message, versions(members.get(SUPPORTED)));
      }
      case NOTHING_SUITS -> {
        checkKeys(members, REASONS);
        yield new NegotiationAnswer.NothingSuits(message, reasons(members.get(REASONS)));
      }
      case MALFORMED_REQUEST -> {
        checkKeys(members, MESSAGE);
        yield new NegotiationAnswer.Malformed(message);
      }
      default ->
          throw InvalidInputException.ofValue(
              CODE,
              code,
              "is not a code known here",
              String.join(", ", UNSUPPORTED_VERSION, NOTHING_SUITS, MALFORMED_REQUEST));
    };
  }

  /** An error has its code, its message, and what belongs to its code. */
  private static void checkKeys(Map<String, JsonNode> members, String own) {
    if (!members.containsKey(own)) {
      throw InvalidInputException.of(own, "is missing", "an error with it");
    }
    for (String key : members.keySet()) {
      if (!List.of(CODE, MESSAGE, own).contains(key)) {
        throw InvalidInputException.ofValue(
            "", key, "is not a key of this error", "code, message or " + own);
      }
    }
  }

  private static Map<String, Version> versions(JsonNode node) {
    try {
      Map<String, Version> versions = new LinkedHashMap<>();
      members(node, "a version for each class")
          .forEach((name, version) -> versions.put(clean(name), version(name, version)));
      checkCount(versions.size());
      return versions;
    } catch (InvalidInputException e) {
      throw e.under(SUPPORTED);
    }
  }

  private static Version version(String name, JsonNode node) {
    try {
      return Version.parse(Codecs.STRING.read(node));
    } catch (InvalidInputException e) {
      throw e.under(clean(name));
    }
  }

  private static List<String> reasons(JsonNode node) {
    try {
      List<String> reasons = TEXTS.read(node);
      checkCount(reasons.size());
      return reasons.stream().map(NegotiationAnswers::clean).toList();
    } catch (InvalidInputException e) {
      throw e.under(REASONS);
    }
  }

  private static void checkCount(int count) {
    if (count > MAX_ENTRIES) {
      throw InvalidInputException.of("", "has " + count + " entries", "at most " + MAX_ENTRIES);
    }
  }

  private static String text(Map<String, JsonNode> members, String key) {
    JsonNode node = members.get(key);
    if (node == null) {
      throw InvalidInputException.of(key, "is missing", "an error with code and message");
    }
    try {
      return Codecs.STRING.read(node);
    } catch (InvalidInputException e) {
      throw e.under(key);
    }
  }

  private static Map<String, JsonNode> members(JsonNode node, String expected) {
    if (node instanceof JsonNode.JsonObject object) {
      return object.members();
    }
    throw node.isNot(expected);
  }

  /** The other side's words end in messages and logs of this one. */
  private static String clean(String text) {
    StringBuilder clean = new StringBuilder();
    text.codePoints()
        .limit(MAX_MESSAGE)
        .map(c -> Character.isISOControl(c) ? ' ' : c)
        .forEach(clean::appendCodePoint);
    return clean.toString();
  }

  /** The answer on one line. */
  public static String write(NegotiationAnswer answer) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JsonTree.FACTORY.createGenerator(text)) {
      out.writeStartObject();
      switch (answer) {
        case NegotiationAnswer.Chosen chosen -> {
          out.writeFieldName(VIF);
          PrimitiveForm.write(out, chosen.vif());
        }
        case NegotiationAnswer.TooNew tooNew -> {
          startError(out, UNSUPPORTED_VERSION, tooNew.message());
          out.writeObjectFieldStart(SUPPORTED);
          for (Map.Entry<String, Version> each : new TreeMap<>(tooNew.supported()).entrySet()) {
            out.writeStringField(each.getKey(), each.getValue().toString());
          }
          out.writeEndObject();
          out.writeEndObject();
        }
        case NegotiationAnswer.NothingSuits nothing -> {
          startError(out, NOTHING_SUITS, nothing.message());
          out.writeFieldName(REASONS);
          TEXTS.write(out, nothing.reasons());
          out.writeEndObject();
        }
        case NegotiationAnswer.Malformed malformed -> {
          startError(out, MALFORMED_REQUEST, malformed.message());
          out.writeEndObject();
        }
      }
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a string cannot fail to be written
    }
    return text.toString();
  }

  private static void startError(JsonGenerator out, String code, String message)
      throws IOException {
    out.writeObjectFieldStart(ERROR);
    out.writeStringField(CODE, code);
    out.writeStringField(MESSAGE, message);
  }
}
