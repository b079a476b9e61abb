package io.fastvif.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Version;
import io.fastvif.vif.VersionedObject;
import java.io.IOException;

/**
 * A versioned object.
 *
 * @param type what the object must be
 * @param expected the same in words
 */
record ObjectCodec<V extends VersionedObject>(Class<V> type, String expected)
    implements JsonCodec<V> {
  @Override
  public V read(JsonNode node) {
    VersionedObject object = PrimitiveForm.read(node);
    if (!type.isInstance(object)) {
      throw InvalidInputException.ofValue(
          "", object.objectName(), "is an object of another class", expected);
    }
    return type.cast(object);
  }

  @Override
  public void write(JsonGenerator out, V value) throws IOException {
    PrimitiveForm.write(out, value);
  }

  @Override
  public V lower(V value, BackLevel limits, Version most) {
    return type.cast(limits.lower(value, most));
  }
}
