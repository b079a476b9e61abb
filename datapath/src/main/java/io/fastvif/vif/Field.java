package io.fastvif.vif;

import java.util.NoSuchElementException;
import java.util.Objects;

/**
 * One field of a versioned object: not set, set to null, or set to a value. As in os-vif, a field
 * set to null is set.
 *
 * @param <T> the value's type
 */
public sealed interface Field<T> {
  /** A field that the object does not carry. */
  record Unset<T>() implements Field<T> {
    private static final Unset<?> INSTANCE = new Unset<>();
  }

  /** A field that the object carries as null. */
  record Null<T>() implements Field<T> {
    private static final Null<?> INSTANCE = new Null<>();
  }

  /** A field with a value. */
  record Value<T>(T value) implements Field<T> {
    /** Refuses null: that is {@link Null}. */
    public Value {
      Objects.requireNonNull(value, "value");
    }
  }

  /** A field that is not set. */
  @SuppressWarnings("unchecked") // holds no value, so it suits every type
  static <T> Field<T> unset() {
    return (Field<T>) Unset.INSTANCE;
  }

  /** A field set to null. */
  @SuppressWarnings("unchecked") // holds no value, so it suits every type
  static <T> Field<T> ofNull() {
    return (Field<T>) Null.INSTANCE;
  }

  /** A field set to a value. */
  static <T> Field<T> of(T value) {
    return new Value<>(value);
  }

  /** A field set to a value, or to null. */
  static <T> Field<T> ofNullable(T value) {
    return value == null ? ofNull() : of(value);
  }

  /** Whether the object carries this field, be it with a value or with null. */
  default boolean isSet() {
    return !(this instanceof Unset<T>);
  }

  /** Whether the field is set to null. */
  default boolean isNull() {
    return this instanceof Null<T>;
  }

  /** Whether the field is set to something other than null. */
  default boolean hasValue() {
    return this instanceof Value<T>;
  }

  /**
   * The value.
   *
   * @throws NoSuchElementException if there is none; {@link #require} is for input not yet checked
   */
  default T get() {
    if (this instanceof Value<T> set) {
      return set.value();
    }
    throw new NoSuchElementException(isNull() ? "the field is null" : "the field is not set");
  }

  /** The value, or {@code other} if the field is unset or null. */
  default T orElse(T other) {
    return this instanceof Value<T> set ? set.value() : other;
  }

  /**
   * The value of a field that must have one.
   *
   * @param name the field's name for the message, a path such as {@code network.bridge}
   * @throws InvalidInputException if the field is unset or null
   */
  default T require(String name) {
    if (this instanceof Value<T> set) {
      return set.value();
    }
    throw InvalidInputException.of(name, isNull() ? "is null" : "is not set", "a value");
  }
}
