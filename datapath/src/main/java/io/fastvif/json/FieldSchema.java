package io.fastvif.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.fastvif.vif.Field;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Version;
import java.io.IOException;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * One field of a class.
 *
 * @param name os-vif's name
 * @param since the version of the class that it came in with
 * @param nullable whether it may be null
 * @param <T> the object's type
 * @param <B> its builder's type
 * @param <V> the value's type
 */
record FieldSchema<T, B, V>(
    String name,
    Version since,
    boolean nullable,
    JsonCodec<V> codec,
    BiConsumer<B, V> setter,
    Function<T, Field<V>> getter) {

  /** The only field of a list object; it would say nothing in a path. */
  static final String LIST_FIELD = "objects";

  void read(B builder, JsonNode node) {
    try {
      if (node instanceof JsonNode.JsonNull && nullable) {
        setter.accept(builder, null);
      } else {
        setter.accept(builder, codec.read(node));
      }
    } catch (InvalidInputException e) {
      throw e.under(name.equals(LIST_FIELD) ? "" : name);
    }
  }

  void write(JsonGenerator out, T object, Version version) throws IOException {
    Field<V> field = getter.apply(object);
    if (!field.isSet()) {
      return;
    }
    if (since.compareTo(version) > 0) {
      throw notIn(version);
    }
    out.writeFieldName(name);
    if (field.hasValue()) {
      codec.write(out, field.get());
    } else {
      out.writeNull();
    }
  }

  /** Sets the field as it is in another object, with the objects in it back-levelled. */
  void copy(T from, B to, BackLevel limits, Version most) {
    Field<V> field = getter.apply(from);
    if (field.isSet()) {
      setter.accept(to, field.hasValue() ? codec.lower(field.get(), limits, most) : null);
    }
  }

  InvalidInputException notIn(Version version) {
    return InvalidInputException.of(
        name, "is a field that version " + version + " does not have", "version " + since);
  }
}
