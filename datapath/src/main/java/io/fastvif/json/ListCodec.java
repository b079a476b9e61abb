package io.fastvif.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Version;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A JSON array of values of one form. */
record ListCodec<V>(JsonCodec<V> element) implements JsonCodec<List<V>> {
  @Override
  public List<V> read(JsonNode node) {
    if (!(node instanceof JsonNode.JsonArray array)) {
      throw node.isNot("an array");
    }
    List<JsonNode> nodes = array.elements();
    List<V> values = new ArrayList<>(nodes.size());
    for (JsonNode each : nodes) {
      try {
        values.add(element.read(each));
      } catch (InvalidInputException e) {
        throw e.under("[" + values.size() + "]");
      }
    }
    return values;
  }

  @Override
  public void write(JsonGenerator out, List<V> values) throws IOException {
    out.writeStartArray();
    for (V value : values) {
      element.write(out, value);
    }
    out.writeEndArray();
  }

  @Override
  public List<V> lower(List<V> values, BackLevel limits, Version most) {
    return values.stream().map(value -> element.lower(value, limits, most)).toList();
  }
}
