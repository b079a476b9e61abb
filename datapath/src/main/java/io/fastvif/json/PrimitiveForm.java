package io.fastvif.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonStreamContext;
import io.fastvif.vif.Envelope;
import io.fastvif.vif.Field;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Version;
import io.fastvif.vif.VersionedObject;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The form that oslo.versionedobjects calls an object's primitive: a JSON object of name,
 * namespace, version, data and, unless nothing changed, changes. Its source is
 * oslo_versionedobjects/base.py.
 */
final class PrimitiveForm {
  static final String NAME = "versioned_object.name";
  static final String NAMESPACE = "versioned_object.namespace";
  static final String VERSION = "versioned_object.version";
  static final String DATA = "versioned_object.data";
  static final String CHANGES = "versioned_object.changes";

  private static final String OS_VIF = "os_vif";
  private static final Set<String> KEYS = Set.of(NAME, NAMESPACE, VERSION, DATA, CHANGES);
  private static final JsonCodec<List<String>> NAMES = new ListCodec<>(Codecs.STRING);

  private PrimitiveForm() {}

  /** Whether a JSON object is meant to be in this form. */
  static boolean isClaimedBy(Map<String, JsonNode> members) {
    return members.keySet().stream().anyMatch(KEYS::contains);
  }

  static VersionedObject read(JsonNode node) {
    if (!(node instanceof JsonNode.JsonObject object)) {
      throw node.isNot("a versioned object");
    }
    Map<String, JsonNode> members = object.members();
    for (String key : members.keySet()) {
      if (!KEYS.contains(key)) {
        throw InvalidInputException.ofValue(
            "",
            key,
            "is not a key of a versioned object",
            "versioned_object.name, .namespace, .version, .data or .changes");
      }
    }
    String namespace = text(members, NAMESPACE);
    if (!namespace.equals(OS_VIF)) {
      throw InvalidInputException.ofValue(
          NAMESPACE, namespace, "is another project's namespace", OS_VIF);
    }
    ObjectSchema<?, ?> schema = schema(text(members, NAME));
    Version version = version(text(members, VERSION), schema);
    Field<Set<String>> changes = changes(members.get(CHANGES));
    JsonNode data = member(members, DATA);
    if (!(data instanceof JsonNode.JsonObject fields)) {
      throw data.isNot("an object").under(DATA);
    }
    return schema.read(new Envelope(version, changes), fields.members());
  }

  private static ObjectSchema<?, ?> schema(String name) {
    try {
      return ObjectSchemas.of(name);
    } catch (InvalidInputException e) {
      throw e.under(NAME);
    }
  }

  private static Version version(String text, ObjectSchema<?, ?> schema) {
    try {
      Version version = Version.parse(text);
      schema.checkVersion(version);
      return version;
    } catch (InvalidInputException e) {
      throw e.under(VERSION);
    }
  }

  private static Field<Set<String>> changes(JsonNode node) {
    try {
      return node == null ? Field.unset() : Field.of(new LinkedHashSet<>(NAMES.read(node)));
    } catch (InvalidInputException e) {
      throw e.under(CHANGES);
    }
  }

  private static String text(Map<String, JsonNode> members, String key) {
    JsonNode node = member(members, key);
    try {
      return Codecs.STRING.read(node);
    } catch (InvalidInputException e) {
      throw e.under(key);
    }
  }

  private static JsonNode member(Map<String, JsonNode> members, String key) {
    JsonNode node = members.get(key);
    if (node == null) {
      throw InvalidInputException.of(key, "is missing", "a versioned object");
    }
    return node;
  }

  /** Has the changes of all objects written in one order, which to os-vif is left to chance. */
  static void sortChanges(JsonGenerator out) {
    out.assignCurrentValue(Order.SORTED);
  }

  private enum Order {
    /** By name. */
    SORTED
  }

  private static List<String> names(JsonGenerator out, Set<String> changes) {
    JsonStreamContext root = out.getOutputContext();
    while (root.getParent() != null) {
      root = root.getParent();
    }
    return root.getCurrentValue() == Order.SORTED
        ? changes.stream().sorted().toList()
        : List.copyOf(changes);
  }

  static void write(JsonGenerator out, VersionedObject object) throws IOException {
    ObjectSchema<?, ?> schema = ObjectSchemas.of(object.objectName());
    Envelope envelope = object.envelope();
    schema.checkVersion(envelope.version());
    out.writeStartObject();
    out.writeStringField(NAME, object.objectName());
    out.writeStringField(NAMESPACE, OS_VIF);
    out.writeStringField(VERSION, envelope.version().toString());
    out.writeObjectFieldStart(DATA);
    schema.write(out, object);
    out.writeEndObject();
    if (envelope.changes().hasValue()) {
      out.writeFieldName(CHANGES);
      NAMES.write(out, names(out, envelope.changes().get()));
    }
    out.writeEndObject();
  }
}
