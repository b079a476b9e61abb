package io.fastvif.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.fastvif.vif.Envelope;
import io.fastvif.vif.Field;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.ObjectBuilder;
import io.fastvif.vif.Version;
import io.fastvif.vif.VersionedObject;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The table of a class: its fields in the order they are written, each with the version it came in
 * with.
 *
 * @param <T> the objects' type
 * @param <B> their builder's type
 */
final class ObjectSchema<T extends VersionedObject, B extends ObjectBuilder<T>> {
  private final String name;
  private final Version current;
  private final Supplier<B> builder;
  private final Map<String, FieldSchema<T, B, ?>> fields;

  /** By field: up to which version of this class its objects have at most which version. */
  private final Map<String, NavigableMap<Version, Version>> nested;

  private ObjectSchema(Spec<T, B> spec) {
    name = spec.name;
    current = spec.current;
    builder = spec.builder;
    fields = spec.fields;
    nested = spec.nested;
  }

  static <T extends VersionedObject, B extends ObjectBuilder<T>> Spec<T, B> of(
      String name, Version current, Supplier<B> builder) {
    return new Spec<>(name, current, builder);
  }

  /** os-vif's name of the class. */
  String name() {
    return name;
  }

  /** The newest version known. */
  Version current() {
    return current;
  }

  /** A builder with nothing set. */
  B newBuilder() {
    return builder.get();
  }

  Collection<FieldSchema<T, B, ?>> fields() {
    return fields.values();
  }

  T read(Envelope envelope, Map<String, JsonNode> data) {
    B target = newBuilder();
    data.forEach((key, node) -> field(key, envelope.version()).read(target, node));
    target.envelope(envelope);
    return target.build();
  }

  void write(JsonGenerator out, VersionedObject object) throws IOException {
    // The table was found by the object's own name.
    @SuppressWarnings("unchecked")
    T typed = (T) object;
    for (FieldSchema<T, B, ?> field : fields()) {
      field.write(out, typed, typed.envelope().version());
    }
  }

  /** The object in an earlier version of its class, or in the same with what it holds lowered. */
  T lower(VersionedObject object, Version version, BackLevel limits) {
    // The table was found by the object's own name.
    @SuppressWarnings("unchecked")
    T typed = (T) object;
    boolean earlier = !version.equals(object.envelope().version());
    B target = newBuilder();
    Set<String> kept = new LinkedHashSet<>();
    for (FieldSchema<T, B, ?> field : fields()) {
      if (field.since().compareTo(version) <= 0) {
        field.copy(typed, target, limits, earlier ? greatestNested(field.name(), version) : null);
        kept.add(field.name());
      }
    }
    Field<Set<String>> changes = object.envelope().changes();
    if (changes.hasValue() && earlier) {
      kept.retainAll(changes.get());
      changes = kept.isEmpty() ? Field.unset() : Field.of(kept);
    }
    target.envelope(new Envelope(version, changes));
    return target.build();
  }

  private Version greatestNested(String field, Version version) {
    NavigableMap<Version, Version> versions = nested.get(field);
    Map.Entry<Version, Version> entry = versions == null ? null : versions.ceilingEntry(version);
    return entry == null ? null : entry.getValue();
  }

  /** Refuses what this table does not describe. */
  void checkVersion(Version version) {
    if (version.major() != current.major()) {
      throw InvalidInputException.ofValue(
          "",
          version.toString(),
          "is a version of " + name + " with another major number",
          current + " at most");
    }
    if (version.compareTo(current) > 0) {
      throw InvalidInputException.ofValue(
          "",
          version.toString(),
          "is a newer version of " + name + " than known here",
          current + " at most");
    }
  }

  private FieldSchema<T, B, ?> field(String key, Version version) {
    FieldSchema<T, B, ?> field = fields.get(key);
    if (field == null) {
      throw InvalidInputException.ofValue(
          "", key, "is not a field of " + name, "one of " + String.join(", ", fields.keySet()));
    }
    if (field.since().compareTo(version) > 0) {
      throw field.notIn(version);
    }
    return field;
  }

  /** A table in the making. */
  static final class Spec<T extends VersionedObject, B extends ObjectBuilder<T>> {
    private final String name;
    private final Version current;
    private final Supplier<B> builder;
    private final Map<String, FieldSchema<T, B, ?>> fields = new LinkedHashMap<>();
    private final Map<String, NavigableMap<Version, Version>> nested = new HashMap<>();

    private Spec(String name, Version current, Supplier<B> builder) {
      this.name = name;
      this.current = current;
      this.builder = builder;
    }

    /** A field that cannot be null. */
    <V> Spec<T, B> field(
        String field,
        Version since,
        JsonCodec<V> codec,
        BiConsumer<B, V> setter,
        Function<T, Field<V>> getter) {
      return add(new FieldSchema<>(field, since, false, codec, setter, getter));
    }

    /** A field that can be null. */
    <V> Spec<T, B> nullable(
        String field,
        Version since,
        JsonCodec<V> codec,
        BiConsumer<B, V> setter,
        Function<T, Field<V>> getter) {
      return add(new FieldSchema<>(field, since, true, codec, setter, getter));
    }

    /**
     * The versions that belong together: what the field holds is at most of version {@code most}
     * while this class is of version {@code upTo} or earlier.
     */
    Spec<T, B> nested(String field, Version upTo, Version most) {
      nested.computeIfAbsent(field, name -> new TreeMap<>()).put(upTo, most);
      return this;
    }

    private Spec<T, B> add(FieldSchema<T, B, ?> field) {
      fields.put(field.name(), field);
      return this;
    }

    ObjectSchema<T, B> build() {
      return new ObjectSchema<>(this);
    }
  }
}
