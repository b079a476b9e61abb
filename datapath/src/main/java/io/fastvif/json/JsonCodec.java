package io.fastvif.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Version;
import java.io.IOException;

/**
 * The JSON form of a field's value.
 *
 * @param <V> the value's type
 */
interface JsonCodec<V> {
  /**
   * The value of a node.
   *
   * @throws InvalidInputException if the node is not of this form
   */
  V read(JsonNode node);

  void write(JsonGenerator out, V value) throws IOException;

  /**
   * The value with the objects in it back-levelled; most values hold none.
   *
   * @param most the greatest version that the field's object may have, null for any
   */
  default V lower(V value, BackLevel limits, Version most) {
    return value;
  }
}
