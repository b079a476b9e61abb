package io.fastvif.json;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What os-vif 3.0.0 and its development version of July 2026 wrote. */
final class Samples {
  private Samples() {}

  static Path folder() {
    try {
      return Path.of(Samples.class.getResource("/os-vif-json").toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** Every file by its name, but for the table of back-levelled objects. */
  static Map<String, String> files() throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    try (Stream<Path> paths = Files.walk(folder())) {
      for (Path path : paths.filter(Files::isRegularFile).sorted().toList()) {
        String name = folder().relativize(path).toString();
        if (name.contains("/")) {
          files.put(name, Files.readString(path));
        }
      }
    }
    if (files.size() != 40) {
      throw new AssertionError("40 samples expected: " + files.keySet());
    }
    return files;
  }

  /** The versioned objects in a document, outermost first, each as JSON text of its own. */
  static void collect(JsonNode node, List<JsonNode> into) {
    if (node instanceof JsonNode.JsonObject object) {
      if (PrimitiveForm.isClaimedBy(object.members())) {
        into.add(node);
      } else {
        object.members().values().forEach(each -> collect(each, into));
      }
    } else if (node instanceof JsonNode.JsonArray array) {
      array.elements().forEach(each -> collect(each, into));
    }
  }

  /** A tree as plain maps and lists, in which lists of changes are sets. */
  static Object comparable(JsonNode node) {
    if (node instanceof JsonNode.JsonObject object) {
      Map<String, Object> members = new HashMap<>();
      object
          .members()
          .forEach(
              (key, value) -> {
                boolean changes = key.equals(PrimitiveForm.CHANGES);
                Object plain = comparable(value);
                members.put(key, changes ? new HashSet<>((List<?>) plain) : plain);
              });
      return members;
    }
    if (node instanceof JsonNode.JsonArray array) {
      return array.elements().stream().map(Samples::comparable).toList();
    }
    return node;
  }
}
