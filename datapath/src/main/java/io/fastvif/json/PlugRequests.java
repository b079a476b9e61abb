package io.fastvif.json;

import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Vif;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the documents that the command takes: one VIF, or an object {@code {"vif": ..., "instance":
 * ...}}, or an array of either. Beside {@code vif} may stand {@code instance} (null means none) and
 * {@code name}, a label that is not used.
 */
public final class PlugRequests {
  private static final String VIF = "vif";
  private static final String INSTANCE = "instance";
  private static final String LABEL = "name";

  private PlugRequests() {}

  /**
   * Reads a document in UTF-8 up to the stream's end. The stream stays open.
   *
   * @throws InvalidInputException if it is not such a document
   */
  public static List<PlugRequest> read(InputStream json) throws IOException {
    return read(JsonTree.parse(json));
  }

  /**
   * Reads a document.
   *
   * @throws InvalidInputException if it is not such a document
   */
  public static List<PlugRequest> read(String json) {
    return read(JsonTree.parse(json));
  }

  private static List<PlugRequest> read(JsonNode root) {
    if (!(root instanceof JsonNode.JsonArray array)) {
      return List.of(request(root, "", VIF));
    }
    List<JsonNode> elements = array.elements();
    List<PlugRequest> requests = new ArrayList<>(elements.size());
    for (JsonNode element : elements) {
      String place = "[" + requests.size() + "]";
      try {
        requests.add(request(element, place, ""));
      } catch (InvalidInputException e) {
        throw e.under(place);
      }
    }
    return List.copyOf(requests);
  }

  /**
   * @param place where the request stands in the document
   * @param bare what a VIF without an object around it is called there
   */
  private static PlugRequest request(JsonNode node, String place, String bare) {
    if (!(node instanceof JsonNode.JsonObject object)) {
      throw node.isNot("a VIF, or an object with a VIF under the key vif").under(bare);
    }
    Map<String, JsonNode> members = object.members();
    if (PrimitiveForm.isClaimedBy(members)) {
      return new PlugRequest(place + bare, vif(node, bare), Optional.empty());
    }
    for (String key : members.keySet()) {
      if (!key.equals(VIF) && !key.equals(INSTANCE) && !key.equals(LABEL)) {
        throw InvalidInputException.ofValue(
            "", key, "is not a key known here", "vif, instance or name");
      }
    }
    if (!members.containsKey(VIF)) {
      throw InvalidInputException.of(VIF, "is missing", "a VIF");
    }
    String path = place.isEmpty() ? VIF : place + "." + VIF;
    return new PlugRequest(path, vif(members.get(VIF), VIF), instance(members.get(INSTANCE)));
  }

  static Vif vif(JsonNode node, String path) {
    try {
      return VersionedObjectReader.as(Vif.class, PrimitiveForm.read(node));
    } catch (InvalidInputException e) {
      throw e.under(path);
    }
  }

  static Optional<InstanceInfo> instance(JsonNode node) {
    if (node == null || node instanceof JsonNode.JsonNull) {
      return Optional.empty();
    }
    try {
      return Optional.of(VersionedObjectReader.as(InstanceInfo.class, PrimitiveForm.read(node)));
    } catch (InvalidInputException e) {
      throw e.under(INSTANCE);
    }
  }
}
