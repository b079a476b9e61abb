package io.fastvif.vif;

import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;

/**
 * Base of the builders: notes each field that is set as changed, as os-vif does. A reader replaces
 * version and changes by those it read.
 *
 * @param <T> what is built
 */
public abstract class ObjectBuilder<T> {
  private final Version current;
  private final Set<String> changes = new LinkedHashSet<>();
  private Envelope envelope;

  /**
   * @param current the version a new object has
   */
  protected ObjectBuilder(Version current) {
    this.current = current;
  }

  /** Gives the object this version and these changes in place of its own. */
  public final void envelope(Envelope given) {
    envelope = given;
  }

  /** The object, of the fields set so far. */
  public abstract T build();

  /** Notes a change of a field that cannot be null. */
  protected final <V> Field<V> change(String name, V value) {
    changes.add(name);
    return Field.of(Objects.requireNonNull(value, name));
  }

  /** Notes a change of a field that can be null. */
  protected final <V> Field<V> changeNullable(String name, V value) {
    changes.add(name);
    return Field.ofNullable(value);
  }

  /** What goes beside the fields. os-vif leaves an empty list of changes out. */
  protected final Envelope envelope() {
    if (envelope != null) {
      return envelope;
    }
    return new Envelope(current, changes.isEmpty() ? Field.unset() : Field.of(changes));
  }
}
