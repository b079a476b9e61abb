package io.fastvif.vif.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;

/**
 * The JSON form of a field's value.
 *
 * @param <V> the value's type
 */
interface ValueCodec<V> {
  /**
   * The value of a node.
   *
   * @throws InvalidInputException if the node is not of this form
   */
  V read(JsonNode node);

  void write(JsonGenerator out, V value) throws IOException;
}
