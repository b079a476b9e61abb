package io.fastvif.json;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Version;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which versions of which classes are known here, and which a document holds. */
public final class ObjectVersions {
  private ObjectVersions() {}

  /**
   * The newest version of a class that is known here.
   *
   * @throws InvalidInputException if the class is not
   */
  public static Version known(String objectName) {
    return ObjectSchemas.of(objectName).current();
  }

  /** os-vif's names of all classes known here. */
  public static List<String> classes() {
    return ObjectSchemas.NAMES;
  }

  /**
   * The greatest version of each class in a document, whether known here or not. It tells a
   * document that is only too new from one that is malformed.
   *
   * @throws InvalidInputException if the text is not JSON, or a version is not one
   */
  public static Map<String, Version> in(String json) {
    Map<String, Version> versions = new LinkedHashMap<>();
    collect(JsonTree.parse(json), versions);
    return versions;
  }

  /** Recursion is bounded by the depth that a tree can have. */
  private static void collect(JsonNode node, Map<String, Version> into) {
    if (node instanceof JsonNode.JsonArray array) {
      array.elements().forEach(element -> collect(element, into));
    } else if (node instanceof JsonNode.JsonObject object) {
      Map<String, JsonNode> members = object.members();
      if (members.get(PrimitiveForm.NAME) instanceof JsonNode.JsonString name
          && members.get(PrimitiveForm.VERSION) instanceof JsonNode.JsonString version) {
        try {
          into.merge(name.text(), Version.parse(version.text()), ObjectVersions::greater);
        } catch (InvalidInputException e) {
          throw e.under(PrimitiveForm.VERSION);
        }
      }
      members.values().forEach(member -> collect(member, into));
    }
  }

  private static Version greater(Version a, Version b) {
    return a.compareTo(b) >= 0 ? a : b;
  }
}
